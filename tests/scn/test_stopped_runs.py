"""What cannot be trained ends with an error that says why."""

from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
import torch
from safetensors.torch import save_file

from scn.backbones import make_backbone
from scn.checkpoint import newest
from scn.config import TrainConfig
from scn.errors import NotFinite, TooFewFaces
from scn.fitting import fit, prepare
from scn.not_finite import FACES, IMAGES
from tests.scn.faces import CLASSES, SIZE_PX, reader_of, true_emotions

_CONFIG = TrainConfig(preset="reference", image_size_px=SIZE_PX, batch_size=16, epochs=3)


def test_a_loss_without_a_number_stops_the_run(tmp_path: Path) -> None:
    """Weights that hold no numbers end in NotFinite at once, and no checkpoint holds the wreck."""
    tensors = make_backbone("resnet18").state_dict()
    tensors["conv1.weight"].fill_(torch.nan)
    save_file(tensors, tmp_path / "broken.safetensors")
    config = _CONFIG.model_copy(update={"backbone_weights": tmp_path / "broken.safetensors"})
    reader = reader_of(tmp_path / "store", true_emotions(61))
    with pytest.raises(NotFinite, match="epoch 1, step 0") as failure:
        fit(config, reader, reader, CLASSES, tmp_path / "run")
    assert newest(tmp_path / "run") is None
    kept = tmp_path / "run" / "not-finite-epoch-0001-step-000000"
    assert f"its batch is in {kept}." in str(failure.value)
    assert np.load(kept / IMAGES).shape == (16, SIZE_PX, SIZE_PX, 3)


def test_a_gradient_without_a_number_stops_the_run_at_its_batch(tmp_path: Path) -> None:
    """Though every loss is a number: the step does not end, so that nothing of it is kept."""
    reader = reader_of(tmp_path / "store", true_emotions(32))
    trainer = prepare(_CONFIG, reader, reader, CLASSES, tmp_path / "run")
    weights = next(trainer.learning.network.parameters())
    last = trainer.steps()
    next(last)
    weights.register_hook(lambda gradient: gradient * torch.nan)  # type: ignore[no-untyped-call]
    with pytest.raises(NotFinite, match="epoch 1, step 1: the gradient's length is nan"):
        next(last)
    assert trainer.progress.batches == 1
    kept = tmp_path / "run" / "not-finite-epoch-0001-step-000001"
    faces, images_rgb = pq.read_table(kept / FACES), np.load(kept / IMAGES)
    order = reader.order(seed=_CONFIG.seed, epoch=1, lanes=8)[16:]
    assert faces["face_id"].to_pylist() == reader.index["face_id"].take(order).to_pylist()
    assert faces["current"].to_pylist() == reader.index["emotion"].take(order).to_pylist()
    assert images_rgb.shape == (16, SIZE_PX, SIZE_PX, 3)


def test_too_few_faces_are_refused(tmp_path: Path) -> None:
    """Nothing to choose a checkpoint by is an error before training starts."""
    reader = reader_of(tmp_path / "store", true_emotions(61))
    with pytest.raises(TooFewFaces):
        fit(_CONFIG, reader, reader.select(np.zeros(len(reader), bool)), CLASSES, tmp_path)
