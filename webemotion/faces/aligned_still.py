"""A still picture's face, aligned as collected faces are; no picture is lost for want of a face.

Where the detector finds none, the source's own landmarks are used, or its box, or the whole
picture: a test split that lost what is hard to detect would be an easier one.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

import cv2
import numpy as np
import numpy.typing as npt

from webemotion.faces.alignment import align
from webemotion.faces.crops import encode_jpeg
from webemotion.faces.detection import Box, Detection, Landmarks
from webemotion.faces.harvest_config import HarvestConfig
from webemotion.faces.mtcnn import detect_faces
from webemotion.faces.overlap import box_iou
from webemotion.faces.picture import Picture
from webemotion.faces.quality import pose_deg

Image = npt.NDArray[np.uint8]
How = Literal["detector", "landmarks of the source", "box of the source", "whole picture"]
HOW: Final[tuple[How, ...]] = (
    "detector",
    "landmarks of the source",
    "box of the source",
    "whole picture",
)

# Benchmarks cut faces tightly and small; the detector was trained on faces with surroundings.
_BORDER: Final = 0.4
_AROUND_BOX: Final = 0.5
_SIDE_PX: Final = 384
_SMALLEST_SHARE: Final = 0.12
# Of a face that the source has marked: less overlap is another face.
_LEAST_OVERLAP: Final = 0.2

_Move = Callable[[npt.NDArray[np.float64]], npt.NDArray[np.float64]]


@dataclass(frozen=True, slots=True)
class AlignedStill:
    """An aligned picture.

    Attributes:
        image_jpeg: the crop.
        how: what it was aligned by.
        detection: the face, relative to the whole picture; none if the detector found none.
        pose_deg: yaw, pitch and roll; none without landmarks.
    """

    image_jpeg: bytes
    how: How
    detection: Detection | None
    pose_deg: tuple[float, float, float] | None


def align_still(
    image_rgb: Image,
    *,
    box_xyxy: Box | None = None,
    landmarks_xy: Landmarks | None = None,
    config: HarvestConfig,
) -> AlignedStill:
    """Align the face that the source has marked, or the largest.

    Args:
        image_rgb: uint8 [H, W, 3].
        box_xyxy: where the source says the face is, relative to the picture.
        landmarks_xy: what the source says of its landmarks, relative to the picture.
        config: size, margin and JPEG quality of the crop.
    """
    detection = _detected(image_rgb, box_xyxy)
    points = detection.landmarks_xy if detection else landmarks_xy
    if points is not None:
        landmarks_px = np.array(points) * image_rgb.shape[1::-1]
        crop = align(image_rgb, landmarks_px, crop_px=config.crop_px, margin=config.margin)
        how: How = "detector" if detection else "landmarks of the source"
        pose = pose_deg(landmarks_px)
        return AlignedStill(encode_jpeg(crop, config.jpeg_quality), how, detection, pose)
    crop = _square(image_rgb, box_xyxy or (0.0, 0.0, 1.0, 1.0), config.crop_px)
    how = "box of the source" if box_xyxy else "whole picture"
    return AlignedStill(encode_jpeg(crop, config.jpeg_quality), how, None, None)


def _detected(image_rgb: Image, box_xyxy: Box | None) -> Detection | None:
    """The face, in coordinates of the whole picture."""
    corner_px, part_rgb = _part(image_rgb, box_xyxy)
    scale = _SIDE_PX / max(part_rgb.shape[:2])
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    resized = cv2.resize(part_rgb, None, fx=scale, fy=scale, interpolation=how)
    border_px = round(_BORDER * _SIDE_PX)
    around = (border_px, border_px, border_px, border_px)
    framed = np.asarray(cv2.copyMakeBorder(resized, *around, cv2.BORDER_REPLICATE), np.uint8)
    smallest_px = round(_SMALLEST_SHARE * _SIDE_PX)
    faces = detect_faces(Picture(framed), t_s=0.0, min_face_px=smallest_px)
    size_px = np.array(image_rgb.shape[1::-1], np.float64)

    def back(points: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        return np.asarray(
            ((points * framed.shape[1::-1] - border_px) / scale + corner_px) / size_px, np.float64
        )

    found = [_moved(face, back, size_px) for face in faces]
    if box_xyxy is None or not found:
        return found[0] if found else None
    overlaps = box_iou(np.array([box_xyxy]), np.array([face.box_xyxy for face in found]))[0]
    best = int(overlaps.argmax())
    return found[best] if overlaps[best] >= _LEAST_OVERLAP else None


def _part(image_rgb: Image, box_xyxy: Box | None) -> tuple[npt.NDArray[np.float64], Image]:
    """What is looked at: the marked face with surroundings, or everything; and its corner."""
    height_px, width_px = image_rgb.shape[:2]
    if box_xyxy is None:
        return np.zeros(2), image_rgb
    box_px = np.array(box_xyxy, np.float64).reshape(2, 2) * (width_px, height_px)
    room_px = _AROUND_BOX * (box_px[1] - box_px[0]).max()
    low = np.clip(box_px[0] - room_px, 0, (width_px - 1, height_px - 1)).astype(int)
    high = np.clip(box_px[1] + room_px, low + 1, (width_px, height_px)).astype(int)
    return low.astype(np.float64), image_rgb[low[1] : high[1], low[0] : high[0]]


def _moved(face: Detection, back: _Move, size_px: npt.NDArray[np.float64]) -> Detection:
    corners = back(np.array(face.box_xyxy, np.float64).reshape(2, 2)).clip(0, 1)
    points = back(np.array(face.landmarks_xy, np.float64))
    x0, y0, x1, y1 = corners.ravel().tolist()
    return Detection(
        t_s=0.0,
        box_xyxy=(x0, y0, x1, y1),
        landmarks_xy=tuple((x, y) for x, y in points.tolist()),
        probability=face.probability,
        size_px=round(float(((corners[1] - corners[0]) * size_px).min())),
    )


def _square(image_rgb: Image, box_xyxy: Box, side_px: int) -> Image:
    """The square around a box, with the picture's edge repeated beyond it."""
    size_px = np.array(image_rgb.shape[1::-1], np.float64)
    low, high = np.array(box_xyxy, np.float64).reshape(2, 2) * size_px
    half = max((high - low).max() / 2, 0.5)
    x_px, y_px = np.round((low + high) / 2 - half)
    whole_px = max(round(2 * half), 1)
    moved = np.array([[1.0, 0.0, -x_px], [0.0, 1.0, -y_px]])
    square = cv2.warpAffine(image_rgb, moved, (whole_px, whole_px), borderMode=cv2.BORDER_REPLICATE)
    how = cv2.INTER_AREA if side_px < whole_px else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(square, (side_px, side_px), interpolation=how), np.uint8)
