"""The repeated pictures of datasets, looked for once for each state of them."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq

from storage.repeats import REPEATS, repeats
from storage.shared_pictures import SHARED, Side, shared_pictures
from storage.store import Dataset

_FOLDER: Final = ".repeats"


def repeats_of(dataset: Dataset, version: int, fingerprint: str, runs: Path) -> pa.Table:
    """As `storage.repeats.repeats`; what was found is kept in the folder of runs."""
    path = runs / _FOLDER / f"{fingerprint}.parquet"
    return _kept(path, REPEATS, lambda: repeats(dataset, version))


def shared_of(one: Side, other: Side, fingerprints: tuple[str, str], runs: Path) -> pa.Table:
    """As `storage.shared_pictures.shared_pictures`, kept as well."""
    path = runs / _FOLDER / f"{'-'.join(fingerprints)}.parquet"
    return _kept(path, SHARED, lambda: shared_pictures(one, other))


def _kept(path: Path, schema: pa.Schema, find: Callable[[], pa.Table]) -> pa.Table:
    # What an earlier version of this program kept says less.
    if not path.exists() or pq.read_schema(path) != schema:
        path.parent.mkdir(parents=True, exist_ok=True)
        # Several trainings may look at a time.
        unfinished = path.with_suffix(f".{os.getpid()}.part")
        pq.write_table(find(), unfinished)
        unfinished.replace(path)
    return pq.read_table(path)
