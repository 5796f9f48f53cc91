"""Videos that share faces, and faces that are known from elsewhere."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import pyarrow as pa

from storage.look_alikes import known, reuploads
from storage.store import Dataset, open_store
from tests.storage.rows import faces

ALIKE = ("00000000000000ff", "00000000000000fe")
UNLIKE = ("ffffffff00000000", "0f0f0f0f0f0f0f0f")


def _dataset(folder: Path, hashes: Mapping[str, Sequence[str]]) -> Dataset:
    dataset = open_store(str(folder), create=True).dataset("webemotion", create=True)
    for video_id, phashes in hashes.items():
        rows = faces(video_id, len(phashes))
        place = rows.schema.get_field_index("phash")
        rows = rows.set_column(place, "phash", pa.array(phashes, pa.string()))
        dataset.append_faces({video_id: rows})
    return dataset


def test_a_reupload_is_found_by_the_share_of_faces_that_it_has_of_the_other(tmp_path: Path) -> None:
    """Two of the copy's three faces are the original's; nothing else is alike."""
    original = (ALIKE[0], UNLIKE[0], "aaaaaaaaaaaaaaaa", "5555555555555555")
    copy = (ALIKE[1], UNLIKE[0], UNLIKE[1])
    dataset = _dataset(tmp_path, {"original000": original, "copycopy000": copy})
    (pair,) = reuploads(dataset)
    assert {pair.first, pair.second} == {"original000", "copycopy000"}
    assert (pair.faces, pair.share) == (2, 0.667)


def test_faces_of_one_video_are_no_reupload(tmp_path: Path) -> None:
    assert reuploads(_dataset(tmp_path, {"video000000": ALIKE + ALIKE})) == []


def test_nothing_is_found_in_an_empty_dataset(tmp_path: Path) -> None:
    dataset = _dataset(tmp_path, {})
    assert reuploads(dataset) == []
    assert known(dataset, {"still": [ALIKE[0]]}).num_rows == 0


def test_faces_known_from_elsewhere_are_named_once_each(tmp_path: Path) -> None:
    """A still is given by several hashes, of which two are near the same face."""
    dataset = _dataset(tmp_path, {"video000000": (ALIKE[0], UNLIKE[0])})
    found = known(dataset, {"a": ALIKE, "b": [UNLIKE[1]], "c": []}).to_pylist()
    assert [(row["video_id"], row["alike"]) for row in found] == [("video000000", "a")]
