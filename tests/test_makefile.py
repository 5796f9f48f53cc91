"""Set-up happens once."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of what make looks at, set up in the past."""
    for name in ("Makefile", "requirements.lock", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path / name)
        os.utime(tmp_path / name, (1_000, 1_000))
    (tmp_path / ".venv").mkdir()
    (tmp_path / ".venv" / ".installed").touch()
    return tmp_path


def _would_run(folder: Path, target: str) -> str:
    command = ["make", "--dry-run", "--directory", str(folder), target]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


@pytest.mark.parametrize("target", ["demo", "test", "lint", "setup"])
def test_a_second_call_installs_nothing(copy: Path, target: str) -> None:
    assert "pip install" not in _would_run(copy, target)


@pytest.mark.parametrize("target", ["demo", "test"])
@pytest.mark.parametrize("changed", ["requirements.lock", "pyproject.toml"])
def test_a_changed_lock_or_project_is_installed_before_the_job(
    copy: Path, target: str, changed: str
) -> None:
    os.utime(copy / changed)
    os.utime(copy / ".venv" / ".installed", (2_000, 2_000))
    steps = _would_run(copy, target)
    assert 0 <= steps.find("--require-hashes") < steps.rfind(".venv/bin/")
