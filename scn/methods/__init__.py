"""Ways to train on labels that may be wrong; one file each.

A file is a method: `eac.py` has the class `Eac`, and `method="eac"` chooses it.
"""

from collections.abc import Mapping
from importlib import import_module
from types import MappingProxyType
from typing import Final

from scn.config.method_options import METHOD_NAMES
from scn.methods.method import Method, Step

__all__ = ["METHODS", "Method", "Step"]


def _class_of(name: str) -> type[Method]:
    module = import_module(f"scn.methods.{name}")
    found: type[Method] = getattr(module, name.title().replace("_", ""))
    return found


METHODS: Final[Mapping[str, type[Method]]] = MappingProxyType(
    {name: _class_of(name) for name in METHOD_NAMES}
)
