"""Slices hold each face once, and say when they are too small."""

import numpy as np
import pyarrow as pa
import pytest

from scn.scoring.slices import slices
from tests.scn.scoring.answers import answers


def test_thirds_by_size_hold_every_face_once_and_its_accuracy() -> None:
    """The parts' accuracies, weighed by their faces, are the whole's."""
    made = answers(300)
    sizes = np.random.default_rng(0).integers(20, 400, 300)
    known = pa.table({"face_id": list(made.face_ids), "size_px": sizes})
    found = slices(made, known)
    assert len(found) == 3
    assert sum(part.faces for part in found) == 300
    total = sum(part.faces * part.accuracy.value for part in found)
    assert total / 300 == pytest.approx(made.right.mean())
    for part in found:
        assert part.accuracy.low <= part.accuracy.value <= part.accuracy.high


def test_left_and_right_turns_are_one() -> None:
    """Yaw is sliced by how far the head is turned."""
    made = answers(100)
    yaw = np.where(np.arange(100) % 2, 30.0, -30.0) + np.arange(100) / 1000
    found = slices(made, pa.table({"face_id": list(made.face_ids), "yaw_deg": yaw}))
    assert {part.by for part in found} == {"turn to either side, degrees"}
    assert found[0].which.startswith("29.9")


def test_tilt_is_sliced_as_other_angles_are() -> None:
    """Three thirds."""
    made = answers(90)
    found = slices(made, pa.table({"face_id": list(made.face_ids), "roll_deg": np.arange(90.0)}))
    assert [part.by for part in found] == ["tilt to either side, degrees"] * 3
    assert [part.faces for part in found] == [30] * 3


def test_few_ages_are_groups_and_many_are_thirds() -> None:
    """In a source's own words: numbers, ranges by their middle, and what is no age in no part."""
    made = answers(300)
    ids = list(made.face_ids)
    groups = [("0-3", "20-39", "70+")[n % 3] for n in range(300)]
    found = slices(made, pa.table({"face_id": ids, "age": groups}))
    assert [(part.which, part.faces) for part in found] == [
        ("0-3", 100),
        ("20-39", 100),
        ("70+", 100),
    ]
    years = [str(n // 5) for n in range(285)] + ["60 - 64"] * 9 + ["old"] * 5 + [None]
    found = slices(made, pa.table({"face_id": ids, "age": years}))
    assert {part.by for part in found} == {"age, years"}
    assert sum(part.faces for part in found) == 294
    assert [part.which for part in found] == ["0 to 19", "19 to 39", "39 to 62"]


def test_groups_are_by_the_sources_words_and_small_ones_are_marked() -> None:
    """A face without a word is in no group; a source with one word alone has no groups."""
    made = answers(200)
    gender = ["female"] * 20 + ["male"] * 150 + [None] * 30
    race = ["a"] * 200
    known = pa.table({"face_id": list(made.face_ids), "gender": gender, "race": race})
    found = {part.which: part for part in slices(made, known)}
    assert set(found) == {"female", "male"}
    assert (found["female"].faces, found["female"].too_small) == (20, True)
    assert (found["male"].faces, found["male"].too_small) == (150, False)
    assert found["female"].warning.startswith("too small: 20 faces")
    assert not found["male"].warning


def test_what_no_source_says_makes_no_slices() -> None:
    made = answers(20)
    known = pa.table(
        {
            "face_id": list(made.face_ids),
            "size_px": pa.nulls(20, pa.int32()),
            "age": pa.nulls(20, pa.string()),
        }
    )
    assert slices(made, known) == ()
