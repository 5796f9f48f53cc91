"""The points of a face that carry its expression, marked by hand on the two portraits.

All coordinates are pixels of one canvas in which both portraits lie with their eyes at the same
two places. ``_l`` and ``_r`` are the left and right of the picture, not of the person.
"""

from collections.abc import Mapping
from typing import Final

import numpy as np
import numpy.typing as npt

Points = npt.NDArray[np.float64]
Marks = dict[str, tuple[float, float]]

CANVAS_WIDTH_PX: Final = 560
CANVAS_HEIGHT_PX: Final = 540
EYES_XY: Final = ((240.0, 180.0), (320.0, 180.0))

# A line of names runs from left to right.
BROW_L: Final = ("brow_outer_l", "brow_mid_l", "brow_inner_l")
BROW_R: Final = ("brow_inner_r", "brow_mid_r", "brow_outer_r")
UPPER_LIP: Final = ("mouth_l", "upper_l", "upper_c", "upper_r", "mouth_r")
LOWER_LIP: Final = ("mouth_l", "lower_l", "lower_c", "lower_r", "mouth_r")

_ASTRONAUT: Final[Marks] = {
    "brow_outer_l": (210, 160),
    "brow_mid_l": (230, 155),
    "brow_inner_l": (253, 161),
    "brow_inner_r": (303, 161),
    "brow_mid_r": (330, 156),
    "brow_outer_r": (352, 160),
    "eye_outer_l": (214, 179),
    "eye_upper_l": (234, 170),
    "eye_inner_l": (254, 182),
    "eye_lower_l": (236, 188),
    "eye_inner_r": (300, 182),
    "eye_upper_r": (322, 171),
    "eye_outer_r": (343, 179),
    "eye_lower_r": (323, 188),
    "nose_root": (280, 190),
    "nose_tip": (279, 226),
    "nostril_l": (256, 228),
    "nostril_r": (303, 228),
    "mouth_l": (239, 252),
    "upper_l": (257, 259),
    "upper_c": (279, 259),
    "upper_r": (301, 258),
    "mouth_r": (319, 251),
    "lower_l": (258, 266),
    "lower_c": (279, 269),
    "lower_r": (300, 266),
    "lip_top": (279, 250),
    "lip_bottom": (279, 279),
    "cheek_l": (222, 222),
    "cheek_r": (338, 222),
    "chin": (280, 312),
}
_HOPPER: Final[Marks] = {
    "brow_outer_l": (210, 157),
    "brow_mid_l": (238, 152),
    "brow_inner_l": (262, 162),
    "brow_inner_r": (294, 161),
    "brow_mid_r": (318, 151),
    "brow_outer_r": (346, 157),
    "eye_outer_l": (222, 180),
    "eye_upper_l": (241, 172),
    "eye_inner_l": (258, 181),
    "eye_lower_l": (241, 189),
    "eye_inner_r": (300, 181),
    "eye_upper_r": (316, 173),
    "eye_outer_r": (336, 180),
    "eye_lower_r": (316, 189),
    "nose_root": (278, 190),
    "nose_tip": (278, 224),
    "nostril_l": (254, 227),
    "nostril_r": (303, 227),
    "mouth_l": (240, 261),
    "upper_l": (257, 257.5),
    "upper_c": (276, 257.5),
    "upper_r": (295, 257.5),
    "mouth_r": (313, 262),
    "lower_l": (257, 262.5),
    "lower_c": (276, 264),
    "lower_r": (295, 262.5),
    "lip_top": (276, 252),
    "lip_bottom": (276, 275),
    "cheek_l": (222, 228),
    "cheek_r": (336, 228),
    "chin": (280, 304),
}
# The mouth of both at rest: closed, level.
_REST_MOUTH: Final[Marks] = {
    "mouth_l": (246, 260),
    "upper_l": (260, 258.5),
    "upper_c": (279, 258.5),
    "upper_r": (298, 258.5),
    "mouth_r": (312, 260),
    "lower_l": (260, 261.5),
    "lower_c": (279, 261.5),
    "lower_r": (298, 261.5),
    "lip_top": (279, 251),
    "lip_bottom": (279, 273),
}

_MARKS: Final = {"astronaut": _ASTRONAUT, "hopper": _HOPPER}
NAMES: Final = tuple(_ASTRONAUT)
# What never moves: a ring round the face, and the canvas.
_RING: Final = (
    *((165, 150), (165, 200), (172, 250), (185, 300), (210, 350), (280, 375)),
    *((350, 350), (375, 300), (388, 250), (395, 200), (395, 150)),
    *((185, 105), (230, 95), (280, 92), (330, 95), (375, 105)),
    *((0, 0), (280, 0), (559, 0), (0, 270), (559, 270), (0, 539), (280, 539), (559, 539)),
)
ANCHORS_XY: Final[Points] = np.array(_RING, np.float64)


def at_picture(portrait: str) -> Points:
    """Where the points lie in the portrait as it was taken: float64 [len(NAMES), 2]."""
    marks = _MARKS[portrait]
    return np.array([marks[name] for name in NAMES], np.float64)


def at_rest(portrait: str) -> Points:
    """Where they lie when that face shows nothing: float64 [len(NAMES), 2]."""
    marks = _MARKS[portrait] | _REST_MOUTH
    return np.array([marks[name] for name in NAMES], np.float64)


def rows(names: tuple[str, ...]) -> list[int]:
    """The rows of these points."""
    return [NAMES.index(name) for name in names]


def displacement(moves: Mapping[str, tuple[float, float]]) -> Points:
    """Displacements of all points in pixels: float64 [len(NAMES), 2].

    Args:
        moves: (outward, down) by name; a name without its side moves both sides alike, and for
            points on the middle line, or named with their side, outward means to the right.
    """
    result = np.zeros((len(NAMES), 2))
    for row, name in enumerate(NAMES):
        stem, _, side = name.rpartition("_")
        dx, dy = moves.get(stem, (0.0, 0.0)) if side in ("l", "r") else (0.0, 0.0)
        own_dx, own_dy = moves.get(name, (0.0, 0.0))
        result[row] = (own_dx + (-dx if side == "l" else dx), own_dy + dy)
    return result
