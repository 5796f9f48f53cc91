"""Pretrained weights: loaded by name, with a count of what fitted.

The published SCN code loads face weights without a word when not one name fits; here a file that
fits less than 95 % of the model's tensors is an error. Checkpoints of that code start a whole
network but for its classifier: nothing in them says which class an output stands for.
"""

import pickle
import re
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn

from scn.errors import WeightsError
from scn.network import Network

_LEAST_SHARE: Final = 0.95
# What torch's unpickler and safetensors raise for files that are cut, foreign or malicious.
_DAMAGES: Final = (
    OSError,
    SafetensorError,
    pickle.UnpicklingError,
    RuntimeError,
    EOFError,
    IndexError,
    TypeError,
)
_WRAPPERS: Final = re.compile(
    r"^((module|backbone|encoder|model|net|state_dict|model_state_dict)\.)+"
)
# The published SCN code numbers the children of ResNet instead of naming them.
_NUMBERED: Final = re.compile(r"^features\.(\d)\.")
_CHILDREN: Final = ("conv1", "bn1", "relu", "maxpool", "layer1", "layer2", "layer3", "layer4")
_CLASSIFIER: Final = "fc."
# The published SCN code has the importance weight's layer and its sigmoid in a sequence.
_IMPORTANCE: Final = re.compile(r"^alpha\.0\.")
_INNER: Final = ("state_dict", "model_state_dict", "model", "net")
# Counts batches for nobody, and files of older releases lack it.
_COUNTER: Final = "num_batches_tracked"
_SHOWN: Final = 3


@dataclass(frozen=True, slots=True)
class Matched:
    """What came of copying tensors by name; counters of batches are left out.

    Attributes:
        source: where they came from.
        matched: how many of the network's tensors got a value.
        missing: the network's tensors that the source lacks, or has in another shape.
        unexpected: the source's tensors that the network has no place for.
        left: the source's tensors of a classifier, which stays random in the network.
    """

    source: str
    matched: int
    missing: tuple[str, ...]
    unexpected: tuple[str, ...]
    left: tuple[str, ...] = ()

    @property
    def total(self) -> int:
        """Tensors of the network."""
        return self.matched + len(self.missing)

    def __str__(self) -> str:
        said = (
            f"weights {self.source}: {self.matched} of {self.total} tensors fit"
            f"; missing: {_listed(self.missing)}; unexpected: {_listed(self.unexpected)}"
        )
        if self.left:
            said += (
                f"; the classifier stays random, since the file does not name its classes:"
                f" {_listed(self.left)}"
            )
        return said


def load_weights(network: nn.Module, path: Path) -> Matched:
    """Copy the tensors of a `.safetensors` or `.pth` file into a backbone, or a network with one.

    Names may carry the prefixes of common wrappers, or be those of the published SCN code. A
    `.pth` file is read without running code. Of a network the backbone is wanted, and the
    importance head if the file has one; its classifier is left as it is.

    Raises:
        WeightsError: the file is none of these, or fits less than 95 % of the tensors.
    """
    tensors = _unwrapped(_tensors(path))
    if not isinstance(network, Network):
        return copy_tensors(network, tensors, str(path))
    left = tuple(name for name in tensors if name.startswith(_CLASSIFIER))
    named = {_part_name(name): tensors[name] for name in tensors if name not in left}
    return replace(copy_tensors(_parts(network, named), named, str(path)), left=left)


def _part_name(name: str) -> str:
    head = _IMPORTANCE.sub("importance_head.", name)
    return head if head != name else f"backbone.{name}"


def _parts(network: Network, tensors: Iterable[str]) -> nn.ModuleDict:
    """The parts of a network that the tensors are of; the backbone in any case."""
    named = {"backbone", *(name.partition(".")[0] for name in tensors)}
    return nn.ModuleDict({name: part for name, part in network.named_children() if name in named})


def copy_tensors(network: nn.Module, tensors: Mapping[str, Tensor], source: str) -> Matched:
    """Copy tensors by name where name and shape fit; under 95 % is a WeightsError."""
    wanted = network.state_dict()
    fitting = {
        name: tensors[name]
        for name, tensor in wanted.items()
        if name in tensors and tensors[name].shape == tensor.shape
    }
    result = Matched(
        source,
        sum(not name.endswith(_COUNTER) for name in fitting),
        _named(wanted, fitting),
        _named(tensors, fitting),
    )
    if result.matched < _LEAST_SHARE * result.total:
        raise WeightsError(f"{result}; at least 95 % must fit")
    network.load_state_dict({**wanted, **fitting})
    return result


def _named(names: Iterable[str], but: Container[str]) -> tuple[str, ...]:
    return tuple(name for name in names if name not in but and not name.endswith(_COUNTER))


def _listed(names: Sequence[str]) -> str:
    more = len(names) - _SHOWN
    shown = ", ".join(names[:_SHOWN]) or "none"
    return f"{shown} and {more} more" if more > 0 else shown


def _tensors(path: Path) -> dict[str, Tensor]:
    try:
        if path.suffix == ".safetensors":
            return load_file(path)
        loaded = torch.load(path, map_location="cpu", weights_only=True)
    except _DAMAGES as error:
        hint = "; `webemotion convert` reads older files, too" if path.is_file() else ""
        raise WeightsError(f"weights {path}: cannot be read: {error}{hint}") from error
    inner = loaded if isinstance(loaded, dict) else {}
    inner = next((inner[name] for name in _INNER if name in inner), inner)
    if not isinstance(inner, dict):
        raise WeightsError(f"weights {path}: state_dict is a {type(inner).__name__}, not a mapping")
    return {str(name): value for name, value in inner.items() if isinstance(value, Tensor)}


def _unwrapped(tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    return {_torchvision_name(name): tensor for name, tensor in tensors.items()}


def _torchvision_name(name: str) -> str:
    name = _WRAPPERS.sub("", name)
    numbered = _NUMBERED.match(name)
    if numbered and int(numbered[1]) < len(_CHILDREN):
        return f"{_CHILDREN[int(numbered[1])]}.{name[numbered.end() :]}"
    return name
