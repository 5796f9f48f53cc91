"""A detected face as it is stored: aligned, measured and encoded."""

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from webemotion.faces.alignment import align
from webemotion.faces.detection import Detection
from webemotion.faces.harvest_config import HarvestConfig
from webemotion.faces.quality import Quality, measure


@dataclass(frozen=True, slots=True)
class Crop:
    """An aligned face image."""

    image_jpeg: bytes
    quality: Quality


def crop_face(
    frame_rgb: npt.NDArray[np.uint8], detection: Detection, config: HarvestConfig
) -> Crop:
    """Cut one face out of its frame.

    Args:
        frame_rgb: uint8 [H, W, 3], the frame the detection was made in.
        detection: The face.
        config: Size, margin and JPEG quality.
    """
    height_px, width_px = frame_rgb.shape[:2]
    landmarks_px = np.array(detection.landmarks_xy) * (width_px, height_px)
    crop_rgb = align(frame_rgb, landmarks_px, crop_px=config.crop_px, margin=config.margin)
    return Crop(
        image_jpeg=encode_jpeg(crop_rgb, config.jpeg_quality),
        quality=measure(crop_rgb, landmarks_px),
    )


def encode_jpeg(image_rgb: npt.NDArray[np.uint8], quality: int) -> bytes:
    """Encode uint8 [H, W, 3] as JPEG of this quality, 1 to 100."""
    image_bgr = cv2.cvtColor(image_rgb, cv2.COLOR_RGB2BGR)
    _, encoded = cv2.imencode(".jpg", image_bgr, (cv2.IMWRITE_JPEG_QUALITY, quality))
    return encoded.tobytes()
