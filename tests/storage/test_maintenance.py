"""Upkeep of a dataset."""

import os
from pathlib import Path

from storage.maintenance import maintain, vacuum
from storage.store import Dataset, open_store
from tests.storage.rows import faces

DAY_S = 86_400


def _dataset(folder: Path) -> Dataset:
    made = open_store(str(folder), create=True).dataset("webemotion", create=True)
    for number in range(4):
        made.append_faces({f"v{number}": faces(f"v{number}", 3)})
    return made


def test_upkeep_joins_shards_and_leaves_the_files_of_the_last_week(tmp_path: Path) -> None:
    dataset = _dataset(tmp_path)
    version = dataset.version()
    done = {upkeep.table: upkeep for upkeep in maintain(dataset)}
    assert (done["faces"].shards_joined, done["faces"].shards_written) == (4, 1)
    assert sum(upkeep.files_deleted for upkeep in done.values()) == 0
    assert dataset.scan("faces", version=version).num_rows == 12


def test_a_file_of_no_version_goes_after_a_week(tmp_path: Path) -> None:
    table = _dataset(tmp_path).table("faces")
    shards = {Path(uri).name for uri in table.delta().file_uris()}
    for name, age_s in (("new.parquet", 0), ("old.parquet", 8 * DAY_S)):
        path = Path(table.location.uri, name)
        path.write_bytes(b"left by a writer that died")
        os.utime(path, (path.stat().st_mtime - age_s,) * 2)
    assert vacuum(table) == ["old.parquet"]
    assert set(table.paths()) == {*shards, "new.parquet"}


def test_a_clock_that_jumps_takes_no_row_away(tmp_path: Path) -> None:
    """Files dated decades before and after now: what a version names stays, whatever its date."""
    dataset = _dataset(tmp_path)
    table = dataset.table("faces")
    for number, path in enumerate(sorted(Path(table.location.uri).rglob("*.*"))):
        if path.is_file():
            os.utime(path, (number % 2 * 4_000_000_000,) * 2)
    before = dataset.scan("faces").sort_by("face_id")
    dataset.append_faces({"v9": faces("v9", 3)})
    maintain(dataset)
    after = dataset.scan("faces").sort_by("face_id")
    assert after.num_rows == before.num_rows + 3
    assert dataset.append_faces({"v0": faces("v0", 3)}) == frozenset()
