"""Encoded images from a store as arrays of one size."""

from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from storage.errors import UnreadableImage

UInt8Array = npt.NDArray[np.uint8]

_MAX_IMAGE_BYTES: Final = 16 << 20


def decode(
    encoded: bytes | UInt8Array, *, name: str, size_px: int, centre_share: float = 1.0
) -> UInt8Array:
    """Decode an image, cut it to its middle and resize it: uint8 RGB [size_px, size_px, 3].

    Args:
        encoded: JPEG or PNG bytes, or uint8 [N].
        name: what to call the image in an error.
        size_px: side of the result, in pixels.
        centre_share: the part of each side that is kept, above 0 and at most 1.

    Raises:
        UnreadableImage: the bytes are too many or do not decode.
    """
    if len(encoded) > _MAX_IMAGE_BYTES:
        raise UnreadableImage(f"{name}: {len(encoded)} bytes are too many")
    image = cv2.imdecode(np.frombuffer(encoded, np.uint8), cv2.IMREAD_COLOR_RGB)
    if image is None:
        raise UnreadableImage(f"{name}: the image does not decode")
    image = _centre(image.astype(np.uint8, copy=False), centre_share)
    if image.shape[:2] != (size_px, size_px):
        how = cv2.INTER_AREA if image.shape[0] > size_px else cv2.INTER_LINEAR
        image = cv2.resize(image, (size_px, size_px), interpolation=how)
    return image.astype(np.uint8, copy=False)


def _centre(image: UInt8Array, share: float) -> UInt8Array:
    height, width = image.shape[:2]
    top, left = (round(side * (1 - share) / 2) for side in (height, width))
    return image[top : height - top, left : width - left]
