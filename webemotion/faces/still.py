"""Perceptual hashes of a still picture's face, comparable with those of collected faces."""

from itertools import product
from typing import Final

import cv2
import imagehash
import numpy as np
import numpy.typing as npt
from PIL import Image

from webemotion.faces.alignment import align
from webemotion.faces.harvest_config import HarvestConfig
from webemotion.faces.mtcnn import detect_faces
from webemotion.faces.picture import Picture

# Benchmarks cut faces tightly and small; the detector was trained on faces with surroundings.
_BORDER: Final = 0.4
_SIDE_PX: Final = 256
_SMALLEST_SHARE: Final = 0.3
# Landmarks of a small picture are off by some per cent, which turns many bits of a hash: so the
# face is cut in several sizes, and at several places, in shares of the distance of the eyes.
_CUTS: Final = tuple(product((0.95, 1.0, 1.05), (-0.06, 0.0, 0.06), (-0.06, 0.0, 0.06)))


def face_hashes(image_rgb: npt.NDArray[np.uint8], config: HarvestConfig) -> tuple[str, ...]:
    """Align the largest face of a picture as a collected one, in several ways, and hash each.

    Args:
        image_rgb: uint8 [H, W, 3].
        config: size and margin of the crops it is compared with.

    Returns:
        16 hexadecimal digits each; none if there is no face.
    """
    picture_rgb = _framed(image_rgb)
    smallest_px = round(_SMALLEST_SHARE * _SIDE_PX)
    found = detect_faces(Picture(picture_rgb), t_s=0.0, min_face_px=smallest_px)
    if not found:
        return ()
    landmarks_px = np.array(found[0].landmarks_xy) * picture_rgb.shape[1::-1]
    return tuple(_hash(picture_rgb, landmarks_px, cut, config) for cut in _CUTS)


def _framed(image_rgb: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    scale = _SIDE_PX / max(image_rgb.shape[:2])
    resized = cv2.resize(image_rgb, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)
    border_px = round(_BORDER * _SIDE_PX)
    around = (border_px, border_px, border_px, border_px)
    return np.asarray(cv2.copyMakeBorder(resized, *around, cv2.BORDER_REPLICATE), np.uint8)


def _hash(
    picture_rgb: npt.NDArray[np.uint8],
    landmarks_px: npt.NDArray[np.float64],
    cut: tuple[float, float, float],
    config: HarvestConfig,
) -> str:
    size, *shift = cut
    middle = landmarks_px.mean(axis=0)
    eyes_px = float(np.hypot(*(landmarks_px[1] - landmarks_px[0])))
    moved = (landmarks_px - middle) * size + middle + np.array(shift) * eyes_px
    crop_rgb = align(picture_rgb, moved, crop_px=config.crop_px, margin=config.margin)
    return str(imagehash.phash(Image.fromarray(crop_rgb)))
