"""The ways to keep images that the benchmark compares, each used as its documentation says.

A side writes encoded images to a folder (which may be copied to a bucket as it is), and gives a
torch dataset of them in random order. The same loader of torch serves all rivals; the store has a
loader of its own.
"""

import os
from collections.abc import Iterable, Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.store_material import face_rows
from benchmarks.store_side import BATCH, SHARD_ROWS, SHUFFLED, Side, chunks, client, files, signed
from storage.compaction import compact
from storage.store import open_store


class Store(Side):
    """This project's store, compacted; `benchmarks.store_case` reads it with its own loader."""

    def write(self, data: Iterator[bytes], folder: Path) -> None:
        dataset = open_store(str(folder), create=True).dataset("faces", create=True)
        for number, chunk in enumerate(chunks(data, 5_000)):
            dataset.append_faces({f"batch {number}": face_rows(chunk, number * 5_000)})
        compact(dataset.table("faces"))

    def dataset(self, place: str, start: int) -> Any:
        return open_store(place).dataset("faces")

    def encoded(self, item: Any) -> bytes:
        return bytes(item)


class WebDataset(Side):
    """Tar files, shuffled by shard and in a buffer."""

    modules = ("webdataset",)

    def write(self, data: Iterator[bytes], folder: Path) -> None:
        pattern = f"{folder}/%06d.tar"
        writer = import_module("webdataset").ShardWriter(pattern, maxcount=SHARD_ROWS, verbose=0)
        with writer as sink:
            for number, image in enumerate(data):
                sink.write({"__key__": f"{number:09d}", "jpg": image})

    def dataset(self, place: str, start: int) -> Any:
        urls = files(place, ".tar")
        if place.startswith("s3://"):
            urls = [f"pipe:curl -s '{signed(url)}'" for url in urls]
        webdataset = import_module("webdataset")
        found = webdataset.WebDataset(urls, shardshuffle=len(urls), empty_check=False)
        # It has no position: who goes on reads what was read before.
        return found.shuffle(SHUFFLED).slice(start, 1 << 60) if start else found.shuffle(SHUFFLED)

    def encoded(self, item: Any) -> bytes:
        return bytes(item["jpg"])


class Streaming(Side):
    """MosaicML's shards (MDS)."""

    modules = ("streaming",)

    def write(self, data: Iterator[bytes], folder: Path) -> None:
        writer = import_module("streaming").MDSWriter
        with writer(out=str(folder), columns={"image": "bytes"}) as sink:
            for image in data:
                sink.write({"image": image})

    def dataset(self, place: str, start: int) -> Any:
        streaming = import_module("streaming")
        streaming.base.util.clean_stale_shared_memory()
        where: dict[str, Any] = {"local": place}
        if place.startswith("s3://"):
            where = {"remote": place, "local": os.environ["BENCHMARK_SCRATCH"]}
        found = streaming.StreamingDataset(**where, shuffle=True, batch_size=BATCH, shuffle_seed=1)
        if start:
            found.load_state_dict(
                {
                    "epoch": 0,
                    "sample_in_epoch": start,
                    "num_canonical_nodes": 1,
                    "shuffle_seed": 1,
                    "initial_physical_nodes": 1,
                }
            )
        return found

    def encoded(self, item: Any) -> bytes:
        return bytes(item["image"])


class HuggingFaceParquet(Side):
    """Parquet files streamed by `datasets`, with a shuffle buffer."""

    modules = ("datasets",)

    def write(self, data: Iterator[bytes], folder: Path) -> None:
        for number, chunk in enumerate(chunks(data, SHARD_ROWS)):
            table = pa.table({"image": pa.array(chunk, pa.binary())})
            pq.write_table(table, folder / f"{number:06d}.parquet", row_group_size=512)

    def dataset(self, place: str, start: int) -> Any:
        # At the end of an epoch it would sleep for five seconds, which says nothing of its speed.
        import_module("datasets").config.SLEEP_TIME_ON_THREADS_SHUTDOWN = 0
        shards = [signed(f) if f.startswith("s3://") else f for f in files(place, ".parquet")]
        found = import_module("datasets").load_dataset(
            "parquet", data_files=shards, streaming=True, split="train"
        )
        shuffled = found.shuffle(seed=1, buffer_size=SHUFFLED)
        return shuffled.skip(start) if start else shuffled

    def encoded(self, item: Any) -> bytes:
        return bytes(item["image"])


