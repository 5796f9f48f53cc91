"""Pictures decode, and show what they are given."""

import base64
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from flows.pictures import (
    confusion,
    contact_sheet,
    curves,
    data_url,
    faces_per_emotion,
    importance_histograms,
)
from storage.store import open_store
from tests.storage.rows import encoded, faces

Image = npt.NDArray[np.uint8]


def _decoded(image: bytes) -> Image:
    decoded = cv2.imdecode(np.frombuffer(image, np.uint8), cv2.IMREAD_COLOR)
    assert decoded is not None
    return decoded.astype(np.uint8)


def test_a_contact_sheet_has_a_row_of_thumbnails_for_each_name() -> None:
    sheet = _decoded(contact_sheet({"happy": [encoded(40), encoded(80)], "sad": [encoded(120)]}))
    rows = np.split(sheet, 2)
    thumbs = [np.median(row[30:, left : left + 90]) for row in rows for left in (3, 99)]
    # The place that no face fills stays white.
    assert thumbs == pytest.approx([40, 80, 120, 255], abs=3)


def test_a_contact_sheet_of_nothing_is_still_a_picture() -> None:
    assert _decoded(contact_sheet({})).size > 0


def test_the_sheet_of_a_dataset_spreads_over_its_faces(tmp_path: Path) -> None:
    dataset = open_store(str(tmp_path), create=True).dataset("d", create=True)
    dataset.append_faces({"a": faces("a", 40), "b": faces("b", 3, emotion="sad")})
    chosen = faces_per_emotion(dataset, each=4)
    values = {name: [_decoded(i)[0, 0, 0] for i in images] for name, images in chosen.items()}
    assert values == {"happy": [0, 10, 20, 30], "sad": [0, 1, 2]}


def test_curves_have_a_panel_for_each_column_and_follow_the_values() -> None:
    rising, falling = ([{"epoch": e, "loss": v} for e, v in enumerate(way)] for way in _WAYS)
    one = _decoded(curves(rising, ["loss"]))
    assert _decoded(curves([row | {"a": 1} for row in rising], ["loss", "a"])).shape[
        1
    ] == pytest.approx(2 * one.shape[1], abs=2)
    assert not np.array_equal(one, _decoded(curves(falling, ["loss"])))


_WAYS = [(1, 2, 3), (3, 2, 1)]


def test_a_confusion_matrix_is_dark_where_the_answers_are() -> None:
    right = _decoded(confusion([[9, 0], [0, 9]], ["happy", "sad"])).astype(int)
    wrong = _decoded(confusion([[0, 9], [9, 0]], ["happy", "sad"])).astype(int)
    middle = right.shape[0] // 3
    # The upper left quarter holds the first class's right answers.
    upper_left = np.s_[
        middle - 40 : middle - 20, right.shape[1] // 2 - 60 : right.shape[1] // 2 - 40
    ]
    assert right[upper_left].mean() < wrong[upper_left].mean() - 50


def test_a_class_may_be_called_what_is_no_formula() -> None:
    """A dollar sign is one."""
    name = "a $\\frac$ formula"
    assert _decoded(confusion([[1]], [name])).size > 0
    assert _decoded(importance_histograms({name: [1, 2]})).size > 0


def test_a_data_url_holds_the_image_and_its_kind() -> None:
    for image, kind in ((encoded(1), "png"), (contact_sheet({}), "jpeg")):
        head, _, body = data_url(image).partition(",")
        assert head == f"data:image/{kind};base64"
        assert base64.b64decode(body) == image
