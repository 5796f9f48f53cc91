"""A disk that is full: a clear error, nothing half done, and all is well once there is room."""

import subprocess
import sys
from pathlib import Path

import pytest

_SPACE_BYTES = 6_000_000
_SCRIPT = """
import os, sys
from pathlib import Path
from storage.errors import StoreUnwritable
from storage.integrity import check
from storage.store import open_store
from tests.faults.actions import videos_of
from tests.storage.rows import photos

root = Path(sys.argv[1])
dataset = open_store(str(root / "store"), create=True).dataset("d", create=True)
(root / "ballast").write_bytes(bytes(1_500_000))
acknowledged = []
try:
    for number in range(100):
        video = f"video{number:06d}"
        dataset.append_faces({video: photos(video, 20, size_bytes=20_000)})
        acknowledged.append(video)
except StoreUnwritable as error:
    assert "space" in str(error), error
else:
    sys.exit("the disk was never full")
assert 2 < len(acknowledged) < 50
assert videos_of(dataset) == dict.fromkeys(acknowledged, 20)
assert list(check(dataset)) == []
named = {Path(uri).name for uri in dataset.table("faces").delta().file_uris()}
assert set(dataset.table("faces").paths()) == named, "a half-written shard stayed behind"
(root / "ballast").unlink()
video = f"video{len(acknowledged):06d}"
assert dataset.append_faces({video: photos(video, 20, size_bytes=20_000)}) == {video}
assert videos_of(dataset) == dict.fromkeys([*acknowledged, video], 20)
assert list(check(dataset)) == []
"""


def test_a_full_disk_is_named_and_every_acknowledged_row_is_there_once(tmp_path: Path) -> None:
    """The disk is a small tmpfs in a mount namespace of its own."""
    mount = f"mount -t tmpfs -o size={_SPACE_BYTES} tmpfs {tmp_path}"
    namespace = ["unshare", "--map-root-user", "--mount", "sh", "-c"]
    if subprocess.run([*namespace, mount], capture_output=True).returncode:
        pytest.skip("this machine allows no mount namespaces")
    script = tmp_path.parent / "fill.py"
    script.write_text(_SCRIPT)
    done = subprocess.run(
        [*namespace, f'{mount} && exec "$@"', "sh", sys.executable, str(script), str(tmp_path)],
        capture_output=True,
        text=True,
        env={"PYTHONPATH": str(Path(__file__).parents[2]), "PATH": "/usr/bin:/bin"},
        check=False,
    )
    assert done.returncode == 0, done.stderr
