"""What the adapters yield goes into the store once, and the reader opens it."""

from pathlib import Path

import numpy as np

from scn.benchmarks import BENCHMARKS, BenchmarkName
from storage.reader import FaceReader
from storage.store import open_store
from tests.scn.benchmarks.copies import affectnet_csv, affectnet_npy, ferplus, rafdb, read_all


def test_a_benchmark_read_twice_is_stored_once(tmp_path: Path) -> None:
    """The second reading of the same files commits nothing."""
    ferplus(tmp_path / "files")
    dataset = open_store(str(tmp_path / "store"), create=True).dataset("ferplus", create=True)
    assert len(dataset.append_faces(read_all("ferplus", tmp_path / "files")[0])) == 3
    assert dataset.append_faces(read_all("ferplus", tmp_path / "files")[0]) == frozenset()
    assert dataset.scan("faces", columns=["face_id"]).num_rows == 3


def test_the_reader_opens_every_benchmark(tmp_path: Path) -> None:
    """JPEG, PNG, grey and colour all come out as batches of one shape."""
    copies = {"rafdb": rafdb, "affectnet": affectnet_csv, "ferplus": ferplus}
    store = open_store(str(tmp_path / "store"), create=True)
    for name, copy in [*copies.items(), ("affectnet", affectnet_npy)]:
        folder = tmp_path / "files" / name / copy.__name__
        copy(folder)
        source = BENCHMARKS[BenchmarkName(name)].source
        dataset = store.dataset(f"{source}-{copy.__name__}".replace("_", "-"), create=True)
        chunks, ingest = read_all(name, folder)
        dataset.append_faces(chunks)
        reader = FaceReader(dataset, splits=("train", "validation", "test"), image_size_px=32)
        batches = list(reader.batches(batch_size=4, seed=0, epoch=0))
        images = np.concatenate([batch.images_rgb for batch in batches])
        assert images.shape == (ingest.kept, 32, 32, 3)
