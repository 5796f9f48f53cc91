"""Whether two images are the same picture, however encoded: small and grey, point by point."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from storage.near_duplicates import Places
from storage.reader import FaceReader
from storage.store import Dataset

Pictures = npt.NDArray[np.float32]

ALIKE: Final = 0.98
"""Correlation from which two pictures are the same."""
MAX_DISTANCE: Final = 4
"""Bits of 64 in which the perceptual hashes of candidates differ at most."""
COMPARED: Final = 8
"""Of more faces with one hash, another face is compared with so many."""
SPLITS: Final = ("train", "validation", "test")
_SIDE_PX: Final = 48
_PAIRS_AT_A_TIME: Final = 16_384
_IMAGES_AT_A_TIME: Final = 256
_GREY: Final = np.array([0.299, 0.587, 0.114], np.float32)


def small_reader(dataset: Dataset, version: int | None = None) -> FaceReader:
    """All faces of a dataset, as small as they are compared."""
    return FaceReader(dataset, splits=SPLITS, image_size_px=_SIDE_PX, version=version)


def perceptual_hashes(dataset: Dataset, reader: FaceReader) -> list[str | None]:
    """The perceptual hash of each face of a reader."""
    rows = dataset.scan("faces", ["face_id", "phash"], version=reader.version)
    found = dict(zip(rows["face_id"].to_pylist(), rows["phash"].to_pylist(), strict=True))
    return [found[face] for face in reader.index["face_id"].to_pylist()]


def ordered_samples(reader: FaceReader, hashes: Sequence[str | None]) -> list[int]:
    """The samples that have a hash, in the order of their splits, then of their names."""
    ids, splits = (reader.index[name].to_pylist() for name in ("face_id", "split"))
    known = [n for n in range(len(ids)) if hashes[n]]
    return sorted(known, key=lambda n: (SPLITS.index(splits[n]), ids[n]))


def pictures_of(reader: FaceReader, samples: Places) -> Pictures:
    """Small grey pictures of zero mean and length 1, float32 [len(samples), pixels].

    Args:
        reader: a small one.
        samples: int64, each once.
    """
    chosen = np.zeros(len(reader), np.bool_)
    chosen[samples] = True
    found = np.zeros((len(samples), _SIDE_PX**2), np.float32)
    # The reader numbers what is chosen in its own order.
    place_of = np.argsort(samples)
    for batch in reader.select(chosen).batches(batch_size=_IMAGES_AT_A_TIME, shuffle=False):
        grey = (batch.images_rgb @ _GREY).reshape(len(batch.indexes), -1)
        grey -= grey.mean(axis=1, keepdims=True)
        length = np.linalg.norm(grey, axis=1, keepdims=True)
        found[place_of[batch.indexes]] = grey / np.maximum(length, 1.0)
    return found


def correlations(first: tuple[Pictures, Places], second: tuple[Pictures, Places]) -> Pictures:
    """The correlation of each pair, float32 [P]: pictures, and the row of each pair's side."""
    (pictures, rows), (others, other_rows) = first, second
    found = np.empty(len(rows), np.float32)
    for begin in range(0, len(rows), _PAIRS_AT_A_TIME):
        part = slice(begin, begin + _PAIRS_AT_A_TIME)
        found[part] = np.einsum("ij,ij->i", pictures[rows[part]], others[other_rows[part]])
    return found
