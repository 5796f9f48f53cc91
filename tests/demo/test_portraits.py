"""The two portraits on their canvas."""

import numpy as np
import pytest

from demo.face_points import EYES_XY
from demo.landmarks import find_landmarks
from demo.portraits import Portrait


@pytest.mark.parametrize("name", ["astronaut", "hopper"])
def test_eyes_lie_where_the_canvas_has_them(portraits: dict[str, Portrait], name: str) -> None:
    """MTCNN finds the eyes of the cut-out within 4 pixels of their place."""
    found_xy = find_landmarks(portraits[name].image_rgba[..., :3].copy())
    assert np.abs(found_xy[:2] - EYES_XY).max() < 4


@pytest.mark.parametrize("name", ["astronaut", "hopper"])
def test_face_is_opaque_and_surroundings_are_not(portraits: dict[str, Portrait], name: str) -> None:
    """The matte keeps the whole face and drops what stands beside the head."""
    matte = portraits[name].image_rgba[..., 3]
    assert matte[150:280, 225:335].min() == 255
    assert matte[:200, :90].max() == 0
    assert matte[:200, 470:].max() == 0


def test_a_picture_without_a_face_is_refused() -> None:
    """Landmarks of a grey square raise ValueError."""
    with pytest.raises(ValueError, match="one clear face"):
        find_landmarks(np.full((200, 200, 3), 128, np.uint8))
