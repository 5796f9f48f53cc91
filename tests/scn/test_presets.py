"""Each preset trains."""

from pathlib import Path

import numpy as np
import pytest

from scn.checkpoint import load
from scn.config import Preset, preset
from scn.fitting import fit
from tests.scn.faces import CLASSES, SIZE_PX, reader_of, true_emotions


@pytest.mark.parametrize("name", ["paper", "reference", "baseline"])
def test_every_preset_trains_also_when_the_last_batch_is_one_face(
    tmp_path: Path, name: Preset
) -> None:
    """61 faces in batches of 20: the last face alone waits for another epoch's order."""
    reader = reader_of(tmp_path / "store", true_emotions(61))
    config = preset(name, image_size_px=SIZE_PX, batch_size=20, epochs=2, relabel_from_epoch=1)
    result = fit(config, reader, reader, CLASSES, tmp_path / "run")
    assert len(result.log) == 2
    assert all(np.isfinite(row["loss"]) and 0 <= row["train_accuracy"] <= 1 for row in result.log)
    assert sum(row["relabelled"] for row in result.log) == load(result.last).events.num_rows
    assert load(result.best).classes == CLASSES
