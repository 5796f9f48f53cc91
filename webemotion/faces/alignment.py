"""A face turned, scaled and moved so that its landmarks lie where a template has them.

The similarity transform of least squares is Umeyama's (IEEE TPAMI 13(4), 1991,
https://doi.org/10.1109/34.88573), computed by scikit-image. The template is the store's
(`storage.alignment_template`).
"""

import cv2
import numpy as np
import numpy.typing as npt
from skimage.transform import SimilarityTransform

from storage.alignment_template import TEMPLATE_XY

# Bilinear sampling passes over source pixels when it shrinks to less than half.
_SAFE_SHRINK = 0.5


def template_px(crop_px: int, margin: float) -> npt.NDArray[np.float64]:
    """The five places in a crop of this side: float64 [5, 2], pixel centres at whole numbers."""
    shrunk = 0.5 + (np.array(TEMPLATE_XY) - 0.5) * (1 - 2 * margin)
    return np.asarray(shrunk * crop_px - 0.5, np.float64)


def similarity(
    source_xy: npt.NDArray[np.float64], target_xy: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """The rotation, uniform scale and shift that best takes source to target: [2, 3].

    Args:
        source_xy: float [N, 2].
        target_xy: float [N, 2].

    Raises:
        ValueError: the source points coincide.
    """
    transform = SimilarityTransform.from_estimate(source_xy, target_xy)
    if not transform:
        raise ValueError(f"source_xy: must hold at least two different points: {source_xy}")
    return np.asarray(transform.params[:2], np.float64)


def align(
    image_rgb: npt.NDArray[np.uint8],
    landmarks_px: npt.NDArray[np.float64],
    *,
    crop_px: int = 224,
    margin: float = 0.1,
) -> npt.NDArray[np.uint8]:
    """Cut the aligned face out of an image: uint8 [crop_px, crop_px, 3].

    Args:
        image_rgb: uint8 [H, W, 3].
        landmarks_px: float [5, 2], order of TEMPLATE_XY, in pixels of the image.
        crop_px: Side of the crop.
        margin: Border on each side, as a share of the crop's side, 0 to 0.5.

    Raises:
        ValueError: the landmarks coincide.
    """
    matrix = similarity(landmarks_px, template_px(crop_px, margin))
    scale = float(np.hypot(matrix[0, 0], matrix[1, 0]))
    if scale < _SAFE_SHRINK:
        image_rgb, matrix = _shrink(*_surroundings(image_rgb, matrix, crop_px), scale)
    # Beyond the frame its edge is repeated: a black border would be a feature of its own.
    crop = cv2.warpAffine(image_rgb, matrix, (crop_px, crop_px), borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(crop, np.uint8)


def _surroundings(
    image_rgb: npt.NDArray[np.uint8], matrix: npt.NDArray[np.float64], crop_px: int
) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.float64]]:
    """The part of the image that the crop is made of, and the transform from there."""
    corners = np.array([[0, 0], [crop_px, 0], [0, crop_px], [crop_px, crop_px]])
    corners_px = (corners - matrix[:, 2]) @ np.linalg.inv(matrix[:, :2]).T
    size_px = np.array(image_rgb.shape[1::-1])
    # Room for the averaging that follows; and some of the edge, where the face is beyond it.
    room_px = crop_px / np.hypot(*matrix[:, 0]) / 8
    x0, y0 = np.clip(corners_px.min(axis=0) - room_px, 0, size_px - 1).astype(int).tolist()
    x1, y1 = np.clip(corners_px.max(axis=0) + room_px, 1, size_px).astype(int).tolist()
    shift = np.array([[1, 0, x0], [0, 1, y0], [0, 0, 1]])
    return image_rgb[y0 : max(y1, y0 + 1), x0 : max(x1, x0 + 1)], matrix @ shift


def _shrink(
    image_rgb: npt.NDArray[np.uint8], matrix: npt.NDArray[np.float64], scale: float
) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.float64]]:
    """Average the image down to the crop's scale, and adapt the transform to it."""
    height_px, width_px = image_rgb.shape[:2]
    small_px = max(1, round(width_px * scale)), max(1, round(height_px * scale))
    small = cv2.resize(image_rgb, small_px, interpolation=cv2.INTER_AREA)
    ratio = np.array([width_px, height_px]) / small_px
    enlarge = np.array([[ratio[0], 0, ratio[0] / 2 - 0.5], [0, ratio[1], ratio[1] / 2 - 0.5]])
    return np.asarray(small, np.uint8), matrix @ np.vstack([enlarge, [0, 0, 1]])
