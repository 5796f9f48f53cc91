"""Charts of reports decode, show what they are given, and take any name."""

from collections.abc import Callable

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from flows.reports.charts import (
    DENSITY,
    curve,
    importance_by_class,
    label_flow,
    reliability_diagram,
    slice_accuracies,
)
from flows.reports.page import picture
from scn.scoring.bootstrap import Interval
from scn.scoring.calibration import reliability
from scn.scoring.slices import Slice
from tests.scn.scoring.answers import answers

ODD = ("a $\\frac$ formula", "n" * 64, "<b>")


def _decoded(png: bytes) -> npt.NDArray[np.int64]:
    decoded = cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_COLOR)
    assert decoded is not None
    return decoded.astype(np.int64)


def _slice(name: str, value: float, *, small: bool = False) -> Slice:
    return Slice("age, years", name, 60, Interval(value, value - 0.1, value + 0.1), small)


@pytest.mark.parametrize(
    "draw",
    [
        lambda: curve({name: [[(1, 0.5), (2, 0.7)]] for name in ODD}, "loss", legend=True),
        lambda: importance_by_class({name: np.linspace(0, 1, 9) for name in ODD}),
        lambda: label_flow([[0, 3, 1], [2, 0, 0], [0, 0, 0]], ODD),
        lambda: slice_accuracies([_slice(name, 0.5) for name in ODD], 0.6),
    ],
)
def test_names_are_drawn_as_they_are_whatever_they_hold(draw: Callable[[], bytes]) -> None:
    """A formula that does not parse, one that is too long, markup: none is an error."""
    assert len(np.unique(_decoded(draw()))) > 10


def test_a_curve_has_a_line_for_each_fold() -> None:
    """Two folds leave more of the picture blue than one does."""
    folds = [[(1, 0.0), (2, 1.0)], [(1, 1.0), (2, 0.0)]]
    one, both = (_blueish(curve({"scn": folds[:number]}, "loss")) for number in (1, 2))
    assert both > 1.5 * one


def test_slices_of_too_few_faces_are_grey() -> None:
    large, small = (
        slice_accuracies([_slice("old", 0.5, small=s), _slice("young", 0.7, small=s)], 0.6)
        for s in (False, True)
    )
    assert _blue(large) > 500
    assert _blue(small) == 0


def test_a_reliability_diagram_follows_the_bins() -> None:
    """Where the network is always wrong, there is no bar."""
    said = answers(300, skill=2.0)
    wrong = said.only(~said.right)
    drawn = [_blue(reliability_diagram(reliability(part), "t")) for part in (said, wrong)]
    # The patch of the legend is blue in both.
    assert drawn[0] > 10 * drawn[1]


def test_bands_are_as_wide_as_the_changes_are_many() -> None:
    """Of four changes three leave the first class, whose colour is blue."""
    rare, often = ([[0, first], [4 - first, 0]] for first in (1, 3))
    assert _blueish(label_flow(often, "ab")) > 1.5 * _blueish(label_flow(rare, "ab"))


def test_a_picture_is_shown_at_the_size_it_was_drawn_for() -> None:
    png = curve({"scn": [[(1, 0.5)]]}, "loss")
    assert picture(png, "loss").width_px == _decoded(png).shape[1] // DENSITY


def _blue(png: bytes) -> int:
    """Pixels of the first colour."""
    return int((np.abs(_decoded(png) - (0xAD, 0x5C, 0x0B)).max(axis=2) < 12).sum())


def _blueish(png: bytes) -> int:
    image = _decoded(png)
    return int((image[..., 0] - image[..., 2] > 60).sum())
