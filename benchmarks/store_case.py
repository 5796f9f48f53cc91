"""One measurement in a process of its own: ``python -m benchmarks.store_case '{…}'`` prints JSON.

A measurement opens a side, reads epochs until enough time has passed (one epoch where the page
cache is cold), and says when the first batch came and how fast the rest did.
"""

import json
import os
import random
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
import torch
from torch.utils.data import DataLoader, IterableDataset, get_worker_info

from benchmarks.store_material import SIZE_PX, images
from benchmarks.store_side import BATCH
from benchmarks.store_sides import SIDES
from storage.reader import FaceReader
from storage.store import open_store


@dataclass(frozen=True, slots=True)
class Case:
    """What to measure.

    Attributes:
        side: a name of `SIDES`, or "limit" for decoding alone, from memory.
        place: a folder or s3://bucket/prefix.
        decode: whether images are decoded, or only their bytes counted.
        workers: processes of torch's loader; 0 for none.
        seconds: how long to read.
        start: images to skip, to go on in mid-epoch.
        epochs: at most so many.
    """

    side: str
    place: str
    decode: bool
    workers: int
    seconds: float
    start: int = 0
    epochs: int = 1_000_000


@dataclass(frozen=True, slots=True)
class Measured:
    """What came of it: rates are of what came after an epoch's first batch."""

    first_batch_s: float
    images_per_s: float
    bytes_per_s: float
    images: int


def decode(data: bytes | npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """A JPEG as uint8 RGB; the same for all sides."""
    return np.asarray(cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR_RGB), np.uint8)


class _Collate:
    """Items of a batch → images and number of bytes; runs in the loader's workers."""

    def __init__(self, case: Case) -> None:
        self._case = case

    def __call__(self, items: Sequence[Any]) -> tuple[int, int, Any]:
        encoded = [SIDES[self._case.side].encoded(item) for item in items]
        pictures = (
            torch.from_numpy(np.stack([decode(e) for e in encoded])) if self._case.decode else 0
        )
        return len(encoded), sum(map(len, encoded)), pictures


class _StoreBatches(IterableDataset[Any]):
    """The store's batches, epoch after epoch; of torch's workers, each takes its turns.

    The reader is opened before the workers are forked: they share its index, and need no log.
    """

    def __init__(self, case: Case) -> None:
        self._case = case
        self._epoch = -1
        dataset = open_store(case.place).dataset("faces")
        self._reader = FaceReader(dataset, threads=1 if case.workers else None)

    def __iter__(self) -> Iterator[tuple[int, int, Any]]:
        worker = get_worker_info()
        self._epoch += 1
        arguments: dict[str, Any] = {"batch_size": BATCH, "start": self._case.start // BATCH}
        if worker:
            arguments |= {"worker": worker.id, "workers": worker.num_workers}
        if self._case.decode:
            for batch in self._reader.batches(epoch=self._epoch, **arguments):
                yield len(batch.indexes), 0, batch.images_rgb
        else:
            for stored in self._reader.encoded(epoch=self._epoch, **arguments):
                yield len(stored.images), sum(map(len, stored.images)), 0


def _loader(case: Case) -> Iterable[tuple[int, int, Any]]:
    if case.side == "limit":
        return _Limit()
    if case.side == "this store" and not case.workers:
        return _StoreBatches(case)
    side = SIDES[case.side]
    own = case.side == "this store"
    return DataLoader(
        _StoreBatches(case) if own else side.dataset(case.place, case.start),
        batch_size=None if own else BATCH,
        shuffle=side.map_style or None,
        num_workers=case.workers,
        persistent_workers=case.workers > 0,
        collate_fn=None if own else _Collate(case),
        multiprocessing_context="forkserver" if case.workers and case.side == "Lance" else None,
    )


class _Limit:
    """Decoding alone, from memory, in as many threads as cores."""

    def __init__(self) -> None:
        self._encoded = list(images(2048))
        random.Random(0).shuffle(self._encoded)

    def __iter__(self) -> Iterator[tuple[int, int, Any]]:
        threads = len(os.sched_getaffinity(0))
        with ThreadPoolExecutor(threads) as pool:
            for begin in range(0, len(self._encoded), BATCH):
                batch = self._encoded[begin : begin + BATCH]
                pictures = np.empty((len(batch), SIZE_PX, SIZE_PX, 3), np.uint8)

                def part(number: int, into: Any = pictures, of: list[bytes] = batch) -> None:
                    for place in range(number, len(of), threads):
                        into[place] = decode(of[place])

                list(pool.map(part, range(threads)))
                yield len(batch), sum(map(len, batch)), pictures


def measure(case: Case) -> Measured:
    """Read until the time is over or the epochs are."""
    opened_s = time.perf_counter()
    first_s = spent_s = 0.0
    count = size = total = 0
    loader = _loader(case)
    for _ in range(case.epochs):
        begun_s = 0.0
        for number, nbytes, _pictures in loader:
            now_s = time.perf_counter()
            first_s, total = first_s or now_s, total + number
            if begun_s:
                count, size = count + number, size + nbytes
            begun_s = begun_s or now_s
            if spent_s + now_s - begun_s > case.seconds and case.epochs > 1:
                break
        spent_s += now_s - begun_s
        if spent_s > case.seconds:
            break
    return Measured(first_s - opened_s, count / spent_s, size / spent_s, total)


if __name__ == "__main__":
    print(json.dumps(asdict(measure(Case(**json.loads(sys.argv[1]))))), flush=True)
    # Some libraries' threads outlive the loader; the measurement is done.
    os._exit(0)
