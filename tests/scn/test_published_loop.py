"""The preset `reference` does on a batch what the published loop does, step for step.

Random changes of images are left out on both sides: theirs are drawn otherwise.
"""

import numpy as np
import pytest
import torch

from benchmarks.published_loop import MEAN_RGB, STD_RGB, PublishedLoop, PublishedNetwork
from scn.config import Augmentation, preset, rate_at
from scn.freezing import let_learn
from scn.learning import Learning, Place
from scn.optimisers import set_rate
from scn.processes import Processes
from scn.self_cure_network import SelfCureNetwork
from storage.reader import FaceBatch

_CLASSES, _BATCH, _BATCHES, _EPOCHS, _SIZE_PX = 4, 8, 5, 4, 32
_STILL = Augmentation(flip=0, shift=0, noise=0, erase=0)
_NAMES = ("conv1", "bn1", "relu", "maxpool", "layer1", "layer2", "layer3", "layer4")


@pytest.fixture(scope="module")
def images_rgb() -> np.typing.NDArray[np.uint8]:
    """80 images [80, S, S, 3] in four colours under heavy noise."""
    rng = np.random.default_rng(3)
    colours = rng.integers(60, 200, (_CLASSES, 3))
    truth = np.arange(_BATCH * _BATCHES) % _CLASSES
    images = colours[truth][:, None, None] + rng.normal(0, 40, (len(truth), _SIZE_PX, _SIZE_PX, 3))
    clipped: np.typing.NDArray[np.uint8] = images.clip(0, 255).astype(np.uint8)
    return clipped


def _labels() -> np.typing.NDArray[np.int64]:
    """A third of them wrong."""
    truth = np.arange(_BATCH * _BATCHES) % _CLASSES
    return np.where(np.arange(len(truth)) % 3 == 0, (truth + 1) % _CLASSES, truth)


def _published(ours: SelfCureNetwork) -> PublishedNetwork:
    """The transcription's network with the same weights."""
    network = PublishedNetwork(_CLASSES).double()
    taken = {}
    for name, value in ours.state_dict().items():
        taken[_published_name(name)] = value.clone()
    network.load_state_dict(taken)
    return network


def _published_name(name: str) -> str:
    part, rest = name.split(".", 1)
    if part == "backbone":
        child, inner = rest.split(".", 1)
        return f"features.{_NAMES.index(child)}.{inner}"
    return {"importance_head": "alpha.0", "classifier": "fc"}[part] + f".{rest}"


def test_twenty_steps_agree_in_loss_gradients_and_labels(
    images_rgb: np.typing.NDArray[np.uint8],
) -> None:
    """To 1e-8 in 64 bits, from the same weights and batches, while labels change."""
    config = preset(
        "reference",
        batch_size=_BATCH,
        image_size_px=_SIZE_PX,
        augmentation=_STILL,
        precision="float64",
        relabel_from_epoch=2,
    )
    torch.manual_seed(0)
    ours = SelfCureNetwork(_CLASSES).double()
    published = PublishedLoop(_published(ours), _labels().tolist(), relabel_epoch=2)
    learning = Learning(config, _labels(), ours, torch.device("cpu"), Processes())
    order = np.random.default_rng(5)
    mean, std = (torch.tensor(v, dtype=torch.float64).view(3, 1, 1) for v in (MEAN_RGB, STD_RGB))
    for epoch in range(1, _EPOCHS + 1):
        let_learn(learning.network, config)
        # The published loader reads labels when an epoch begins: its workers have copies.
        shown = list(published.labels)
        set_rate(learning.optimiser, config, rate_at(config, epoch - 1))
        for number, rows in enumerate(order.permutation(len(images_rgb)).reshape(_BATCHES, -1)):
            batch = FaceBatch(images_rgb=images_rgb[rows], indexes=rows)
            values = learning.step(batch, rows, Place(epoch, number, _BATCH))
            tensor = torch.from_numpy(images_rgb[rows]).permute(0, 3, 1, 2).double() / 255
            targets = torch.tensor([shown[row] for row in rows])
            loss = published.step((tensor - mean) / std, targets, rows.tolist(), epoch)
            assert values["loss"] == pytest.approx(loss, abs=1e-8)
            _same_gradients(ours, published.network)
        learning.book.close_epoch(epoch)
        published.scheduler.step()
        assert learning.book.labels.tolist() == published.labels
    assert len(learning.book.events) > 10


def _same_gradients(ours: SelfCureNetwork, published: PublishedNetwork) -> None:
    theirs = dict(published.named_parameters())
    for name, parameter in ours.named_parameters():
        other = theirs[_published_name(name)]
        assert parameter.grad is not None
        assert other.grad is not None
        torch.testing.assert_close(parameter.grad, other.grad, rtol=1e-8, atol=1e-8)
