"""What grows with a store: bytes, log, memory, and the time to open, check and forget.

The figures of ``docs/scale.md``. Run as ``python -m benchmarks.scale [--quick]``; the last line is
one JSON object.
"""

import argparse
import json
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from benchmarks.store_material import face_rows, small_rows
from storage.commits import Change, change_table
from storage.compaction import compact
from storage.forgetting import forget
from storage.integrity import check
from storage.reader import FaceReader
from storage.schema import FACES
from storage.shards import Shard, shards_of
from storage.store import Dataset, open_store
from storage.table import Table

IMAGE_BYTES = 10_000
KEYS_PER_COMMIT = 20


def main() -> None:
    """Measure, print the table and the JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a tenth of the sizes")
    part = 10 if parser.parse_args().quick else 1
    figures: dict[str, float] = {}
    with tempfile.TemporaryDirectory(prefix="store-scale-") as folder:
        figures |= rows(_dataset(folder, "rows"), 100_000 // part)
        figures |= index(_dataset(folder, "index"), 1_000_000 // part)
        figures |= log(_dataset(folder, "log"), 2_000 // part)
        figures |= shards(_dataset(folder, "shards"), 40_000 // part)
    for name, value in figures.items():
        print(f"{name:40}{value:>16,.3f}")
    print(json.dumps(figures))


def _dataset(folder: str, name: str) -> Dataset:
    return open_store(folder, create=True).dataset(name, create=True)


def rows(dataset: Dataset, count: int) -> dict[str, float]:
    """Images of 10 kB with all columns filled: bytes, compaction, checking, forgetting."""
    rng = np.random.default_rng(0)
    for begin in range(0, count, 5_000):
        data = [rng.bytes(IMAGE_BYTES) for _ in range(5_000)]
        dataset.append_faces({f"b{begin}": _full(face_rows(data, begin), rng)})
    table = dataset.table("faces")
    compact_s = _seconds(lambda: compact(table))
    sizes = table.delta().get_add_actions().column("size_bytes").to_pylist()
    check_s = _seconds(lambda: list(check(dataset)))
    forget_s = _seconds(lambda: forget(dataset, "video", "video000001"))
    stored_gb = sum(sizes) / 1e9
    return {
        "bytes_a_row_beside_image": sum(sizes) / count - IMAGE_BYTES,
        "compact_s_per_gb": compact_s / stored_gb,
        "fsck_s_per_gb": check_s / stored_gb,
        "forget_s_per_gb_rewritten": forget_s / stored_gb,
    }


def _full(table: pa.Table, rng: np.random.Generator) -> pa.Table:
    """Every column with values, as the collector writes them."""
    count = table.num_rows
    for place, field in enumerate(FACES):
        if table[field.name].null_count != count:
            continue
        if field.name in ("box_xyxy", "landmarks_xy"):
            width = 4 if field.name == "box_xyxy" else 10
            values = pa.array(list(rng.random((count, width), np.float32)), field.type)
        elif pa.types.is_floating(field.type):
            values = pa.array(rng.random(count), pa.float64()).cast(field.type)
        elif field.name == "phash":
            values = pa.array([rng.bytes(8).hex() for _ in range(count)])
        elif pa.types.is_integer(field.type):
            values = pa.array(rng.integers(0, 200, count)).cast(field.type)
        else:
            continue
        table = table.set_column(place, field, values)
    return table


def index(dataset: Dataset, count: int) -> dict[str, float]:
    """Opening a reader: seconds and memory a row, and the order of an epoch."""
    for begin in range(0, count, 100_000):
        size = min(100_000, count - begin)
        rows_of = face_rows(list(small_rows(size)), begin)
        dataset.append_faces({f"b{begin}": rows_of})
    compact(dataset.table("faces"))
    opened: list[FaceReader] = []
    open_s = _seconds(lambda: opened.append(FaceReader(dataset)))
    order_s = _seconds(lambda: opened[0].order(seed=0, epoch=0))
    scan_s = _seconds(lambda: forget(dataset, "video", "not-there-1"))
    return {
        "open_s_per_million_rows": open_s / count * 1e6,
        "index_bytes_a_row": _bytes(opened[0].index) / count,
        "order_s_per_million_rows": order_s / count * 1e6,
        "forget_nothing_s_per_million_rows": scan_s / count * 1e6,
    }


def log(dataset: Dataset, commits: int) -> dict[str, float]:
    """Many small commits of many keys: bytes of the log, and the time to open it."""
    table = dataset.table("faces")
    row = face_rows([b"x"], 0)
    started_s = time.perf_counter()
    for number in range(commits):
        keys = [f"video{number:05d}{key:02d}" for key in range(KEYS_PER_COMMIT)]
        _commit(table, Change(added=list(shards_of("faces", row)), keys=keys))
    spent_s = time.perf_counter() - started_s
    table.delta().create_checkpoint()
    entries = sorted(Path(table.location.uri, "_delta_log").glob("*"))
    json_bytes = sum(p.stat().st_size for p in entries if p.suffix == ".json")
    checkpoints = [p.stat().st_size for p in entries if p.suffix == ".parquet"]
    return {
        "small_commit_ms": spent_s / commits * 1e3,
        "log_bytes_a_commit_of_20_keys": json_bytes / commits,
        "checkpoint_bytes_a_key": checkpoints[-1] / (commits * KEYS_PER_COMMIT),
        "open_log_s_per_million_keys": _seconds(table.delta) / (commits * KEYS_PER_COMMIT) * 1e6,
    }


def _commit(table: Table, change: Change) -> None:
    change_table(table, lambda _: change)


def shards(dataset: Dataset, count: int) -> dict[str, float]:
    """A table of many shards: the time to open its log; the files themselves are not needed."""
    table = dataset.table("faces")
    named = [Shard(f"{n:016x}-{n:064x}.parquet", pa.py_buffer(b""), 25_000) for n in range(count)]
    added: list[Any] = [shard.added() for shard in named]
    table.delta().create_write_transaction(added, "append", table.schema)
    table.delta().create_checkpoint()
    checkpoint = max(Path(table.location.uri, "_delta_log").glob("*.parquet"))
    return {
        "checkpoint_bytes_a_shard": checkpoint.stat().st_size / count,
        "open_log_s_per_thousand_shards": _seconds(table.delta) / count * 1e3,
    }


def _seconds(work: Callable[[], object]) -> float:
    started_s = time.perf_counter()
    work()
    return time.perf_counter() - started_s


def _bytes(table: pa.Table) -> int:
    """The memory that a table holds, buffers that its chunks share once."""
    return sum(column.get_total_buffer_size() for column in table.columns)


if __name__ == "__main__":
    main()
