"""Weight files of the field: the published SCN checkpoints, IR-50's and torchvision's."""

from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn
from torchvision.models import resnet50

from benchmarks.published_loop import PublishedNetwork
from scn.backbones import make_backbone
from scn.config import preset
from scn.errors import WeightsError
from scn.self_cure_network import SelfCureNetwork
from scn.start import Start, starting_network
from scn.weights import load_weights

_CLASSES = 7


@pytest.fixture(scope="module")
def published() -> PublishedNetwork:
    """A network as the published code trains it."""
    torch.manual_seed(1)
    return PublishedNetwork(_CLASSES).eval()


@pytest.fixture(scope="module")
def checkpoint(published: PublishedNetwork, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Its checkpoint, as the published code saves one."""
    path = tmp_path_factory.mktemp("published") / "epoch70_acc0.8703.pth"
    optimiser = torch.optim.Adam(published.parameters())
    parts: dict[str, Any] = {
        "iter": 70,
        "model_state_dict": published.state_dict(),
        "optimizer_state_dict": optimiser.state_dict(),
    }
    torch.save(parts, path)
    return path


def _started(path: Path | None, classes: int = _CLASSES, **options: Any) -> Start:
    config = preset("reference", backbone_weights=path, **options)
    return starting_network(config, classes)


@pytest.mark.parametrize("classes", [_CLASSES, 5])
def test_a_published_checkpoint_starts_a_network_whatever_its_classes(
    published: PublishedNetwork, checkpoint: Path, classes: int
) -> None:
    """Features and importance are the published network's; all of both parts fit."""
    start = _started(checkpoint, classes)
    images = torch.randn(3, 3, 64, 64)
    network = start.network.eval()
    with torch.no_grad():
        importance, _ = published(images)
        features = published.features(images).flatten(1)
        torch.testing.assert_close(network(images).importance, importance.view(-1))
        torch.testing.assert_close(network.backbone(images), features)
    (copied,) = start.copied
    assert copied.matched == copied.total == 102
    assert copied.unexpected == ()


def test_the_published_classifier_is_left_and_the_log_says_so(checkpoint: Path) -> None:
    """It is the random one of the seed, since the file does not say which class is which."""
    start, random = _started(checkpoint), _started(None)
    for name, tensor in random.network.classifier.state_dict().items():
        assert torch.equal(start.network.classifier.state_dict()[name], tensor)
    (copied,) = start.copied
    assert copied.left == ("fc.weight", "fc.bias")
    assert str(copied).endswith(
        "the classifier stays random, since the file does not name its classes: fc.weight, fc.bias"
    )


def test_a_network_without_an_importance_head_takes_the_backbone_alone(checkpoint: Path) -> None:
    (copied,) = _started(checkpoint, method="rul", image_size_px=32).copied
    assert copied.matched == copied.total == 100
    assert copied.unexpected == ("importance_head.weight", "importance_head.bias")


def test_a_whole_network_is_refused_another_backbones_file(tmp_path: Path) -> None:
    """And stays as it was, its importance head included."""
    torch.save(resnet50().state_dict(), tmp_path / "resnet50.pth")
    network = SelfCureNetwork(_CLASSES)
    before = {name: tensor.clone() for name, tensor in network.state_dict().items()}
    with pytest.raises(WeightsError, match="of 100 tensors fit"):
        load_weights(network, tmp_path / "resnet50.pth")
    assert all(torch.equal(before[name], tensor) for name, tensor in network.state_dict().items())


def test_a_file_of_torchvisions_resnet50_gives_its_features(tmp_path: Path) -> None:
    torch.manual_seed(2)
    source = resnet50().eval()
    torch.save(source.state_dict(), tmp_path / "resnet50.pth")
    network = make_backbone("resnet50").eval()
    report = load_weights(network, tmp_path / "resnet50.pth")
    assert report.matched == report.total
    assert report.unexpected == ("fc.weight", "fc.bias")
    source.fc = nn.Identity()
    images = torch.randn(1, 3, 64, 64)
    with torch.no_grad():
        torch.testing.assert_close(network(images), source(images))


def test_a_file_of_ir50_fits_but_for_its_embedding(tmp_path: Path) -> None:
    """The field's names, under DataParallel's prefix: the norm of the maps, then an embedding."""
    source = make_backbone("ir50")
    embedding = nn.Sequential(nn.Linear(512 * 7 * 7, 512), nn.BatchNorm1d(512))
    named = dict(source.state_dict())
    for number, layer in zip((3, 4), embedding, strict=True):
        for name, tensor in layer.state_dict().items():
            named[f"output_layer.{number}.{name}"] = tensor
    path = tmp_path / "backbone_ir50_ms1m.pth"
    torch.save({f"module.{name}": tensor for name, tensor in named.items()}, path)
    network = make_backbone("ir50")
    report = load_weights(network, path)
    assert report.matched == report.total
    assert {name.rpartition(".")[0] for name in report.unexpected} == {
        "output_layer.3", "output_layer.4",
    }  # fmt: skip
    for name, tensor in source.state_dict().items():
        assert torch.equal(network.state_dict()[name], tensor)
