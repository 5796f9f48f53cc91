"""The repeated pictures of a dataset, looked for once for each state of it."""

from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq

from storage.repeats import REPEATS, repeats
from storage.store import Dataset

_FOLDER: Final = ".repeats"


def repeats_of(dataset: Dataset, version: int, fingerprint: str, runs: Path) -> pa.Table:
    """As `storage.repeats.repeats`; what was found is kept in the folder of runs."""
    path = runs / _FOLDER / f"{fingerprint}.parquet"
    # What an earlier version of this program kept says less.
    if not path.exists() or pq.read_schema(path) != REPEATS:
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_suffix(".part")
        pq.write_table(repeats(dataset, version), unfinished)
        unfinished.replace(path)
    return pq.read_table(path)
