"""Ways to train on labels that may be wrong; one file each."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from scn.config import TrainConfig
from scn.methods.baseline import Baseline
from scn.methods.eac import Eac
from scn.methods.method import Method, Step
from scn.methods.rul import Rul
from scn.methods.scn import Scn

__all__ = ["METHODS", "Method", "Step"]

METHODS: Final[Mapping[str, Callable[[TrainConfig], Method]]] = MappingProxyType(
    {"scn": Scn, "baseline": Baseline, "rul": Rul, "eac": Eac}
)
