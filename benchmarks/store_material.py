"""What the benchmark of the store reads and writes: images like the collector's, and small rows."""

import hashlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Final

import cv2
import numpy as np
import pyarrow as pa

from storage.schema import FACES

SIZE_PX: Final = 224
_QUALITY: Final = 90


def images(count: int) -> Iterator[bytes]:
    """Distinct JPEG images of 224 x 224, 8 to 15 kB each."""
    with ThreadPoolExecutor() as pool:
        yield from pool.map(_image, range(count))


def _image(number: int) -> bytes:
    """Smooth blobs with some grain: about as much detail as a face."""
    rng = np.random.default_rng(number)
    coarse = rng.integers(0, 256, (14, 14, 3), dtype=np.uint8)
    smooth = cv2.resize(coarse, (SIZE_PX, SIZE_PX), interpolation=cv2.INTER_CUBIC)
    grain = rng.integers(-4, 5, (SIZE_PX, SIZE_PX, 1), dtype=np.int16)
    picture = np.clip(smooth.astype(np.int16) + grain, 0, 255).astype(np.uint8)
    encoded = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])[1]
    return bytes(encoded.tobytes())


def small_rows(count: int) -> Iterator[bytes]:
    """Distinct rows of 1 kB that do not compress."""
    for number in range(count):
        yield hashlib.shake_128(number.to_bytes(8, "big")).digest(1024)


def face_rows(data: list[bytes], first: int) -> pa.Table:
    """Encoded images as rows of the store, thirty to a video."""
    numbers = range(first, first + len(data))
    video = [f"video{number // 30:06d}" for number in numbers]
    columns: dict[str, pa.Array] = {
        "face_id": pa.array(f"{v}/00/{n:09d}" for v, n in zip(video, numbers, strict=True)),
        "split": pa.array(["train"] * len(data)),
        "emotion": pa.array(["happy"] * len(data)),
        "video_id": pa.array(video),
        "clip_id": pa.array(f"{v}/00" for v in video),
        "image": pa.array(data, pa.binary()),
        "source": pa.array(["benchmark"] * len(data)),
    }
    return pa.table(
        [columns.get(field.name, pa.nulls(len(data), field.type)) for field in FACES], schema=FACES
    )
