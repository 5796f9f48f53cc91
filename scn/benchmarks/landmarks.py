"""Five landmarks out of AffectNet's 68, which are ordered as in iBUG 300-W.

Source of the order: https://ibug.doc.ic.ac.uk/resources/facial-point-annotations/ (from 0 here).
"""

from collections.abc import Sequence
from typing import Final

LANDMARKS: Final = 68
_LEFT_EYE = range(36, 42)  # left in the image
_RIGHT_EYE = range(42, 48)
_NOSE = range(30, 31)
_LEFT_MOUTH_CORNER = range(48, 49)
_RIGHT_MOUTH_CORNER = range(54, 55)
_FIVE = (_LEFT_EYE, _RIGHT_EYE, _NOSE, _LEFT_MOUTH_CORNER, _RIGHT_MOUTH_CORNER)


def five_landmarks(values: Sequence[str | float]) -> tuple[float, ...]:
    """Return both eyes' centres, the nose and the mouth corners as x, y pairs in pixels.

    Args:
        values: 136 numbers or their text, x and y in pixels by turns.

    Raises:
        ValueError: if there are not 136 values, or one that is needed is no number.
    """
    if len(values) != 2 * LANDMARKS:
        raise ValueError(f"{len(values)} landmark values instead of {2 * LANDMARKS}")
    return tuple(
        sum(float(values[2 * point + axis]) for point in points) / len(points)
        for points in _FIVE
        for axis in (0, 1)
    )


def relative_landmarks(
    landmarks_px: Sequence[float], width_px: int, height_px: int
) -> tuple[float, ...] | None:
    """Divide x, y pairs by the frame's size; None if a point lies outside the frame."""
    xs = [x / width_px for x in landmarks_px[0::2]]
    ys = [y / height_px for y in landmarks_px[1::2]]
    if not all(0 <= value <= 1 for value in xs + ys):
        return None
    return tuple(value for pair in zip(xs, ys, strict=True) for value in pair)
