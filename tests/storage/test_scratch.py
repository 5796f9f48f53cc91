"""Folders for files of passing use."""

import os
import tempfile
from pathlib import Path

import pytest

from storage.scratch import scratch_folder


def test_a_folder_is_gone_after_use_and_what_a_killed_process_left_a_day_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    old, young, foreign = (
        tmp_path / name for name in ("webemotion-store-a", "webemotion-store-b", "other")
    )
    for folder in (old, young, foreign):
        folder.mkdir()
        (folder / "faces.arrow").write_bytes(b"faces")
    for folder in (old, foreign):
        os.utime(folder, (0, 0))
    with scratch_folder() as mine:
        assert {path.name for path in tmp_path.iterdir()} == {mine.name, young.name, foreign.name}
        assert mine.stat().st_mode & 0o077 == 0
    assert {path.name for path in tmp_path.iterdir()} == {young.name, foreign.name}
