"""How the points of a face move in each expression, at full intensity.

The amounts are chosen by hand, in the directions of the action units that go with the basic
emotions (Ekman and Friesen, Facial Action Coding System, 1978), and exaggerated.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from demo.face_paint import Creases


@dataclass(frozen=True, slots=True)
class Recipe:
    """An expression at full intensity."""

    moves: Mapping[str, tuple[float, float]]
    """(outward, down) in canvas pixels, as ``demo.face_points.displacement`` takes them."""
    creases: Creases = ()
    upper_teeth: float = 0.0
    """Share of the open mouth, from above."""
    lower_teeth: float = 0.0


_FOREHEAD: Final[Creases] = (
    ((245, 138), (280, 134), (315, 138)),
    ((240, 146), (280, 142), (320, 146)),
)
_FROWN: Final[Creases] = (((273, 150), (275, 172)), ((287, 150), (285, 172)))
_NOSE: Final[Creases] = (
    ((266, 180), (280, 184), (294, 180)),
    ((263, 190), (280, 195), (297, 190)),
    ((262, 200), (266, 206)),
    ((298, 200), (294, 206)),
)
_CHEEKS: Final[Creases] = (
    ((250, 222), (236, 236), (229, 254)),
    ((310, 222), (324, 236), (331, 254)),
)

RECIPES: Final[Mapping[str, Recipe]] = {
    "neutral": Recipe({}),
    "happy": Recipe(
        {
            "mouth": (11, -13),
            "upper": (4, -6),
            "upper_c": (0, -3),
            "lower": (5, 1),
            "lower_c": (0, 9),
            "lip_top": (0, -3),
            "lip_bottom": (0, 7),
            "cheek": (3, -9),
            "eye_lower": (0, -4),
            "chin": (0, 2),
        },
        _CHEEKS,
        upper_teeth=0.75,
    ),
    "sad": Recipe(
        {
            "mouth": (-1, 14),
            "upper": (0, 2),
            "upper_c": (0, -4),
            "lower": (0, 3),
            "lower_c": (0, -4),
            "lip_top": (0, -3),
            "lip_bottom": (0, -4),
            "brow_inner": (-1, -14),
            "brow_mid": (0, -4),
            "brow_outer": (0, 7),
            "eye_upper": (0, 4),
            "eye_outer": (0, 3),
        }
    ),
    "surprise": Recipe(
        {
            "mouth": (-5, 7),
            "upper": (0, -5),
            "upper_c": (0, -6),
            "lower": (-1, 24),
            "lower_c": (0, 30),
            "lip_top": (0, -6),
            "lip_bottom": (0, 31),
            "chin": (0, 26),
            "brow_outer": (0, -11),
            "brow_mid": (0, -17),
            "brow_inner": (0, -15),
            "eye_upper": (0, -6),
            "eye_lower": (0, 3),
        },
        _FOREHEAD,
    ),
    "fear": Recipe(
        {
            "mouth": (15, 9),
            "upper": (6, -3),
            "upper_c": (0, -3),
            "lower": (8, 9),
            "lower_c": (0, 10),
            "lip_top": (0, -3),
            "lip_bottom": (0, 11),
            "chin": (0, 8),
            "brow_inner": (-3, -16),
            "brow_mid": (-3, -11),
            "brow_outer": (0, -2),
            "eye_upper": (0, -7),
            "eye_lower": (0, 1),
        },
        _FOREHEAD,
        upper_teeth=0.4,
        lower_teeth=0.4,
    ),
    "disgust": Recipe(
        {
            "mouth": (3, 8),
            "upper": (4, -9),
            "upper_c": (0, -11),
            "lower": (3, 1),
            "lower_c": (0, 3),
            "lip_top": (0, -11),
            "lip_bottom": (0, 4),
            "nostril": (4, -7),
            "nose_tip": (0, -6),
            "cheek": (0, -12),
            "brow_inner": (-2, 9),
            "brow_mid": (0, 8),
            "brow_outer": (0, 4),
            "eye_upper": (0, 4),
            "eye_lower": (0, -5),
        },
        (*_NOSE, *_CHEEKS),
        upper_teeth=0.45,
    ),
    "anger": Recipe(
        {
            "mouth": (-3, 5),
            "upper": (-2, 1),
            "lip_top": (0, 3),
            "lower": (-2, 0),
            "lip_bottom": (0, -4),
            "chin": (0, -2),
            "nostril": (2, -1),
            "brow_inner": (-7, 15),
            "brow_mid": (0, 5),
            "brow_outer": (2, -10),
            "eye_upper": (0, 2),
            "eye_lower": (0, -3),
        },
        _FROWN,
    ),
    "contempt": Recipe(
        {
            "mouth_r": (14, -20),
            "upper_r": (6, -11),
            "lower_r": (6, -10),
            "upper_c": (3, -2),
            "lower_c": (3, -2),
            "lip_bottom": (2, -1),
            "cheek_r": (2, -9),
            "mouth_l": (0, 5),
            "brow_mid_r": (0, -17),
            "brow_outer_r": (0, -13),
            "brow_inner_r": (0, -5),
            "eye_upper": (0, 4),
        },
        _CHEEKS[1:],
    ),
}
