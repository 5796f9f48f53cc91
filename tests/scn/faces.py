"""Faces that a network can learn in seconds: coloured noise in a real store."""

from collections.abc import Sequence
from itertools import zip_longest
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pyarrow as pa

from storage.reader import FaceReader
from storage.schema import FACES
from storage.store import open_store

CLASSES = ("neutral", "happy", "sad")
SIZE_PX = 32
_COLOURS_BGR = np.array([[40, 40, 200], [40, 200, 40], [200, 40, 40]], np.float64)

Votes = dict[str, float] | None
"""Shares by emotion, or none."""


def face_name(number: int) -> str:
    """The face_id of a test face."""
    return f"video{number // 3}/00/{number:05d}"


def true_emotions(count: int) -> list[str]:
    """What the colours of the faces 0 to count - 1 say."""
    return [CLASSES[number % 3] for number in range(count)]


def image(number: int) -> bytes:
    """A noisy PNG of its class's colour."""
    rng = np.random.default_rng(number)
    noisy = _COLOURS_BGR[number % 3] + rng.normal(0, 40, (SIZE_PX, SIZE_PX, 3))
    encoded = cv2.imencode(".png", noisy.clip(0, 255).astype(np.uint8))[1]
    return encoded.tobytes()


def _rows_of(votes: Votes) -> list[dict[str, Any]] | None:
    """Votes as the store has them."""
    if votes is None:
        return None
    return [{"emotion": emotion, "share": share} for emotion, share in votes.items()]


def reader_of(
    folder: Path, labels: Sequence[str], *, split: str = "train", votes: Sequence[Votes] = ()
) -> FaceReader:
    """A reader of `len(labels)` faces, three of each video, with these labels and votes."""
    rows = [
        {
            "face_id": face_name(number),
            "split": split,
            "emotion": label,
            "video_id": f"video{number // 3}",
            "image": image(number),
            "source": "test",
            "votes": _rows_of(shares),
        }
        for number, (label, shares) in enumerate(zip_longest(labels, votes))
    ]
    dataset = open_store(str(folder), create=True).dataset("faces", create=True)
    dataset.append_faces({"all": pa.Table.from_pylist(rows, schema=FACES)})
    return FaceReader(dataset, splits=(split,), image_size_px=SIZE_PX)