class HuggingFaceArrow(Side):
    """Arrow files mapped into memory by `datasets`, at random places."""

    modules = ("datasets",)
    map_style = True

    def write(self, data: Iterator[bytes], folder: Path) -> None:
        datasets = import_module("datasets")
        features = datasets.Features({"image": datasets.Value("binary")})
        path = str(folder / "faces.arrow")
        writer = import_module("datasets.arrow_writer").ArrowWriter(path=path, features=features)
        for image in data:
            writer.write({"image": image})
        writer.finalize()

    def dataset(self, place: str, start: int) -> Any:
        return import_module("datasets").Dataset.from_file(f"{place}/faces.arrow")

    def encoded(self, item: Any) -> bytes:
        return bytes(item["image"])


class Lance(Side):
    """Lance's columnar files, a batch of random rows at a time."""

    modules = ("lance",)
    map_style = True

    def write(self, data: Iterator[bytes], folder: Path) -> None:
        schema = pa.schema([("image", pa.binary())])
        batches = (pa.record_batch([chunk], schema=schema) for chunk in chunks(data, 1024))
        import_module("lance").write_dataset(
            pa.RecordBatchReader.from_batches(schema, batches), str(folder / "faces.lance")
        )

    def dataset(self, place: str, start: int) -> Any:
        return _LanceRows(f"{place}/faces.lance")

    def encoded(self, item: Any) -> bytes:
        return bytes(item)


class _LanceRows:
    """Lance's rows by number; opened where it is used, because it must not be forked."""

    def __init__(self, place: str) -> None:
        self._place = place
        self._opened: Any = None

    def _dataset(self) -> Any:
        if self._opened is None:
            self._opened = import_module("lance").dataset(self._place)
        return self._opened

    def __len__(self) -> int:
        return int(self._dataset().count_rows())

    def __getitems__(self, rows: list[int]) -> Iterable[bytes]:
        return list(self._dataset().take(rows, columns=["image"])["image"].to_pylist())


class Folder(Side):
    """A file an image."""

    map_style = True

    def write(self, data: Iterator[bytes], folder: Path) -> None:
        for number, image in enumerate(data):
            below = folder / f"{number // 1000:06d}"
            if number % 1000 == 0:
                below.mkdir()
            (below / f"{number:09d}.jpg").write_bytes(image)

    def dataset(self, place: str, start: int) -> Any:
        return _Files(files(place, ".jpg"))

    def encoded(self, item: Any) -> bytes:
        return bytes(item)


class _Files:
    """The bytes of files by number."""

    def __init__(self, paths: list[str]) -> None:
        self._paths = paths

    def __len__(self) -> int:
        return len(self._paths)

    def __getitem__(self, number: int) -> bytes:
        path = self._paths[number]
        if not path.startswith("s3://"):
            return Path(path).read_bytes()
        bucket, _, key = path[5:].partition("/")
        return bytes(client().get_object(Bucket=bucket, Key=key)["Body"].read())


SIDES: Final[Mapping[str, Side]] = {
    "this store": Store(),
    "WebDataset": WebDataset(),
    "MosaicML Streaming": Streaming(),
    "HF datasets (Parquet)": HuggingFaceParquet(),
    "HF datasets (Arrow)": HuggingFaceArrow(),
    "Lance": Lance(),
    "folder of files": Folder(),
}
