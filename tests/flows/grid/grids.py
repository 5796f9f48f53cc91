"""Grids small enough for tests: coloured noise under the names of the benchmarks."""

from collections.abc import Iterable
from pathlib import Path
from typing import Final

import pyarrow as pa

from flows.grid.cells import TableName
from flows.grid.trainings import Grid
from flows.reproduce import check_reproduce
from scn.config import TrainConfig
from scn.protocol import Protocol
from storage.schema import FACES
from storage.store import open_store
from tests.scn.faces import SIZE_PX, image, true_emotions

TRAIN: Final = TrainConfig.model_validate(
    {"preset": "reference", "image_size_px": SIZE_PX, "batch_size": 16, "epochs": 1,
     "relabel_from_epoch": 1, "holdout_share": 0.3}
)  # fmt: skip
PROTOCOL: Final = Protocol()
SPLITS: Final = {"train": 24, "test": 9}


def fill(store: Path, datasets: Iterable[str], splits: dict[str, int] = SPLITS) -> str:
    """Put faces of some splits into datasets; returns the store's address."""
    opened = open_store(str(store), create=True)
    for shift, name in enumerate(datasets):
        rows, first = [], 1000 * shift
        for split, count in splits.items():
            rows += [_row(name, split, number) for number in range(first, first + count)]
            first += count
        table = pa.Table.from_pylist(rows, schema=FACES)
        opened.dataset(name, create=True).append_faces({"all": table})
    return str(store)


def grid(
    store: str,
    runs: Path,
    table: TableName = "table4",
    *,
    train: TrainConfig = TRAIN,
    protocol: Protocol = PROTOCOL,
    weights: Path | None = None,
    benchmarks: tuple[str, ...] = ("rafdb", "ferplus"),
    seeds: int = 1,
) -> Grid:
    """What `webemotion reproduce` would train."""
    return check_reproduce(table, store, runs, train, protocol, weights, benchmarks, seeds)


def _row(dataset: str, split: str, number: int) -> dict[str, str | bytes]:
    return {
        "face_id": f"{dataset}/{split}/{number:05d}",
        "split": split,
        "emotion": true_emotions(number + 1)[number],
        "video_id": f"{dataset}-{number}",
        "image": image(number),
        "source": dataset,
    }
