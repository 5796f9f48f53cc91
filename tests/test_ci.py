"""Continuous integration brings the browser that reports are looked at with, where it can."""

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
INSTALLED = ["apt-get update", "apt-get install", "make test"]


def _called(folder: Path, programs: dict[str, str]) -> list[str]:
    """The first two words of each program that is called, where these alone are found."""
    (folder / ".ci").mkdir()
    shutil.copy(ROOT / ".ci" / "run", folder / ".ci")
    path = folder / "bin"
    path.mkdir()
    for name in ("bash", "dirname", "env"):
        found = shutil.which(name)
        assert found is not None
        (path / name).symlink_to(found)
    for name, body in {"make": "", **programs}.items():
        script = f'#!{path}/bash\necho "{name} $1" >> "{folder}/called"\n{body}\n'
        (path / name).write_text(script)
        (path / name).chmod(0o755)
    subprocess.run([folder / ".ci" / "run"], env={"PATH": str(path)}, check=True)
    return [line for line in (folder / "called").read_text().splitlines() if line[:3] != "id "]


@pytest.mark.parametrize(
    ("programs", "called"),
    [
        ({"id": "echo 0", "apt-get": ""}, INSTALLED),
        ({"id": "echo 0", "apt-get": "exit 100"}, [INSTALLED[0], INSTALLED[2]]),
        ({"id": "echo 1000", "apt-get": ""}, INSTALLED[2:]),
        ({"id": "echo 0"}, INSTALLED[2:]),
        ({"id": "echo 0", "apt-get": "", "chromium": ""}, INSTALLED[2:]),
    ],
)
def test_the_browser_is_installed_by_root_where_it_is_missing_and_the_tests_run_anyway(
    tmp_path: Path, programs: dict[str, str], called: list[str]
) -> None:
    assert _called(tmp_path, programs) == called
