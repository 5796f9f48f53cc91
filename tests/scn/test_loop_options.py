"""Options of the loop under which a run goes through to its end."""

from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from scn.checkpoint import of_epoch
from scn.config import Preset, TrainConfig
from scn.fitting import fit, prepare
from tests.scn.faces import CLASSES, SIZE_PX, reader_of, true_emotions


@pytest.mark.parametrize(
    ("preset", "faces", "micro_batch"), [("rul", 61, 5), ("reference", 61, 4), ("rul", 19, 2)]
)
def test_a_batch_in_parts_never_leaves_one_face_alone(
    tmp_path: Path, preset: Preset, faces: int, micro_batch: int
) -> None:
    """16 by 5, 13 by 4 and 3 by 2 leave one over, which batch normalisation cannot learn from."""
    config = TrainConfig(
        preset=preset, image_size_px=SIZE_PX, batch_size=16, epochs=1, micro_batch=micro_batch
    )
    reader = reader_of(tmp_path / "store", true_emotions(faces))
    assert fit(config, reader, reader, CLASSES, tmp_path / "run").log[0]["loss"] > 0


def test_a_run_without_progress_ends_before_its_last_epoch(tmp_path: Path) -> None:
    """Two epochs that are no better than the first are enough, and it stays ended."""
    config = TrainConfig(
        image_size_px=SIZE_PX, batch_size=16, epochs=9, patience=2, relabel=False,
        learning_rate=1e-30, batch_norm="frozen",
    )  # fmt: skip
    reader = reader_of(tmp_path / "store", true_emotions(31))
    for _ in range(2):
        result = fit(config, reader, reader, CLASSES, tmp_path / "run")
        assert [row["epoch"] for row in result.log] == [1, 2, 3]
        assert result.best == of_epoch(tmp_path / "run", 1)
        assert result.last == of_epoch(tmp_path / "run", 3)


def _step(folder: Path, **options: Any) -> tuple[float, Tensor]:
    """The loss of a run's first step, and how it moved the weights, all in one row."""
    config = TrainConfig.model_validate(
        {"image_size_px": SIZE_PX, "batch_size": 16, "precision": "float32", **options}
    )
    reader = reader_of(folder / "store", true_emotions(16))
    trainer = prepare(config, reader, reader, CLASSES, folder / "run")
    network = trainer.learning.network
    before = _weights(network)
    (row,) = trainer.steps()
    return row.values["loss"], _weights(network) - before


def _weights(network: nn.Module) -> Tensor:
    return torch.cat([p.detach().reshape(-1).clone() for p in network.parameters()])


@pytest.mark.parametrize(
    ("options", "of_loss", "of_movement"),
    [
        # Sixteen faces through a network set at random; at right angles it would be more than 1.
        ({"precision": "bfloat16"}, 0.02, 0.6),
        pytest.param({"compile": True}, 1e-4, 1e-2, marks=pytest.mark.slow),
    ],
)
def test_a_step_in_other_numbers_or_compiled_learns_the_same(
    tmp_path: Path, options: dict[str, Any], of_loss: float, of_movement: float
) -> None:
    """The loss and the movement of the weights, to a share of each."""
    plain_loss, plain = _step(tmp_path / "plain")
    loss, moved = _step(tmp_path / "other", **options)
    assert loss == pytest.approx(plain_loss, rel=of_loss)
    assert 0 < float((moved - plain).norm()) < of_movement * float(plain.norm())
