"""How each side grows with the number of rows: rows of 1 kB, written, opened, read at random."""

import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.store_case import Case
from benchmarks.store_child import in_child
from benchmarks.store_material import small_rows
from benchmarks.store_sides import SIDES

_READ_S = 2.0
# A million small files take the disk longer than all the rest together.
_MOST_FILES = 100_000

Growth = dict[str, dict[str, dict[str, float]]]


def growth(sides: Sequence[str], sizes: Sequence[int]) -> Growth:
    """Side → number of rows → rows written per second, seconds to the first batch, rows read/s."""
    found: Growth = {side: {} for side in sides}
    for size in sizes:
        for side in sides:
            if side == "folder of files" and size > _MOST_FILES:
                continue
            with tempfile.TemporaryDirectory(prefix="store-growth-") as folder:
                started_s = time.perf_counter()
                SIDES[side].write(small_rows(size), Path(folder))
                written_s = time.perf_counter() - started_s
                read = in_child(Case(side, folder, False, 0, _READ_S))
            if isinstance(read, str):
                continue
            found[side][str(size)] = {
                "written_per_s": size / written_s,
                "first_batch_s": read["first_batch_s"],
                "read_per_s": read["images_per_s"],
            }
    return found
