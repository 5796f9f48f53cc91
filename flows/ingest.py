"""A benchmark's official files, read into the store."""

from collections import Counter
from concurrent.futures import Executor
from contextlib import AbstractContextManager
from dataclasses import asdict
from functools import partial
from pathlib import Path

import pyarrow as pa
from prefect import flow, get_run_logger

from flows.ingesting.aligning import aligned, all_cores
from flows.ingesting.ingest_check import Reading, check_ingest, taken
from flows.ingesting.ingest_report import show_ingest
from flows.ingesting.measuring import measured, threads
from flows.parameters import DatasetName
from flows.progress import Progress
from flows.runs import start_run
from scn.benchmarks import BENCHMARKS, BenchmarkName
from scn.benchmarks.options import ReadOptions
from scn.benchmarks.tally import Tally
from storage.fingerprint import fingerprint
from storage.repeats import counted, repeats


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
    reading = taken() or check_ingest(benchmark, path, store, runs, options, dataset)
    tally, opened = reading.tally, reading.dataset
    parameters = {"benchmark": benchmark, "path": str(path), "dataset": opened.name, "align": align}
    with _pool(align) as pool:
        again = partial(BENCHMARKS[benchmark].read, path, options, Tally())
        reading.known.check_pictures(tally, again, partial(_stored, align=align, pool=pool))
        run = start_run(runs, "ingest", parameters)
        added, how = _append(reading, align, pool)
    kept = tally.result()
    get_run_logger().info("%s: %d images, %d of them new", kept.layout, kept.kept, added)
    found = counted(repeats(opened))
    result = {**asdict(kept), "added": added, "aligned_by": dict(how), "repeats": found}
    run.finish({**result, "fingerprint": fingerprint(opened)})
    show_ingest(benchmark, kept, how, found)


def _append(reading: Reading, align: bool, pool: Executor) -> tuple[int, Counter[str]]:
    """Append what is new; how many faces that is, and what they were aligned by."""
    progress = Progress("images", "images", reading.tally.result().kept)
    done, added, how = 0, 0, Counter[str]()
    for key, rows in reading.chunks:
        new = reading.known.new_of(rows, partial(_stored, align=align, pool=pool))
        prepared, ways = _prepared(new, align, pool)
        added += reading.known.append(key, prepared)
        how += ways
        done += rows.num_rows
        progress.update(done)
    return added, how


def _pool(align: bool) -> AbstractContextManager[Executor]:
    return all_cores() if align else threads()


def _prepared(rows: pa.Table, align: bool, pool: Executor) -> tuple[pa.Table, Counter[str]]:
    """Rows as they go into the store, and what they were aligned by."""
    how = Counter[str]()
    if align and rows.num_rows:
        rows, how = aligned(rows, pool)
    return measured(rows, pool), how


def _stored(rows: pa.Table, *, align: bool, pool: Executor) -> pa.Table:
    return _prepared(rows, align, pool)[0]
