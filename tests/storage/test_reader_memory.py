"""Reading takes the memory of a window, not of the store."""

import subprocess
import sys
from pathlib import Path

import pyarrow as pa

from storage.store import open_store
from tests.storage.rows import photos

_READ = """
import resource, sys
from storage.reader import FaceReader
from storage.store import open_store
reader = FaceReader(open_store(sys.argv[1]).dataset("d"), buffer_rows=1024)
count = sum(len(batch.images) for batch in reader.encoded(batch_size=64))
print(count, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""
_ROWS, _IMAGE_BYTES = 1000, 20_000


def _peak_mb(folder: Path, shards: int) -> int:
    """Read a store of 20 MB a shard; returns the peak memory of the process."""
    dataset = open_store(str(folder), create=True).dataset("d", create=True)
    for number in range(shards):
        video = f"video{number}"
        rows: pa.Table = photos(video, _ROWS, size_bytes=_IMAGE_BYTES)
        dataset.append_faces({video: rows})
    command = [sys.executable, "-c", _READ, str(folder)]
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    count, peak_mb = map(int, output.split())
    assert count == shards * _ROWS
    return peak_mb


def test_five_times_the_store_takes_hardly_more_memory(tmp_path: Path) -> None:
    small, large = _peak_mb(tmp_path / "small", 5), _peak_mb(tmp_path / "large", 25)
    assert large - small < 60, f"{small} MB for 100 MB, {large} MB for 500 MB"
