"""Pictures of one dataset are found in another."""

from pathlib import Path

import pyarrow as pa
import pytest

from storage.shared_pictures import SHARED, Side, shared_pictures
from storage.store import open_store
from tests.flows.untrained import Face, dataset_of


def test_copies_in_another_dataset_are_found_and_copies_within_one_are_not(tmp_path: Path) -> None:
    """Whatever the splits; more copies than are compared within one dataset are all found."""
    here = [Face(f"test/{n:02d}", 7) for n in range(20)]
    one = dataset_of(tmp_path, "one", [*here, *(Face(f"train/{n}", n) for n in range(5))])
    there = [Face("train/seven", 7), Face("test/three", 3), Face("train/other", 50)]
    other = dataset_of(tmp_path, "other", [*there, Face("validation/other-again", 50)])
    found = shared_pictures(Side(one), Side(other))
    expected = {face.name: "train/seven" for face in here} | {"train/3": "test/three"}
    assert dict(zip(*(found[n].to_pylist() for n in ("face_id", "of")), strict=True)) == expected
    assert found.num_rows == 21
    assert min(found["correlation"].to_pylist()) == pytest.approx(1.0, abs=1e-4)


def test_of_many_faces_with_one_hash_those_that_are_trained_on_are_looked_at_first(
    tmp_path: Path,
) -> None:
    """They come behind by name."""
    one = dataset_of(tmp_path, "one", [Face("test/a", 1)])
    tested = [Face(f"test/{n:02d}", 1) for n in range(20)]
    other = dataset_of(tmp_path, "other", [*tested, Face("train/z", 1)])
    assert "train/z" in shared_pictures(Side(one), Side(other))["of"].to_pylist()


def test_an_older_version_is_looked_at_where_it_is_asked_for(tmp_path: Path) -> None:
    """A copy that came later is not in it."""
    one = dataset_of(tmp_path, "one", [Face("test/a", 1)])
    other = dataset_of(tmp_path, "other", [Face("train/b", 2)])
    version = other.version()
    dataset_of(tmp_path, "other", [Face("train/a", 1)])
    assert shared_pictures(Side(one), Side(other)).num_rows == 1
    assert shared_pictures(Side(one), Side(other, version)).equals(SHARED.empty_table())


def test_an_empty_dataset_shares_nothing(tmp_path: Path) -> None:
    one = dataset_of(tmp_path, "one", [Face("test/a", 1)])
    empty = open_store(str(tmp_path), create=True).dataset("empty", create=True)
    found = shared_pictures(Side(one), Side(empty))
    assert isinstance(found, pa.Table)
    assert found.num_rows == 0
