"""What a warp cannot show, painted softly: the inside of the mouth, teeth, brows and creases."""

from typing import Final

import cv2
import numpy as np
import numpy.typing as npt
from scipy.interpolate import PchipInterpolator

from demo.face_points import BROW_L, BROW_R, LOWER_LIP, UPPER_LIP, Points, rows

Creases = tuple[tuple[tuple[float, float], ...], ...]
"""Lines of canvas points along which the skin folds."""
Image = npt.NDArray[np.uint8]

_MOUTH_RGB: Final = (58, 18, 20)
_TEETH_RGB: Final = (232, 224, 208)
_CREASE_RGB: Final = (70, 38, 26)
# OpenCV draws at fractions of a pixel when coordinates are scaled by a power of two.
_SHIFT: Final = 4


def paint_mouth(
    image_rgb: Image, points_xy: Points, upper_teeth: float, lower_teeth: float
) -> None:
    """Paint what lies between the lips, in place.

    Args:
        image_rgb: the canvas.
        points_xy: the face's points.
        upper_teeth: share of the opening that the upper teeth fill.
        lower_teeth: share of the opening that the lower teeth fill.
    """
    xs, upper, lower = _lips(points_xy)
    gap = lower - upper
    _blend(image_rgb, _area(image_rgb, xs, upper, lower), _MOUTH_RGB, 0.92)
    if upper_teeth:
        teeth = _area(image_rgb, xs[4:-4], upper[4:-4], (upper + upper_teeth * gap)[4:-4])
        _blend(image_rgb, teeth, _TEETH_RGB, 0.95)
    if lower_teeth:
        teeth = _area(image_rgb, xs[4:-4], (lower - lower_teeth * gap)[4:-4], lower[4:-4])
        _blend(image_rgb, teeth, _TEETH_RGB, 0.9)


def paint_brows(
    image_rgb: Image, points_xy: Points, colour_rgb: tuple[int, int, int], width_px: float
) -> None:
    """Paint both brows along their points, in place."""
    for names in (BROW_L, BROW_R):
        curve = _smooth(points_xy[rows(names)])
        _blend(image_rgb, _stroke(image_rgb, curve, width_px, 0.9), colour_rgb, 0.8)


def paint_creases(image_rgb: Image, creases: Creases, strength: float) -> None:
    """Paint shadows along the creases, in place; strength 0 paints nothing, 1 plain folds."""
    for crease in creases:
        curve = _smooth(np.array(crease, np.float64))
        _blend(image_rgb, _stroke(image_rgb, curve, 2.5, 1.5), _CREASE_RGB, 0.75 * strength)


def _lips(points_xy: Points) -> tuple[Points, Points, Points]:
    """x, and y of the upper and the lower lip's inner edge, float64 [33] each."""
    upper_xy, lower_xy = points_xy[rows(UPPER_LIP)], points_xy[rows(LOWER_LIP)]
    xs = np.linspace(upper_xy[0, 0], upper_xy[-1, 0], 33)
    upper = PchipInterpolator(upper_xy[:, 0], upper_xy[:, 1])(xs)
    lower = PchipInterpolator(lower_xy[:, 0], lower_xy[:, 1])(xs)
    return xs, upper, np.maximum(upper, lower)


def _smooth(points_xy: Points) -> Points:
    """A parabola through three points, or the line through two: float64 [17, 2]."""
    at = np.linspace(0, len(points_xy) - 1, len(points_xy))
    fit = np.polynomial.polynomial.polyfit(at, points_xy, len(points_xy) - 1)
    curve = np.polynomial.polynomial.polyval(np.linspace(0, at[-1], 17), fit).T
    return np.asarray(curve, np.float64)


def _area(image_rgb: Image, xs: Points, upper: Points, lower: Points) -> Image:
    """255 between two curves, 0 elsewhere, with a soft edge: uint8 [H, W]."""
    edge = np.concatenate([np.stack([xs, upper], axis=1), np.stack([xs, lower], axis=1)[::-1]])
    mask = np.zeros(image_rgb.shape[:2], np.uint8)
    cv2.fillPoly(mask, [_fixed_point(edge)], 255, cv2.LINE_AA, _SHIFT)
    return _soften(mask, 0.8)


def _stroke(image_rgb: Image, curve_xy: Points, width_px: float, softness_px: float) -> Image:
    """255 along a curve, 0 elsewhere, with a soft edge: uint8 [H, W]."""
    mask = np.zeros(image_rgb.shape[:2], np.uint8)
    cv2.polylines(
        mask, [_fixed_point(curve_xy)], False, 255, max(1, round(width_px)), cv2.LINE_AA, _SHIFT
    )
    return _soften(mask, softness_px)


def _fixed_point(points_xy: Points) -> npt.NDArray[np.int32]:
    return np.rint(points_xy * 2**_SHIFT).astype(np.int32)


def _soften(mask: Image, softness_px: float) -> Image:
    return np.asarray(cv2.GaussianBlur(mask, (0, 0), softness_px), np.uint8)


def _blend(image_rgb: Image, mask: Image, colour_rgb: tuple[int, int, int], opacity: float) -> None:
    x, y, width, height = cv2.boundingRect(mask)
    part = np.s_[y : y + height, x : x + width]
    weight = mask[part][..., None].astype(np.float32) * (opacity / 255)
    image_rgb[part] = np.rint(image_rgb[part] * (1 - weight) + np.array(colour_rgb) * weight)
