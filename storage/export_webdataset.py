"""A dataset as WebDataset's tar files, for those who train with that.

``<split>-<number>.tar`` holds pairs of ``<number>.jpg`` (or ``.png``) and ``<number>.json``; the
number is the sample's place in the export (https://github.com/webdataset/webdataset).
"""

import io
import json
import tarfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pyarrow.compute as pc

from storage.schema import FACES
from storage.store import Dataset

SHARD_SAMPLES: Final = 10_000
SHARD_BYTES: Final = 500 << 20
_LEFT_OUT: Final = ("image", "landmarks_xy", "box_xyxy", "votes")
_PNG: Final = b"\x89PNG"


@dataclass(slots=True)
class ExportedTars:
    """What was written."""

    faces: int = 0
    shards: int = 0
    size_bytes: int = 0


def export_webdataset(
    dataset: Dataset, folder: Path, *, split: str | None = None, shard_samples: int = SHARD_SAMPLES
) -> ExportedTars:
    """Write the faces of one split, or of each, to tar files of bounded size.

    Memory: a few hundred images.

    Raises:
        ValueError: the folder holds something already, or there is no such split.
        OSError: it cannot be written.
    """
    splits = sorted(set(dataset.scan("faces", ["split"])["split"].unique().to_pylist()))
    if split is not None and split not in splits:
        raise ValueError(f"split: is {split!r}, must be one of {splits}")
    if folder.exists() and any(folder.iterdir()):
        raise ValueError(f"folder {folder}: is not empty")
    folder.mkdir(parents=True, exist_ok=True)
    done = ExportedTars()
    for name in [split] if split else splits:
        _write_split(dataset, folder, name, shard_samples, done)
    return done


def _write_split(
    dataset: Dataset, folder: Path, split: str, shard_samples: int, done: ExportedTars
) -> None:
    number, samples, size_bytes = 0, 0, 0
    rows = _rows(dataset, split)
    row = next(rows, None)
    while row is not None:
        path = folder / f"{split}-{number:06d}.tar"
        with closing(tarfile.open(path, "w")) as tar:
            samples = size_bytes = 0
            while row is not None and samples < shard_samples and size_bytes < SHARD_BYTES:
                size_bytes += _add(tar, done.faces, row)
                samples += 1
                done.faces += 1
                row = next(rows, None)
        number += 1
        done.shards += 1
        done.size_bytes += path.stat().st_size


def _rows(dataset: Dataset, split: str) -> Iterator[dict[str, Any]]:
    columns = [name for name in FACES.names if name == "image" or name not in _LEFT_OUT]
    batches = dataset.fragments("faces").to_batches(
        columns=columns,
        filter=pc.field("split") == split,
        batch_size=64,
        batch_readahead=2,
        fragment_readahead=1,
    )
    for batch in batches:
        yield from batch.to_pylist()


def _add(tar: tarfile.TarFile, number: int, row: dict[str, Any]) -> int:
    image = row.pop("image")
    kind = "png" if image.startswith(_PNG) else "jpg"
    for suffix, data in ((kind, image), ("json", json.dumps(row).encode())):
        entry = tarfile.TarInfo(f"{number:09d}.{suffix}")
        entry.size = len(data)
        tar.addfile(entry, io.BytesIO(data))
    return len(image)
