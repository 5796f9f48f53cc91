"""Three small benchmarks in their official layouts, of people and warps that no video shows."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from demo.benchmark_faces import benchmark_faces
from demo.layouts import write_affectnet_csv, write_ferplus, write_rafdb
from scn.emotions import EMOTIONS

Faces = Iterator[tuple[npt.NDArray[np.uint8], str]]

_SEVEN: Final = tuple(emotion for emotion in EMOTIONS if emotion != "contempt")
_FER_PX: Final = 48
_AFFECTNET_PX: Final = 128
_RAF_PX: Final = 100


def write_benchmarks(folder: Path, faces_per_class: dict[str, int], seed: int) -> None:
    """Write RAF-DB, AffectNet (csv layout) and FERPlus below `folder`, by their names.

    Args:
        folder: made if it is not there.
        faces_per_class: split to faces of each emotion; "validation" goes to FERPlus only.
        seed: people, warps and light follow from it.
    """

    def faces(split: str, emotions: tuple[str, ...], size_px: int, number: int) -> Faces:
        counts = dict.fromkeys(emotions, faces_per_class[split])
        return benchmark_faces(counts, seed=seed + number, size_px=size_px)

    write_rafdb(
        folder / "rafdb",
        {"train": faces("train", _SEVEN, _RAF_PX, 0), "test": faces("test", _SEVEN, _RAF_PX, 1)},
    )
    write_affectnet_csv(
        folder / "affectnet",
        {
            "train": faces("train", EMOTIONS, _AFFECTNET_PX, 2),
            "test": faces("test", EMOTIONS, _AFFECTNET_PX, 3),
        },
    )
    write_ferplus(
        folder / "ferplus",
        {
            "train": faces("train", EMOTIONS, _FER_PX, 4),
            "validation": faces("validation", EMOTIONS, _FER_PX, 5),
            "test": faces("test", EMOTIONS, _FER_PX, 6),
        },
        np.random.default_rng(seed),
    )
