"""Rows of `faces` for the tests of the store."""

import os

import cv2
import numpy as np
import pyarrow as pa

from storage.schema import FACES


def encoded(value: int, size_px: int = 8) -> bytes:
    """A PNG whose every pixel holds `value` (0 to 255)."""
    return cv2.imencode(".png", np.full((size_px, size_px, 3), value % 256, np.uint8))[1].tobytes()


def faces(
    video_id: str, count: int, *, split: str = "train", emotion: str = "happy", first: int = 0
) -> pa.Table:
    """`count` faces of one video, the image of face i filled with i."""
    rows = [
        {
            "face_id": f"{video_id}/00/{number:07d}",
            "split": split,
            "emotion": emotion,
            "video_id": video_id,
            "clip_id": f"{video_id}/00",
            "image": encoded(number),
            "source": "test",
        }
        for number in range(first, first + count)
    ]
    return pa.Table.from_pylist(rows, schema=FACES)


def photos(video_id: str, count: int, *, size_bytes: int = 600, emotion: str = "happy") -> pa.Table:
    """`count` faces of one video whose images are random bytes: no two alike, none decodes."""
    rows = faces(video_id, count, emotion=emotion)
    place = rows.schema.get_field_index("image")
    images = pa.array([os.urandom(size_bytes) for _ in range(count)], pa.binary())
    return rows.set_column(place, rows.schema.field(place), images)
