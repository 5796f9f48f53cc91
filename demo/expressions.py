"""Eight expressions as smooth warps of one face, with the folds and the mouth painted in.

A few points move as ``demo.expression_recipes`` says; a thin-plate spline (Bookstein,
https://doi.org/10.1109/34.24792) moves all that lies between them.
"""

from typing import Final

import cv2
import numpy as np
import numpy.typing as npt
from scipy.interpolate import RBFInterpolator

from demo.expression_recipes import RECIPES
from demo.face_paint import paint_brows, paint_creases, paint_mouth
from demo.face_points import (
    ANCHORS_XY,
    CANVAS_HEIGHT_PX,
    CANVAS_WIDTH_PX,
    LOWER_LIP,
    UPPER_LIP,
    Points,
    displacement,
    rows,
)
from demo.portraits import Portrait
from scn.emotions import EMOTIONS

_GRID_PX: Final = 4
_EYE_L: Final = rows(("eye_outer_l", "eye_upper_l", "eye_inner_l", "eye_lower_l"))
_EYE_R: Final = rows(("eye_outer_r", "eye_upper_r", "eye_inner_r", "eye_lower_r"))
_NOSE_AND_MOUTH: Final = rows(("nose_tip", "mouth_l", "mouth_r"))
_UPPER: Final = rows(UPPER_LIP[1:-1])
_LOWER: Final = rows(LOWER_LIP[1:-1])


def points_of(portrait: Portrait, expression: str, intensity: float) -> Points:
    """Where the face's points lie in this expression: float64 [len(NAMES), 2], canvas pixels.

    Raises:
        ValueError: the expression is none of ``EMOTIONS``, or intensity is outside 0 to 1.
    """
    if expression not in RECIPES:
        raise ValueError(f"expression: must be one of {EMOTIONS}, was {expression!r}")
    if not 0 <= intensity <= 1:
        raise ValueError(f"intensity: must be in 0 to 1, was {intensity}")
    return portrait.rest_xy + intensity * displacement(RECIPES[expression].moves)


def backward_field(portrait: Portrait, expression: str, intensity: float) -> Points:
    """Where every fourth canvas pixel fetches its colour: float64 [136, 141, 2], x and y."""
    target_xy = _with_anchors(points_of(portrait, expression, intensity))
    source_xy = _with_anchors(portrait.picture_xy)
    spline = RBFInterpolator(target_xy, source_xy - target_xy, kernel="thin_plate_spline")
    xs = np.arange(0, CANVAS_WIDTH_PX + _GRID_PX, _GRID_PX, dtype=np.float64)
    ys = np.arange(0, CANVAS_HEIGHT_PX + _GRID_PX, _GRID_PX, dtype=np.float64)
    grid_xy = np.stack(np.meshgrid(xs, ys), axis=-1)
    return grid_xy + spline(grid_xy.reshape(-1, 2)).reshape(grid_xy.shape)


def _with_anchors(points_xy: Points) -> Points:
    """All points that hold the spline: without the middle of the mouth it swings in the gap."""
    upper_xy, lower_xy = points_xy[_UPPER], points_xy[_LOWER]
    between = [upper_xy + share * (lower_xy - upper_xy) for share in (0.25, 0.5, 0.75)]
    return np.concatenate([points_xy, *between, ANCHORS_XY])


def jacobian_determinant(field_xy: Points) -> npt.NDArray[np.float64]:
    """How much area the field takes from the source per canvas area; a fold is 0 or less."""
    along_x = np.diff(field_xy, axis=1)[:-1] / _GRID_PX
    along_y = np.diff(field_xy, axis=0)[:, :-1] / _GRID_PX
    determinant = along_x[..., 0] * along_y[..., 1] - along_x[..., 1] * along_y[..., 0]
    return np.asarray(determinant, np.float64)


def warp(portrait: Portrait, expression: str, intensity: float) -> npt.NDArray[np.uint8]:
    """The portrait with this expression: uint8 [540, 560, 4]; intensity 0 shows nothing."""
    field_xy = backward_field(portrait, expression, intensity).astype(np.float32)
    image_rgba = _sample(portrait.image_rgba, field_xy)
    points_xy = points_of(portrait, expression, intensity)
    recipe = RECIPES[expression]
    face_rgb = np.ascontiguousarray(image_rgba[..., :3])
    paint_creases(face_rgb, recipe.creases, intensity)
    paint_brows(face_rgb, points_xy, portrait.brow_rgb, portrait.brow_width_px)
    paint_mouth(face_rgb, points_xy, recipe.upper_teeth, recipe.lower_teeth)
    result = np.dstack([face_rgb, image_rgba[..., 3]])
    return np.asarray(result[:, ::-1] if portrait.mirrored else result, np.uint8)


def landmarks_of(portrait: Portrait, expression: str, intensity: float) -> Points:
    """Eyes, nose and mouth corners of what ``warp`` returns: float64 [5, 2], canvas pixels."""
    points_xy = points_of(portrait, expression, intensity)
    eyes_xy = np.stack([points_xy[_EYE_L].mean(axis=0), points_xy[_EYE_R].mean(axis=0)])
    landmarks_xy = np.concatenate([eyes_xy, points_xy[_NOSE_AND_MOUTH]])
    if portrait.mirrored:
        landmarks_xy = landmarks_xy[[1, 0, 2, 4, 3]]
        landmarks_xy[:, 0] = CANVAS_WIDTH_PX - 1 - landmarks_xy[:, 0]
    return landmarks_xy


def _sample(
    image_rgba: npt.NDArray[np.uint8], field_xy: npt.NDArray[np.float32]
) -> npt.NDArray[np.uint8]:
    """Fetch every pixel from where the coarse field says, between its points linearly."""
    ys, xs = np.mgrid[:CANVAS_HEIGHT_PX, :CANVAS_WIDTH_PX].astype(np.float32) / _GRID_PX
    dense_xy = cv2.remap(field_xy, xs, ys, cv2.INTER_LINEAR)
    source_x, source_y = dense_xy[..., 0], dense_xy[..., 1]
    result = cv2.remap(
        image_rgba, source_x, source_y, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(result, np.uint8)
