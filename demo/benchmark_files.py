"""Three small benchmarks in their official layouts, of people that no video shows.

Their expressions come from the same recipes, warped onto other faces at other strengths.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from demo.benchmark_faces import benchmark_faces
from demo.layouts import write_affectnet_csv, write_ferplus, write_rafdb
from demo.processes import worker_processes
from scn.emotions import EMOTIONS

Faces = Iterator[tuple[npt.NDArray[np.uint8], str]]

_SEVEN: Final = tuple(emotion for emotion in EMOTIONS if emotion != "contempt")


def write_benchmarks(folder: Path, faces_per_class: dict[str, int], seed: int) -> None:
    """Write RAF-DB, AffectNet (csv layout) and FERPlus below `folder`, by their names.

    Args:
        folder: made if it is not there.
        faces_per_class: split to faces of each emotion; "validation" goes to FERPlus only.
        seed: people, warps and light follow from it.
    """
    writers = (_write_ferplus, _write_affectnet, _write_rafdb)
    with worker_processes(cv2.setNumThreads, 1) as pool:
        for job in [pool.submit(writer, folder, faces_per_class, seed) for writer in writers]:
            job.result()


def _write_rafdb(folder: Path, faces_per_class: dict[str, int], seed: int) -> None:
    parts = ("train", "test")
    write_rafdb(folder / "rafdb", _faces(parts, _SEVEN, 100, faces_per_class, seed))


def _write_affectnet(folder: Path, faces_per_class: dict[str, int], seed: int) -> None:
    parts = ("train", "test")
    write_affectnet_csv(
        folder / "affectnet", _faces(parts, EMOTIONS, 128, faces_per_class, seed + 10)
    )


def _write_ferplus(folder: Path, faces_per_class: dict[str, int], seed: int) -> None:
    # Drawn at 100 pixels: the layout's 48 come from shrinking, as in the original.
    parts = ("train", "validation", "test")
    write_ferplus(
        folder / "ferplus",
        _faces(parts, EMOTIONS, 100, faces_per_class, seed + 20),
        np.random.default_rng(seed),
    )


def _faces(
    splits: tuple[str, ...],
    emotions: tuple[str, ...],
    size_px: int,
    faces_per_class: dict[str, int],
    seed: int,
) -> dict[str, Faces]:
    """Faces of each split, drawn from seeds of their own."""
    return {
        split: benchmark_faces(
            dict.fromkeys(emotions, faces_per_class[split]), seed=seed + number, size_px=size_px
        )
        for number, split in enumerate(splits)
    }
