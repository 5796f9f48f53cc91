"""Image files of strangers: bounded in size, proven to decode, and kept as published."""

import io
import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image

from scn.benchmarks.errors import LayoutError
from scn.benchmarks.options import ReadOptions

_FORMATS = ("JPEG", "PNG", "BMP", "TIFF")
_EXPECTED = f"an image file ({', '.join(_FORMATS)})"
_KEPT_AS_PUBLISHED = frozenset({"JPEG", "MPO", "PNG"})  # MPO is a JPEG with more behind it
_SHOWN = 3


@dataclass(frozen=True, slots=True)
class ImageFile:
    """An encoded image and the size of its frame."""

    data: bytes
    """JPEG or PNG; the published bytes wherever they are one of the two."""
    width_px: int
    height_px: int


def check_images(paths: Iterable[Path], options: ReadOptions) -> None:
    """Raise LayoutError unless every image is there and within the limit on bytes."""
    missing = [path for path in paths if not _is_within_bytes(path, options)]
    if missing:
        names = ", ".join(str(path) for path in missing[:_SHOWN])
        problem = f"{len(missing)} images named by the labels are missing: {names}"
        problem += ", …" if len(missing) > _SHOWN else ""
        raise LayoutError(missing[0].parent, problem, "every image that the label files name")


def _is_within_bytes(path: Path, options: ReadOptions) -> bool:
    try:
        size_bytes = path.stat().st_size
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError as error:
        raise LayoutError(path, f"unreadable ({error.strerror})", _EXPECTED) from error
    if size_bytes > options.max_image_bytes:
        expected = f"at most {options.max_image_bytes} bytes"
        raise LayoutError(path, f"{size_bytes} bytes", expected)
    return True


def load_image(path: Path, options: ReadOptions) -> ImageFile:
    """Read an image whose size has been checked; BMP and TIFF become PNG without loss.

    Raises:
        LayoutError: if the file is no image, is cut short, or has too many pixels.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # odd metadata; the pixel limit is our own
            return _decode_once(path, path.read_bytes(), options)
    except LayoutError:
        raise
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise LayoutError(path, f"unreadable ({error})", _EXPECTED) from error


def _decode_once(path: Path, data: bytes, options: ReadOptions) -> ImageFile:
    with Image.open(io.BytesIO(data), formats=_FORMATS) as image:
        width_px, height_px = image.size
        if width_px * height_px > options.max_image_pixels:
            problem = f"{width_px} x {height_px} pixels"
            raise LayoutError(path, problem, f"at most {options.max_image_pixels} pixels")
        if image.format in _KEPT_AS_PUBLISHED:
            # A JPEG decoded at an eighth of its size is quick, and still shows a file cut short.
            image.draft("L", (max(1, width_px // 8), max(1, height_px // 8)))
            image.load()
        else:
            data = encode_png(np.asarray(image.convert("RGB"))[:, :, ::-1])
    return ImageFile(data, width_px, height_px)


def encode_png(image: npt.NDArray[np.uint8]) -> bytes:
    """Encode pixels without loss.

    Args:
        image: uint8, [H, W] grey or [H, W, 3] in the order blue, green, red.
    """
    return cv2.imencode(".png", np.ascontiguousarray(image))[1].tobytes()
