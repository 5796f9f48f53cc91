"""A loss that is no number: the batch is kept for a look before the run stops."""

import json
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import NoReturn

import numpy as np

from scn.errors import NotFinite
from storage.reader import FaceBatch


def refuse(batch: FaceBatch, epoch: int, number: int, values: Mapping[str, float]) -> NoReturn:
    """Write the batch into a new folder, and stop.

    Raises:
        NotFinite: always; it names the folder.
    """
    folder = Path(tempfile.mkdtemp(prefix=f"not-finite-epoch-{epoch}-step-{number}-"))
    np.save(folder / "images_rgb.npy", batch.images_rgb)
    np.save(folder / "indexes.npy", batch.indexes)
    (folder / "losses.json").write_text(json.dumps({n: str(v) for n, v in values.items()}))
    raise NotFinite(
        f"epoch {epoch}, step {number}: the loss is {values['loss']}; its batch is in {folder}."
        " Lower the learning rate, or set precision float32."
    )
