"""A loss or gradient that is no number: the batch is kept for a look before the run stops.

It lies in the run's folder as a checkpoint does, with a list of its faces that says who they are.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from scn.errors import NotFinite

FACES = "samples.parquet"
IMAGES = "images_rgb.npy"


@dataclass(frozen=True, slots=True)
class Wreck:
    """The batch at which a run stopped.

    Attributes:
        name: of the batch, such as ``epoch-0001-step-000003``.
        images_rgb: uint8 [N, S, S, 3], this process's part of it.
        faces: face_id, given and current label of each.
    """

    name: str
    images_rgb: npt.NDArray[np.uint8]
    faces: pa.Table

    def keep(self, folder: Path) -> Path:
        """Write it under the run's folder; returns where."""
        path = folder / f"not-finite-{self.name}"
        path.mkdir(parents=True, exist_ok=True)
        np.save(path / IMAGES, self.images_rgb)
        pq.write_table(self.faces, path / FACES)
        return path


def check_loss(values: Mapping[str, float]) -> None:
    """Check the loss among a batch's losses.

    Raises:
        NotFinite: it is infinite or undefined.
    """
    if not isfinite(values["loss"]):
        raise NotFinite(", ".join(f"{name} is {value}" for name, value in values.items()))


def check_gradient(norm: float) -> None:
    """Check the length of a gradient.

    Raises:
        NotFinite: it is infinite or undefined, though the loss was a number.
    """
    if not isfinite(norm):
        raise NotFinite(f"the gradient's length is {norm}")
