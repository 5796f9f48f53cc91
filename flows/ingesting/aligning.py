"""A benchmark's images aligned with the collector's own detector and template."""

import multiprocessing
import os
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager
from typing import Any, Final

import cv2
import numpy as np
import pyarrow as pa
import torch

from flows.ingesting.measuring import with_columns
from storage.errors import UnreadableImage
from webemotion.faces.aligned_still import align_still
from webemotion.faces.harvest_config import HarvestConfig

_READ: Final = (
    "face_id", "image", "box_xyxy", "landmarks_xy", "size_px", "yaw_deg", "pitch_deg", "roll_deg",
)  # fmt: skip


@contextmanager
def all_cores() -> Iterator[Executor]:
    """A process on each core, each with one thread."""
    cores = len(os.sched_getaffinity(0))
    # A forked copy of a process with threads may hang.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(cores, context, initializer=_one_thread) as pool:
        yield pool


def aligned(rows: pa.Table, pool: Executor) -> tuple[pa.Table, Counter[str]]:
    """Rows of `FACES` with aligned images, and what was found of each face.

    Args:
        rows: of a benchmark.
        pool: see `all_cores`.

    Returns:
        The rows, none lost; and how many were aligned by what, see `aligned_still.HOW`.
    """
    found = list(pool.map(_aligned, rows.select(list(_READ)).to_pylist(), chunksize=8))
    return with_columns(rows, [values for values, _ in found]), Counter(how for _, how in found)


def _one_thread() -> None:
    torch.set_num_threads(1)
    cv2.setNumThreads(1)


def _aligned(row: dict[str, Any]) -> tuple[dict[str, Any], str]:
    image_rgb = cv2.imdecode(np.frombuffer(row["image"], np.uint8), cv2.IMREAD_COLOR_RGB)
    if image_rgb is None:
        raise UnreadableImage(f"{row['face_id']}: the image does not decode")
    points = row["landmarks_xy"]
    still = align_still(
        image_rgb.astype(np.uint8, copy=False),
        box_xyxy=tuple(row["box_xyxy"]) if row["box_xyxy"] else None,
        landmarks_xy=tuple(zip(points[::2], points[1::2], strict=True)) if points else None,
        config=HarvestConfig(),
    )
    face, pose = still.detection, still.pose_deg
    values = {
        "image": still.image_jpeg,
        "box_xyxy": face.box_xyxy if face else row["box_xyxy"],
        "landmarks_xy": np.ravel(face.landmarks_xy).tolist() if face else points,
        "probability": face.probability if face else None,
        "size_px": face.size_px if face else row["size_px"],
        **(
            dict(zip(("yaw_deg", "pitch_deg", "roll_deg"), pose, strict=True))
            if pose and row["yaw_deg"] is None
            else {name: row[name] for name in ("yaw_deg", "pitch_deg", "roll_deg")}
        ),
    }
    return values, still.how
