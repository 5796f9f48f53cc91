"""What killed processes left in scratch."""

import os
from pathlib import Path

from webemotion.scratch import sweep


def _left(path: Path, age_s: float) -> Path:
    if path.suffix:
        path.write_bytes(b"half")
    else:
        (path / "download").mkdir(parents=True)
    os.utime(path, (path.stat().st_mtime - age_s,) * 2)
    return path


def test_only_what_is_old_and_of_a_killed_process_is_deleted(tmp_path: Path) -> None:
    (tmp_path / "spool").mkdir()
    stale = [_left(tmp_path / "video-a", 100), _left(tmp_path / "spool" / "a.part", 100)]
    kept = [
        _left(tmp_path / "video-b", 10),
        _left(tmp_path / "spool" / "b.part", 10),
        _left(tmp_path / "spool" / "a.arrow", 100),
        _left(tmp_path / "somebody's", 100),
    ]
    assert sweep(tmp_path, age_s=50) == len(stale)
    assert not any(path.exists() for path in stale)
    assert all(path.exists() for path in kept)
