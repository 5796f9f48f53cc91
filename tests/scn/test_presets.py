"""Each preset trains."""

from pathlib import Path
from typing import get_args

import numpy as np
import pytest

from scn.checkpoint import load
from scn.config import Preset, preset
from scn.fitting import fit
from scn.trained import load_network
from tests.scn.faces import CLASSES, SIZE_PX, reader_of, true_emotions


@pytest.mark.parametrize("name", get_args(Preset))
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
    samples = load(result.last).samples
    assert samples["importance"].null_count <= 1
    assert 0 not in samples["importance"].to_pylist()


def test_a_learned_margin_is_in_the_log_and_in_the_checkpoint(tmp_path: Path) -> None:
    reader = reader_of(tmp_path / "store", true_emotions(40))
    config = preset(
        "paper", image_size_px=SIZE_PX, batch_size=20, epochs=1, rank_margin_learned=True
    )
    result = fit(config, reader, reader, CLASSES, tmp_path / "run")
    network, _ = load_network(result.last)
    assert network.rank_margin is not None
    assert 0.1 < network.rank_margin.item() < 0.15
    assert network.rank_margin.item() < result.log[0]["rank_margin"] <= 0.15


def test_a_face_that_was_alone_in_its_batch_has_no_importance_yet(tmp_path: Path) -> None:
    """It is not counted as a face of importance 0, in the log neither."""
    reader = reader_of(tmp_path / "store", true_emotions(61))
    config = preset("paper", image_size_px=SIZE_PX, batch_size=20, epochs=1)
    result = fit(config, reader, reader, CLASSES, tmp_path / "run")
    importance = load(result.last).samples["importance"].drop_null().to_pylist()
    assert len(importance) == 60
    assert result.log[0]["importance_mean"] == pytest.approx(np.mean(importance))
