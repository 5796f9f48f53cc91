"""Weights are loaded by name, and a file that does not fit is refused."""

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor, nn

from scn.backbones import make_backbone
from scn.errors import WeightsError
from scn.weights import load_weights

Tensors = dict[str, Tensor]


@pytest.fixture(scope="module")
def source() -> Tensors:
    """The weights of a network set at random."""
    return make_backbone("resnet18").state_dict()


def _as_torch_file(tensors: Tensors, path: Path) -> Path:
    torch.save({"state_dict": tensors, "epoch": 3}, path.with_suffix(".pth"))
    return path.with_suffix(".pth")


def _as_safetensors(tensors: Tensors, path: Path) -> Path:
    save_file({name: value.clone() for name, value in tensors.items()}, path)
    return path


def _counted(tensors: Tensors) -> int:
    """How many tensors a report is about: all but the counters of batches."""
    return sum("num_batches_tracked" not in name for name in tensors)


def _untouched(network: nn.Module, before: Tensors) -> bool:
    after = network.state_dict()
    return all(torch.equal(before[name], after[name]) for name in before)


@pytest.mark.parametrize("write", [_as_torch_file, _as_safetensors])
@pytest.mark.parametrize("prefix", ["", "module.", "module.backbone.", "model.module.", "encoder."])
def test_every_tensor_of_a_wrapped_network_arrives(
    source: Tensors, tmp_path: Path, prefix: str, write: Callable[[Tensors, Path], Path]
) -> None:
    """All tensors match whatever wrapper named them, and carry the file's values."""
    path = write(
        {prefix + name: value for name, value in source.items()}, tmp_path / "w.safetensors"
    )
    network = make_backbone("resnet18")
    report = load_weights(network, path)
    assert report.matched == report.total == _counted(source)
    assert _untouched(network, source)


def test_the_numbered_names_of_the_published_code_are_understood(
    source: Tensors, tmp_path: Path
) -> None:
    """`module.features.4.0…` is `layer1.0…`: the mismatch by which face weights got lost."""
    numbers = {
        name: number for number, (name, _) in enumerate(make_backbone("resnet18").named_children())
    }
    numbered = {}
    for name, value in source.items():
        child, rest = name.split(".", 1)
        numbered[f"module.features.{numbers[child]}.{rest}"] = value
    network = make_backbone("resnet18")
    report = load_weights(network, _as_torch_file(numbered, tmp_path / "w"))
    assert report.matched == report.total
    assert _untouched(network, source)


def test_a_file_without_counters_of_batches_is_complete(source: Tensors, tmp_path: Path) -> None:
    """Files of older releases lack them, and lack nothing that a prediction needs."""
    older = {name: value for name, value in source.items() if "num_batches" not in name}
    report = load_weights(make_backbone("resnet18"), _as_torch_file(older, tmp_path / "w"))
    assert report.matched == report.total == len(older)


@pytest.mark.parametrize("change", ["names", "shapes", "half"])
def test_a_file_that_fits_too_little_changes_nothing(
    source: Tensors, tmp_path: Path, change: str
) -> None:
    """Other names, other shapes or half a network are errors, and the network stays as it was."""
    tensors = {
        "names": {f"strange.{name}": value for name, value in source.items()},
        "shapes": {name: value[None].clone() for name, value in source.items()},
        "half": dict(list(source.items())[: len(source) // 2]),
    }[change]
    network = make_backbone("resnet18")
    before = {name: value.clone() for name, value in network.state_dict().items()}
    with pytest.raises(WeightsError, match=f"of {_counted(source)} tensors"):
        load_weights(network, _as_safetensors(tensors, tmp_path / "w.safetensors"))
    assert _untouched(network, before)


@pytest.mark.parametrize("name", ["w.pth", "w.safetensors"])
@pytest.mark.parametrize("content", [None, b"", b"not a file of weights"])
def test_an_unreadable_file_is_a_weights_error(
    tmp_path: Path, name: str, content: bytes | None
) -> None:
    """A missing, empty or foreign file is reported as such, by its path."""
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(WeightsError, match=name):
        load_weights(make_backbone("resnet18"), tmp_path / name)


def test_a_file_that_would_run_code_is_refused(tmp_path: Path) -> None:
    """A pickled object other than tensors is never built."""
    torch.save({"state_dict": Path("/")}, tmp_path / "w.pth")
    with pytest.raises(WeightsError, match="cannot be read"):
        load_weights(make_backbone("resnet18"), tmp_path / "w.pth")
