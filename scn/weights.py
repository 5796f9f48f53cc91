"""Pretrained weights: loaded by name, with a count of what fitted.

The published SCN code loads face weights without a word when not one name fits; here a file that
fits less than 95 % of the model's tensors is an error.
"""

import pickle
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn

from scn.errors import WeightsError

_LEAST_SHARE: Final = 0.95
_WRAPPERS: Final = ("module.", "backbone.", "encoder.", "model.")


@dataclass(frozen=True, slots=True)
class Matched:
    """How many of the model's tensors came from a file."""

    matched: int
    total: int

    def __str__(self) -> str:
        return f"{self.matched} of {self.total} tensors"


def load_weights(network: nn.Module, path: Path) -> Matched:
    """Copy the tensors of a `.safetensors` or `.pth` file into a network.

    Names may carry the prefixes of common wrappers. A `.pth` file is read without running code.

    Raises:
        WeightsError: the file is none of these, or fits less than 95 % of the tensors.
    """
    return copy_tensors(network, _unwrapped(_tensors(path)), str(path))


def copy_tensors(network: nn.Module, tensors: Mapping[str, Tensor], source: str) -> Matched:
    """Copy tensors by name where name and shape fit; under 95 % is a WeightsError."""
    wanted = network.state_dict()
    fitting = {
        name: tensors[name]
        for name, tensor in wanted.items()
        if name in tensors and tensors[name].shape == tensor.shape
    }
    result = Matched(len(fitting), len(wanted))
    if result.matched < _LEAST_SHARE * result.total:
        missing = ", ".join([name for name in wanted if name not in fitting][:3])
        raise WeightsError(f"weights {source}: only {result} fit, at least 95 % must; no {missing}")
    network.load_state_dict({**wanted, **fitting})
    return result


def _tensors(path: Path) -> dict[str, Tensor]:
    try:
        if path.suffix == ".safetensors":
            return load_file(path)
        loaded = torch.load(path, map_location="cpu", weights_only=True)
    except (OSError, SafetensorError, pickle.UnpicklingError, RuntimeError, EOFError) as error:
        raise WeightsError(f"weights {path}: cannot be read: {error}") from error
    inner = loaded.get("state_dict", loaded) if isinstance(loaded, dict) else {}
    return {name: value for name, value in inner.items() if isinstance(value, Tensor)}


def _unwrapped(tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    for wrapper in _WRAPPERS:
        tensors = {name.removeprefix(wrapper): tensor for name, tensor in tensors.items()}
    return tensors
