"""What cannot be trained ends with an error that says why."""

import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from scn.backbones import make_backbone
from scn.checkpoint import newest
from scn.config import TrainConfig
from scn.errors import NotFinite, TooFewFaces
from scn.fitting import fit
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
    kept = Path(str(failure.value).partition("its batch is in ")[2].partition(". ")[0])
    assert np.load(kept / "images_rgb.npy").shape == (16, SIZE_PX, SIZE_PX, 3)
    shutil.rmtree(kept)


def test_too_few_faces_are_refused(tmp_path: Path) -> None:
    """Nothing to choose a checkpoint by is an error before training starts."""
    reader = reader_of(tmp_path / "store", true_emotions(61))
    with pytest.raises(TooFewFaces):
        fit(_CONFIG, reader, reader.select(np.zeros(len(reader), bool)), CLASSES, tmp_path)
