"""Faces and their five landmarks in one frame, by MTCNN with facenet-pytorch's weights.

Zhang et al. 2016, "Joint face detection and alignment using multitask cascaded convolutional
networks" (https://arxiv.org/abs/1604.02878); https://github.com/timesler/facenet-pytorch, whose
package carries the weights.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from facenet_pytorch import MTCNN

Box = tuple[float, float, float, float]
Landmarks = tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Detection:
    """One face in one frame."""

    t_s: float
    """Presentation time in seconds."""
    box_xyxy: Box
    """Relative to the frame's width and height, clipped to 0 to 1."""
    landmarks_xy: Landmarks
    """Left eye, right eye, nose, left and right mouth corner as seen; relative, not clipped."""
    probability: float
    size_px: int
    """Shorter side of the box in source pixels."""


def detect_faces(
    frame_rgb: npt.NDArray[np.uint8], *, t_s: float, min_face_px: int
) -> tuple[Detection, ...]:
    """Find all faces of a frame, the largest first.

    Frames go through the cascade one by one: in a batch the candidates of all frames share
    the networks' calls and one suppression, so that a box would depend, in its last digits,
    on the frames beside it. On a processor a batch gains little.

    Args:
        frame_rgb: uint8 [H, W, 3].
        t_s: Presentation time in seconds.
        min_face_px: Size of the smallest face looked for; somewhat smaller ones may be found.
    """
    if min(frame_rgb.shape[:2]) <= min_face_px:
        return ()
    cascade = _cascade(min_face_px)
    with torch.inference_mode():
        found = cascade.detect(frame_rgb, landmarks=True)
    return tuple(_detections(found, frame_rgb, t_s))


@cache
def _cascade(min_face_px: int) -> MTCNN:
    cascade = MTCNN(min_face_size=min_face_px, keep_all=True, device="cpu").eval()
    # The frames arrive in this layout; following it saves a third of the time.
    return cascade.to(memory_format=torch.channels_last)


def _detections(
    found: tuple[Any, Any, Any], frame_rgb: npt.NDArray[np.uint8], t_s: float
) -> Iterator[Detection]:
    boxes_px, probabilities, landmarks_px = found
    if boxes_px is None:
        return
    size_px = np.array([frame_rgb.shape[1], frame_rgb.shape[0]], np.float64)
    for box_px, probability, points_px in zip(boxes_px, probabilities, landmarks_px, strict=True):
        corners_px = np.asarray(box_px, np.float64).reshape(2, 2).clip(0, size_px)
        left, top, right, bottom = (corners_px / size_px).ravel().tolist()
        points = (np.asarray(points_px, np.float64) / size_px).tolist()
        yield Detection(
            t_s=t_s,
            box_xyxy=(left, top, right, bottom),
            landmarks_xy=tuple((x, y) for x, y in points),
            probability=float(probability),
            size_px=round(float(np.diff(corners_px, axis=0).min())),
        )
