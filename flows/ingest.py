"""A benchmark's official files, read into the store."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import AbstractContextManager
from dataclasses import asdict
from pathlib import Path

import pyarrow as pa
from prefect import flow, get_run_logger

from flows.aligning import aligned, all_cores
from flows.ingest_report import show_ingest
from flows.measuring import measured, threads
from flows.mixing import Known
from flows.parameters import DatasetName
from flows.progress import Progress
from flows.runs import start_run
from scn.benchmarks import BENCHMARKS, BenchmarkName
from scn.benchmarks.options import ReadOptions
from scn.benchmarks.tally import Tally
from storage.fingerprint import fingerprint
from storage.repeats import counted, repeats
from storage.store import open_store

Chunks = Iterator[tuple[str, pa.Table]]


@flow(name="ingest", persist_result=False)
def ingest(
    benchmark: BenchmarkName,
    path: Path,
    store: str = "data/store",
    runs: Path = Path("data/runs"),
    options: ReadOptions = ReadOptions(),
    dataset: DatasetName | None = None,
    align: bool = False,
) -> None:
    """Read a benchmark into the store; what is there already is left as it is.

    Args:
        benchmark: Which benchmark, or folder for a plain folder of class folders.
        path: Folder of its official files.
        store: Folder of the store, or s3://bucket/prefix; made if it is not there.
        runs: Folder of run records.
        options: Limits on images, and choices that the benchmark leaves open.
        dataset: Name of the dataset in the store; empty for the benchmark's own.
        align: Whether to align the images as collected faces are aligned.
    """
    tally, chunks = check_ingest(benchmark, path, options)
    name = dataset or BENCHMARKS[benchmark].source
    opened = open_store(store, create=True).dataset(name, create=True)
    parameters = {"benchmark": benchmark, "path": str(path), "dataset": name, "align": align}
    run = start_run(runs, "ingest", parameters)
    known, progress = Known(opened), Progress("images", "images", tally.result().kept)
    done, added, how = 0, 0, Counter[str]()
    with _pool(align) as pool:
        for key, rows in chunks:
            new = known.new_of(rows, lambda some: _prepared(some, align, pool)[0])
            prepared, ways = _prepared(new, align, pool)
            added += known.append(key, prepared)
            how += ways
            done += rows.num_rows
            progress.update(done)
    get_run_logger().info("%s: %d images, %d of them new", tally.layout, done, added)
    found = counted(repeats(opened))
    result = {**asdict(tally.result()), "added": added, "aligned_by": dict(how), "repeats": found}
    run.finish({**result, "fingerprint": fingerprint(opened)})
    show_ingest(benchmark, tally.result(), how, found)


def _pool(align: bool) -> AbstractContextManager[Executor]:
    return all_cores() if align else threads()


def _prepared(rows: pa.Table, align: bool, pool: Executor) -> tuple[pa.Table, Counter[str]]:
    """Rows as they go into the store, and what they were aligned by."""
    how = Counter[str]()
    if align and rows.num_rows:
        rows, how = aligned(rows, pool)
    return measured(rows, pool), how


def check_ingest(
    benchmark: BenchmarkName, path: Path, options: ReadOptions
) -> tuple[Tally, Chunks]:
    """Check the whole layout before anything is written.

    Returns:
        What was found, and the chunks to come.

    Raises:
        LayoutError: a file is missing or malformed.
    """
    tally = Tally()
    chunks = BENCHMARKS[benchmark].read(path, options, tally)
    return tally, chunks
