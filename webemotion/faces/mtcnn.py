"""Faces and their five landmarks in one frame: looked for everywhere, or where they were before."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from webemotion.faces.cascade import Faces, finish, propose, refine
from webemotion.faces.detection import Box, Detection
from webemotion.faces.picture import Picture

Floats = npt.NDArray[np.float64]

# Where a face may have gone: squares shifted by shares of their side, and of other sizes.
_SHIFTS: Final = np.array(
    [
        (x, y, size)
        for size in (0.8, 1.0, 1.25)
        for x, y in ((0, 0), (-0.25, 0), (0.25, 0), (0, -0.25), (0, 0.25))
    ]
)


_STAY: Final = np.array([(0.0, 0.0, 1.0)])
# Of two squares that share more, as intersection over union, the likelier one is kept: the third
# network takes four times as long as the second, and of one face it needs to see one square.
_OVERLAP: Final = 0.5


def detect_faces(picture: Picture, *, t_s: float, min_face_px: int) -> tuple[Detection, ...]:
    """Find all faces of a frame, the largest first.

    Args:
        picture: The frame.
        t_s: Presentation time in seconds.
        min_face_px: Size of the smallest face looked for; somewhat smaller ones may be found.
    """
    if min(picture.size_px) <= min_face_px:
        return ()
    squares_px = refine(picture, propose(picture, min_face_px), _OVERLAP)
    return _detections(finish(picture, squares_px), picture, t_s)


def follow_faces(
    picture: Picture, boxes_xyxy: Sequence[Box], *, t_s: float, widely: bool = False
) -> tuple[Detection, ...]:
    """Find faces again where they are expected, the largest first.

    The first network, which looks everywhere and takes most of the time, is left out.

    Args:
        picture: The frame.
        boxes_xyxy: Where the faces are expected, relative to the frame.
        t_s: Presentation time in seconds.
        widely: Whether to look around these places, too.
    """
    if not boxes_xyxy:
        return ()
    boxes_px = np.array(boxes_xyxy, np.float64) * np.tile(picture.size_px, 2)
    squares_px = refine(picture, _around(boxes_px, _SHIFTS if widely else _STAY), _OVERLAP)
    return _detections(finish(picture, squares_px), picture, t_s)


def _around(boxes_px: Floats, shifts: Floats) -> Floats:
    middle = (boxes_px[:, :2] + boxes_px[:, 2:]) / 2
    side = (boxes_px[:, 2:] - boxes_px[:, :2]).max(axis=1)[:, None, None]
    centres = middle[:, None] + shifts[None, :, :2] * side
    halves = shifts[None, :, 2:] * side / 2
    return np.concatenate([centres - halves, centres + halves], axis=-1).reshape(-1, 4)


def _detections(faces: Faces, picture: Picture, t_s: float) -> tuple[Detection, ...]:
    size_px = np.array(picture.size_px, np.float64)
    corners_px = faces.boxes_px.reshape(-1, 2, 2).clip(0, size_px)
    sides_px = corners_px[:, 1] - corners_px[:, 0]
    boxes = (corners_px / size_px).reshape(-1, 4).tolist()
    points = (faces.landmarks_px / size_px).tolist()
    return tuple(
        Detection(
            t_s=t_s,
            box_xyxy=tuple(boxes[face]),
            landmarks_xy=tuple((x, y) for x, y in points[face]),
            probability=float(faces.probabilities[face]),
            size_px=round(float(sides_px[face].min())),
        )
        for face in np.argsort(-sides_px.min(axis=1), kind="stable").tolist()
    )
