"""A checkpoint is read whole or not at all, and starts another network but for its classifier."""

from pathlib import Path

import pytest
import torch

from scn.checkpoint import load
from scn.config import TrainConfig
from scn.errors import CheckpointError
from scn.self_cure_network import SelfCureNetwork
from scn.trained import take_features
from tests.scn.checkpoints import write_checkpoint
from tests.scn.faces import CLASSES


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkpoint of a network that was never trained."""
    return write_checkpoint(tmp_path_factory.mktemp("saved"), TrainConfig(), CLASSES)


@pytest.mark.parametrize(
    "name", ["state.json", "model.safetensors", "optimiser.safetensors", "samples.parquet"]
)
@pytest.mark.parametrize("damage", ["missing", "cut"])
def test_a_damaged_checkpoint_is_an_error(
    saved: Path, tmp_path: Path, name: str, damage: str
) -> None:
    """A lost or cut file is reported; nothing is guessed."""
    for file in saved.iterdir():
        content = file.read_bytes()
        if file.name != name:
            (tmp_path / file.name).write_bytes(content)
        elif damage == "cut":
            (tmp_path / file.name).write_bytes(content[: len(content) // 2])
    with pytest.raises(CheckpointError, match="cannot be read"):
        load(tmp_path)


def test_fine_tuning_takes_the_features_and_not_the_classifier(saved: Path) -> None:
    """Backbone and importance head arrive in a network of other classes, all tensors counted."""
    model = SelfCureNetwork(8)
    classifier = model.classifier.weight.clone()
    report = take_features(model, saved)
    source = load(saved).model
    taken = [name for name in source if not name.startswith("classifier.")]
    counted = [name for name in taken if not name.endswith("num_batches_tracked")]
    assert report.matched == report.total == len(counted)
    assert all(torch.equal(model.state_dict()[name], source[name]) for name in taken)
    assert torch.equal(model.classifier.weight, classifier)
