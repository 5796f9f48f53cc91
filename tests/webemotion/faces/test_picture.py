"""A frame in several sizes."""

import cv2
import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tests.webemotion.recordings import collins, hopper, scene
from webemotion.faces.picture import Picture

FRAME = np.asarray(cv2.resize(scene((collins(), 10), (hopper(), 190)), (961, 541)), np.uint8)


@given(st.integers(0, 900), st.integers(0, 500), st.integers(1, 540), st.sampled_from([24, 48]))
def test_a_square_from_a_reduced_frame_is_that_of_the_frame_itself(
    x0: int, y0: int, side_px: int, wanted_px: int
) -> None:
    """Cut out of whichever size, the pixels differ by a few grey levels at the most on average."""
    x1, y1 = min(x0 + side_px, 961), min(y0 + side_px, 541)
    square = Picture(FRAME).square((x0, y0), (x1, y1), wanted_px)
    cut = FRAME[y0:y1, x0:x1]
    direct = cv2.resize(cut, (wanted_px, wanted_px), interpolation=cv2.INTER_AREA)
    assert square.shape == (wanted_px, wanted_px, 3)
    assert np.abs(square.astype(int) - direct).mean() < 4


def test_the_frame_itself_is_never_changed() -> None:
    """Reductions are copies."""
    picture = Picture(FRAME.copy())
    small = picture.scaled(100, 56)
    small[:] = 0
    assert picture.size_px == (961, 541)
    assert (picture.frame_rgb == FRAME).all()
    assert picture.scaled(100, 56).any()
