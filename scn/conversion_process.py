"""The process that reads a pickle: ``python -m scn.conversion_process < file.pth``.

Before it looks at the file it gives up files, network, programs and memory (`sandbox.confinement`).
Nothing that the file names is run: only what rebuilds tensors is, and for every other name an inert
placeholder stands in. The tensors go to standard output as safetensors.
"""

import io
import pickle
import sys
from collections import OrderedDict
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any, Final

import torch
from safetensors.torch import save
from torch import Tensor

from sandbox.confinement import limit_resources, refuse_system_calls

MEMORY_BYTES: Final = 16 << 30
CPU_S: Final = 120
_DEPTH: Final = 64
_REBUILDERS: Final = {
    ("collections", "OrderedDict"),
    ("torch._utils", "_rebuild_tensor"),
    ("torch._utils", "_rebuild_tensor_v2"),
    ("torch._utils", "_rebuild_parameter"),
}
# Where a pickled module keeps its tensors and parts; they are no part of a tensor's name.
_MODULE_PARTS: Final = ("_parameters", "_buffers", "_modules")


class Placeholder(OrderedDict[Any, Any]):
    """Stands for whatever a file names that is no tensor; keeps what it is given as state."""

    def __init__(self, *_: Any, **__: Any) -> None:
        super().__init__()

    def __setstate__(self, state: Any) -> None:
        if isinstance(state, dict):
            self.update(state)

    def __call__(self, *_: Any, **__: Any) -> "Placeholder":
        """Another one, whatever it is called with."""
        return Placeholder()

    def append(self, value: Any) -> None:
        """Keep an item of what may have been a list."""
        self[len(self)] = value

    def extend(self, values: Any) -> None:
        """Keep items of what may have been a list."""
        for value in values:
            self.append(value)


class _Unpickler(pickle.Unpickler):
    """Builds tensors and containers, and placeholders for the rest."""

    def find_class(self, module: str, name: str) -> Any:
        storage = module == "torch" and name.endswith("Storage") and name.isidentifier()
        if storage or (module, name) in _REBUILDERS:
            return super().find_class(module, name)
        return Placeholder


def _load(file: Any, **options: Any) -> Any:
    return _Unpickler(file, **options).load()


_PICKLE: Final = SimpleNamespace(Unpickler=_Unpickler, load=_load, __name__="confined")


def main() -> int:
    """Convert standard input."""
    _read(_sample())
    file = io.BytesIO(sys.stdin.buffer.read())
    limit_resources(memory_bytes=MEMORY_BYTES, cpu_s=CPU_S)
    refuse_system_calls()
    try:
        tensors = dict(tensors_of(_read(file)))
        if not tensors:
            raise ValueError("it holds no tensors")
        sys.stdout.buffer.write(save(tensors))
    except Exception as error:  # noqa: BLE001  what a stranger's pickle raises can be anything
        sys.stderr.write(f"{type(error).__name__}: {error}")
        return 1
    return 0


def tensors_of(found: Any, prefix: str = "", depth: int = 0) -> Iterator[tuple[str, Tensor]]:
    """Every tensor of nested mappings under its dotted name, each with memory of its own."""
    if depth > _DEPTH:
        raise ValueError(f"it is nested more than {_DEPTH} deep")
    for name, value in found.items() if isinstance(found, dict) else ():
        inner = prefix if name in _MODULE_PARTS else f"{prefix}{name}."
        if isinstance(value, Tensor):
            yield f"{prefix}{name}", value.detach().clone().contiguous()
        else:
            yield from tensors_of(value, inner, depth + 1)


def _read(file: io.BytesIO) -> Any:
    return torch.load(file, map_location="cpu", pickle_module=_PICKLE, weights_only=False)


def _sample() -> io.BytesIO:
    """A small file: to read it imports all that is needed, which is impossible later."""
    file = io.BytesIO()
    torch.save({"a": torch.zeros(1)}, file)
    save({"a": torch.zeros(1)})
    file.seek(0)
    return file


if __name__ == "__main__":
    sys.exit(main())
