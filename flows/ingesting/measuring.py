"""What a benchmark does not say of its images, measured as on collected faces."""

import io
import os
from collections.abc import Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import asdict
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from PIL import Image

from storage.images import decode
from storage.schema import FACES
from webemotion.faces.quality import look_of, pose_deg

_SIDE_PX: Final = 224
_POSE: Final = ("yaw_deg", "pitch_deg", "roll_deg")
_READ: Final = ("image", "landmarks_xy", *_POSE)


def measured(rows: pa.Table, pool: Executor) -> pa.Table:
    """Rows of `FACES` with light, blur, asymmetry and hash filled in, and pose where landmarks are.

    What the source says stays. Images are compared at one size, 224 pixels, at which collected
    faces are stored.

    Args:
        rows: of a benchmark.
        pool: of threads or processes.
    """
    found = list(pool.map(_measurements, rows.select(list(_READ)).to_pylist()))
    return with_columns(rows, found)


def threads() -> Executor:
    """A thread on each core: what measures leaves Python's lock alone."""
    return ThreadPoolExecutor(len(os.sched_getaffinity(0)))


def with_columns(rows: pa.Table, values: Sequence[dict[str, Any]]) -> pa.Table:
    """Rows with some columns replaced, by one mapping for each row; all with the same keys."""
    for name in values[0] if values else ():
        place = rows.schema.get_field_index(name)
        column = pa.array([value[name] for value in values], FACES.field(name).type)
        rows = rows.set_column(place, FACES.field(name), column)
    return rows


def _measurements(row: dict[str, Any]) -> dict[str, Any]:
    square_rgb = decode(row["image"], name="an image", size_px=_SIDE_PX)
    return {**asdict(look_of(square_rgb)), **_pose(row)}


def _pose(row: dict[str, Any]) -> dict[str, float | None]:
    known = {name: row[name] for name in _POSE}
    if row["landmarks_xy"] is None or any(value is not None for value in known.values()):
        return known
    landmarks_px = np.array(row["landmarks_xy"]).reshape(-1, 2) * _size_px(row["image"])
    return dict(zip(_POSE, pose_deg(landmarks_px), strict=True))


def _size_px(image: bytes) -> npt.NDArray[np.float64]:
    """Width and height of an encoded image."""
    with Image.open(io.BytesIO(image)) as header:
        return np.array(header.size, np.float64)
