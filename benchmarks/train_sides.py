"""The two sides of the training benchmark: the published loop, and this project's trainer.

Both read the same JPEG images, and both measure the same three things: their loader alone, their
step on a batch that is there already, and both together.
"""

import os
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol

import numpy as np
import torch
from torch.utils.data import DataLoader

from benchmarks.published_loop import ImageFiles, PublishedLoop, PublishedNetwork
from benchmarks.store_material import face_rows, images
from scn.config import TrainConfig
from scn.fitting import prepare
from scn.learning import Place
from storage.reader import FaceBatch, FaceReader
from storage.store import open_store

CLASSES: Final = ("neutral", "happy", "sad", "surprise", "fear", "disgust", "anger")
# In these epochs labels may change, so that the cost of relabeling is in every figure.
_EPOCH: Final = 12


@dataclass(frozen=True, slots=True)
class Material:
    """The same images as files and as a store.

    Attributes:
        paths: of the files.
        store: the store's folder; its only dataset is "faces".
        batch_size: images of a step.
        size_px: side of the input.
    """

    paths: list[Path]
    store: Path
    batch_size: int
    size_px: int


class Side(Protocol):
    """What is measured of a side; all in images a second, over one pass."""

    def loader(self) -> float:
        """Reading and decoding alone."""

    def synthetic(self, steps: int) -> float:
        """The step alone, on one batch again and again."""

    def together(self) -> tuple[float, float]:
        """Both; and the share of the time that was spent waiting for images."""


def write_material(folder: Path, count: int, batch_size: int, size_px: int) -> Material:
    """Write `count` images of 224 x 224 both ways, a few of them once more as validation."""
    encoded = list(images(count))
    (folder / "images").mkdir()
    paths = [folder / "images" / f"{number:06d}.jpg" for number in range(count)]
    for path, data in zip(paths, encoded, strict=True):
        path.write_bytes(data)
    dataset = open_store(str(folder / "store"), create=True).dataset("faces", create=True)
    rows = face_rows(encoded, 0)
    labels = [CLASSES[number % len(CLASSES)] for number in range(count)]
    rows = rows.set_column(rows.column_names.index("emotion"), "emotion", [labels])
    dataset.append_faces({"train": rows})
    few = rows.slice(0, len(CLASSES))
    few = few.set_column(few.column_names.index("split"), "split", [["validation"] * few.num_rows])
    names = [f"validation/{number}" for number in range(few.num_rows)]
    few = few.set_column(few.column_names.index("face_id"), "face_id", [names])
    dataset.append_faces({"validation": few})
    return Material(paths, folder / "store", batch_size, size_px)


class Published:
    """The published loop with its loader of worker processes."""

    def __init__(self, material: Material, device: torch.device) -> None:
        self._device, self._size = device, material.batch_size
        labels = [number % len(CLASSES) for number in range(len(material.paths))]
        torch.manual_seed(0)
        network = PublishedNetwork(len(CLASSES)).to(device)
        self._loop = PublishedLoop(network, labels)
        files = ImageFiles(material.paths, labels, material.size_px)
        self._loader = DataLoader(
            files,
            batch_size=material.batch_size,
            shuffle=True,
            drop_last=True,
            num_workers=len(os.sched_getaffinity(0)),
            multiprocessing_context="spawn",
            persistent_workers=True,
            pin_memory=device.type == "cuda",
        )
        self._pixels = torch.randn(material.batch_size, 3, material.size_px, material.size_px)

    def loader(self) -> float:
        """Files to normalised tensors."""
        begun_s, count = time.perf_counter(), 0
        for pixels, _, _ in self._loader:
            count += len(pixels)
        return count / (time.perf_counter() - begun_s)

    def synthetic(self, steps: int) -> float:
        """Steps on noise."""
        targets = torch.arange(self._size) % len(CLASSES)
        self._loop.network.train()
        begun_s = time.perf_counter()
        for _ in range(steps):
            self._step(self._pixels, targets, range(self._size))
        return steps * self._size / (time.perf_counter() - begun_s)

    def together(self) -> tuple[float, float]:
        """An epoch."""
        self._loop.network.train()
        begun_s = read_s = time.perf_counter()
        waited_s, count = 0.0, 0
        for pixels, targets, indexes in self._loader:
            waited_s += time.perf_counter() - read_s
            self._step(pixels, targets, indexes.tolist())
            count += len(pixels)
            read_s = time.perf_counter()
        spent_s = read_s - begun_s
        return count / spent_s, waited_s / spent_s

    def _step(self, pixels: torch.Tensor, targets: torch.Tensor, indexes: Sequence[int]) -> None:
        self._loop.step(pixels.to(self._device), targets.to(self._device), indexes, _EPOCH)


class Ours:
    """This project's trainer with some options."""

    def __init__(self, material: Material, options: dict[str, Any]) -> None:
        config = TrainConfig(
            image_size_px=material.size_px,
            batch_size=material.batch_size,
            relabel_from_epoch=1,
            epochs=10_000,
            **options,
        )
        dataset = open_store(str(material.store)).dataset("faces")
        train, validation = (
            FaceReader(dataset, splits=(split,), image_size_px=material.size_px)
            for split in ("train", "validation")
        )
        with tempfile.TemporaryDirectory() as folder:
            self._trainer = prepare(config, train, validation, CLASSES, Path(folder))
        self._size, self._train = material.batch_size, train
        self._numbers = self._counted()
        rng = np.random.default_rng(0)
        shape = (self._size, material.size_px, material.size_px, 3)
        self._batch = FaceBatch(rng.integers(0, 256, shape, np.uint8), np.arange(self._size))

    def _counted(self) -> Iterator[int]:
        number = 0
        while True:
            yield number
            number += 1

    def loader(self) -> float:
        """Store to arrays of pixels; random changes belong to the step."""
        begun_s, count = time.perf_counter(), 0
        for batch in self._train.batches(batch_size=self._size, epoch=next(self._numbers)):
            count += len(batch.images_rgb)
        return count / (time.perf_counter() - begun_s)

    def synthetic(self, steps: int) -> float:
        """Steps on noise, with random changes, relabeling and what is remembered of each face."""
        self._trainer.learning.network.train()
        begun_s = time.perf_counter()
        for _ in range(steps):
            self.step()
        return steps * self._size / (time.perf_counter() - begun_s)

    def step(self) -> float:
        """One step on noise; returns its seconds."""
        begun_s = time.perf_counter()
        place = Place(_EPOCH, next(self._numbers), self._size)
        self._trainer.learning.step(self._batch, self._batch.indexes, place)
        return time.perf_counter() - begun_s

    def together(self) -> tuple[float, float]:
        """An epoch."""
        begun_s, waited_s, count = time.perf_counter(), 0.0, 0
        for row in self._trainer.steps():
            images_here = min(self._size, len(self._train) - row.step * self._size)
            waited_s += row.wait_share * images_here / row.images_per_s
            count += images_here
        spent_s = time.perf_counter() - begun_s
        self._trainer.close_epoch()
        return count / spent_s, waited_s / spent_s
