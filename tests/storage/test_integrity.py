"""Checking a store: damage is found, located, and can be taken out."""

import random
import shutil
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage.integrity import Damage, RowRange, check
from storage.quarantine import quarantine, quarantined
from storage.store import Dataset, open_store
from tests.storage.rows import photos

ROWS = 1300


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    """One shard with three row groups, and one of another video."""
    folder = tmp_path_factory.mktemp("store")
    made = open_store(str(folder), create=True).dataset("d", create=True)
    made.append_faces({"large": photos("large", ROWS, size_bytes=100)})
    made.append_faces({"small": photos("small", 5)})
    return made


@pytest.fixture
def dataset(template: Dataset, tmp_path: Path) -> Dataset:
    shutil.copytree(Path(template.uri).parent, tmp_path / "store")
    return open_store(str(tmp_path / "store")).dataset("d")


def _large(dataset: Dataset) -> Path:
    return max(Path(dataset.table("faces").location.uri).glob("*.parquet"), key=_size)


def _size(path: Path) -> int:
    return path.stat().st_size


def test_a_store_as_it_was_written_has_no_damage(template: Dataset) -> None:
    assert list(check(template)) == []


@settings(max_examples=40, deadline=None)
@given(bit=st.integers(0), data=st.data())
def test_any_flipped_bit_of_any_shard_is_found(
    template: Dataset, bit: int, data: st.DataObject
) -> None:
    path = data.draw(st.sampled_from(sorted(Path(template.uri).rglob("*/*.parquet"))))
    whole = path.read_bytes()
    place = bit % (8 * len(whole))
    flipped = bytearray(whole)
    flipped[place // 8] ^= 1 << place % 8
    try:
        path.write_bytes(flipped)
        (damage,) = check(template)
    finally:
        path.write_bytes(whole)
    assert damage.path == path.name
    assert damage.problem.startswith("its bytes are not those that were written")


def test_the_rows_of_a_damaged_image_are_named(dataset: Dataset) -> None:
    rows = dataset.scan("faces", ["face_id", "image"]).to_pylist()
    image = next(row["image"] for row in rows if row["face_id"] == "large/00/0000600")
    _flip(_large(dataset), image)
    (damage,) = check(dataset)
    assert damage == Damage(
        "faces",
        _large(dataset).name,
        "its bytes are not those that were written",
        (RowRange(512, 1024),),
        rows_readable=True,
    )


@pytest.mark.parametrize("share", [0, 0.5, 0.999])
def test_a_truncated_shard_is_lost_whole_and_a_missing_one_too(
    dataset: Dataset, share: float
) -> None:
    path = _large(dataset)
    path.write_bytes(path.read_bytes()[: int(_size(path) * share)])
    (damage,) = check(dataset)
    assert (damage.path, damage.lost, damage.rows_readable) == (
        path.name,
        (RowRange(0, ROWS),),
        False,
    )
    path.unlink()
    (damage,) = check(dataset)
    assert (damage.problem, damage.lost) == ("the file is missing", (RowRange(0, ROWS),))


def test_quarantine_keeps_the_whole_row_groups_and_the_damaged_file(dataset: Dataset) -> None:
    rows = {r["face_id"]: r["image"] for r in dataset.scan("faces").to_pylist()}
    path = _large(dataset)
    _flip(path, rows["large/00/0000600"])
    damaged = path.read_bytes()
    (damage,) = check(dataset)
    assert quarantine(dataset, damage) == ROWS - 512
    assert list(check(dataset)) == []
    left = {r["face_id"]: r["image"] for r in dataset.scan("faces").to_pylist()}
    lost = {f"large/00/{number:07d}" for number in range(512, 1024)}
    assert left == {face: image for face, image in rows.items() if face not in lost}
    kept = Path(quarantined(dataset, "faces").location.uri)
    assert (kept / path.name).read_bytes() == damaged
    assert '"begin": 512' in (kept / f"{path.stem}.json").read_text()
    assert quarantine(dataset, damage) == 0


def test_a_missing_shard_is_taken_out_of_the_table(dataset: Dataset) -> None:
    _large(dataset).unlink()
    (damage,) = check(dataset)
    assert quarantine(dataset, damage) == 0
    assert list(check(dataset)) == []
    assert dataset.scan("faces").num_rows == 5


def test_a_damaged_log_is_reported_as_the_tables(dataset: Dataset) -> None:
    entry = max(Path(dataset.table("faces").location.uri, "_delta_log").glob("*.json"))
    entry.write_bytes(entry.read_bytes()[:100])
    (damage,) = check(dataset)
    assert (damage.table, damage.path) == ("faces", "")
    assert "faces: cannot be read" in damage.problem


def test_a_face_that_is_there_twice_is_reported(dataset: Dataset) -> None:
    dataset.append_faces({"other key": photos("small", 1)})
    (damage,) = check(dataset)
    assert damage.problem == "1 face ids occur twice, first small/00/0000000"


def test_garbage_in_place_of_a_shard_never_ends_the_check(dataset: Dataset) -> None:
    rng = random.Random(0)
    path = _large(dataset)
    for length in (0, 1, 4, 8, 12, 1000):
        path.write_bytes(b"PAR1" + rng.randbytes(length) + b"PAR1")
        (damage,) = check(dataset)
        assert damage.lost == (RowRange(0, ROWS),)


def _flip(path: Path, image: bytes) -> None:
    data = path.read_bytes()
    place = data.find(image)
    assert place > 0
    path.write_bytes(data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :])
