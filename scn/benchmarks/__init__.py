"""The datasets that can be read from the files they are handed out as, by name."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import Final

import pyarrow as pa

from scn.benchmarks import (
    affectnet,
    ckplus,
    class_folders,
    fer2013_labels,
    ferplus,
    genki,
    image_list,
    jaffe,
    kdef,
    rafd,
    rafdb,
)
from scn.benchmarks.counts import OfficialCounts
from scn.benchmarks.options import ReadOptions
from scn.benchmarks.tally import Tally


class BenchmarkName(StrEnum):
    """The names a user chooses from."""

    RAFDB = rafdb.NAME
    AFFECTNET = affectnet.NAME
    FERPLUS = ferplus.NAME
    FER2013 = fer2013_labels.NAME
    CKPLUS = ckplus.NAME
    JAFFE = jaffe.NAME
    KDEF = kdef.NAME
    RAFD = rafd.NAME
    GENKI = genki.NAME
    LIST = image_list.NAME
    FOLDER = class_folders.NAME


@dataclass(frozen=True, slots=True)
class Benchmark:
    """The adapter of one benchmark."""

    source: str
    """The usual name of its dataset in a store; parts and forced re-uploads have their own."""
    read: Callable[[Path, ReadOptions, Tally], Iterator[tuple[str, pa.Table]]]
    """Official folder, options, counts to fill → (key, rows of ``storage.schema.FACES``)."""
    official_counts: Callable[[], OfficialCounts]


_MODULES: Final = (
    rafdb,
    affectnet,
    ferplus,
    fer2013_labels,
    ckplus,
    jaffe,
    kdef,
    rafd,
    genki,
    image_list,
    class_folders,
)
BENCHMARKS: Final[Mapping[BenchmarkName, Benchmark]] = MappingProxyType(
    {
        BenchmarkName(module.NAME): Benchmark(module.SOURCE, module.read, module.official_counts)
        for module in _MODULES
    }
)
