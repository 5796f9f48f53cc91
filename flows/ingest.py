"""A benchmark's official files, read into the store."""

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
from prefect import flow, get_run_logger

from flows.artifacts import show_results
from flows.parameters import DatasetName
from flows.progress import Progress
from flows.runs import start_run
from scn.benchmarks import BENCHMARKS, BenchmarkName
from scn.benchmarks.counts import compare
from scn.benchmarks.options import ReadOptions
from scn.benchmarks.tally import Tally
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
) -> None:
    """Read a benchmark into the store; what is there already is left as it is.

    Args:
        benchmark: Which benchmark, or folder for a plain folder of class folders.
        path: Folder of its official files.
        store: Folder of the store, or s3://bucket/prefix; made if it is not there.
        runs: Folder of run records.
        options: Limits on images, and choices that the benchmark leaves open.
        dataset: Name of the dataset in the store; empty for the benchmark's own.
    """
    tally, chunks = check_ingest(benchmark, path, options)
    name = dataset or BENCHMARKS[benchmark].source
    opened = open_store(store, create=True).dataset(name, create=True)
    run = start_run(runs, "ingest", {"benchmark": benchmark, "path": str(path), "dataset": name})
    known = opened.scan("faces", ["face_id"])["face_id"].combine_chunks()
    progress = Progress("images", "images", tally.result().kept)
    done = added = 0
    for key, rows in chunks:
        new = rows.filter(pc.invert(pc.is_in(rows["face_id"], known)))
        added += new.num_rows if new.num_rows and opened.append_faces({key: new}) else 0
        done += rows.num_rows
        progress.update(done)
    get_run_logger().info("%d images, %d of them new", done, added)
    outcome = tally.result()
    run.finish(asdict(outcome) | {"added": added})
    counts = compare(outcome, BENCHMARKS[benchmark].official_counts())
    show_results([asdict(row) for row in counts], f"ingest-{benchmark}", f"{outcome.layout}")
    drops = [{"reason": reason, "rows": rows} for reason, rows in outcome.drops.items()]
    show_results(drops, f"ingest-{benchmark}-drops", "Rows left out, by reason")


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
