"""What is checked before an ingest, and handed on to the flow, so that it is checked once."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from flows.ingesting.mixing import Chunks, Known
from flows.runs import check_writable
from scn.benchmarks import BENCHMARKS, BenchmarkName
from scn.benchmarks.options import ReadOptions
from scn.benchmarks.tally import Tally
from storage.store import Dataset, open_store


@dataclass(frozen=True, slots=True)
class Reading:
    """A benchmark's files and the dataset they go into, checked.

    Attributes:
        tally: what was found.
        chunks: to come, once.
        known: what the dataset holds already.
    """

    tally: Tally
    chunks: Chunks
    known: Known

    @property
    def dataset(self) -> Dataset:
        """That is read into."""
        return self.known.dataset


_CHECKED: Final[ContextVar[list[Reading] | None]] = ContextVar("checked", default=None)


def check_ingest(
    benchmark: BenchmarkName,
    path: Path,
    store: str,
    runs: Path,
    options: ReadOptions,
    dataset: str | None = None,
) -> Reading:
    """Check the whole layout, then open the dataset and check that it holds no other form.

    Nothing is written where anything is wrong; otherwise the dataset is made if it is not there.

    Raises:
        LayoutError: a file is missing or malformed.
        StoreError, ValueError: the store or the folder of runs cannot be written, or the dataset
            holds these faces in another form.
    """
    tally = Tally()
    chunks = BENCHMARKS[benchmark].read(path, options, tally)
    check_writable(runs)
    opened = open_store(store, create=True).dataset(dataset or tally.source, create=True)
    reading = Reading(tally, chunks, Known(opened))
    reading.known.check(tally)
    return reading


@contextmanager
def handed_on(reading: Reading) -> Iterator[None]:
    """Within it, the next ingest does not check what was checked already."""
    token = _CHECKED.set([reading])
    try:
        yield
    finally:
        _CHECKED.reset(token)


def taken() -> Reading | None:
    """What was handed on, once: a flow that is retried has to read anew."""
    handed = _CHECKED.get()
    return handed.pop() if handed else None
