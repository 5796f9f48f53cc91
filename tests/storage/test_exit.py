"""A process that has read images ends as it should."""

import os
import subprocess
import sys
from pathlib import Path

import pyarrow as pa

from storage.store import open_store
from tests.storage.rows import faces

_READ = """
import sys
from storage.store import open_store
print(open_store(sys.argv[1]).dataset("d").scan("faces", ["image"]).num_rows)
"""


def test_reading_images_leaves_no_thread_that_aborts_the_process(tmp_path: Path) -> None:
    dataset = open_store(str(tmp_path), create=True).dataset("d", create=True)
    for number in range(7):
        rows = faces(f"video{number}", 32)
        images = pa.array([os.urandom(6_000) for _ in range(32)])
        place = rows.schema.get_field_index("image")
        dataset.append_faces(
            {f"video{number}": rows.set_column(place, rows.schema.field(place), images)}
        )
    # The order in which threads end is chance: with several files it went wrong every other time.
    # It needs several threads, and Arrow heeds this variable.
    threads = {**os.environ, "OMP_NUM_THREADS": "4"}
    command = [sys.executable, "-c", _READ, str(tmp_path)]
    for _ in range(8):
        done = subprocess.run(command, env=threads, capture_output=True, text=True)
        assert (done.returncode, done.stdout, done.stderr) == (0, "224\n", "")
