"""Pictures that two datasets hold, as `storage.repeats` finds them within one."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Final

import numpy as np
import pyarrow as pa

from storage.alike_pictures import (
    ALIKE,
    COMPARED,
    MAX_DISTANCE,
    Pictures,
    correlations,
    ordered_samples,
    perceptual_hashes,
    pictures_of,
    small_reader,
)
from storage.near_duplicates import Places, hashes_of, near_pairs
from storage.reader import FaceReader
from storage.store import Dataset

SHARED: Final = pa.schema(
    [
        ("face_id", pa.string()),
        # The face of the other dataset with the same picture.
        ("of", pa.string()),
        ("correlation", pa.float32()),
    ]
)


@dataclass(frozen=True, slots=True)
class Side:
    """A dataset at a version; none for the newest."""

    dataset: Dataset
    version: int | None = None


def shared_pictures(one: Side, other: Side) -> pa.Table:
    """Faces of one dataset whose picture the other holds: schema `SHARED`, a row for each pair.

    Faces without a perceptual hash take no part. Of faces of the other with one hash, those of
    train are looked at first. Memory: 9 kB for each candidate.
    """
    readers = [small_reader(side.dataset, side.version) for side in (one, other)]
    faces_of = [_by_hash(s.dataset, r) for s, r in zip((one, other), readers, strict=True)]
    pairs = np.array(sorted(set(_candidates(*faces_of))), np.int64).reshape(-1, 2)
    sides = [_looked_at(reader, pairs[:, n]) for n, reader in enumerate(readers)]
    found = correlations(*sides)
    ids = [reader.index["face_id"] for reader in readers]
    columns = [ids[n].take(pa.array(pairs[found >= ALIKE, n])).to_pylist() for n in range(2)]
    return pa.table([*columns, found[found >= ALIKE]], schema=SHARED).sort_by("face_id")


def _by_hash(dataset: Dataset, reader: FaceReader) -> dict[str, list[int]]:
    hashes = perceptual_hashes(dataset, reader)
    found: dict[str, list[int]] = {}
    for sample in ordered_samples(reader, hashes):
        found.setdefault(str(hashes[sample]), []).append(sample)
    return found


def _candidates(
    one: dict[str, list[int]], other: dict[str, list[int]]
) -> Iterator[tuple[int, int]]:
    """Pairs of samples whose hashes are equal or near."""
    unique = sorted({*one, *other})
    first, second = near_pairs(hashes_of(np.array(unique, dtype=str)), MAX_DISTANCE)
    near = [(unique[u], unique[v]) for u, v in zip(first.tolist(), second.tolist(), strict=True)]
    both_ways = [*near, *((v, u) for u, v in near), *((u, u) for u in unique)]
    for mine, theirs in both_ways:
        yield from product(one.get(mine, []), other.get(theirs, [])[:COMPARED])


def _looked_at(reader: FaceReader, samples: Places) -> tuple[Pictures, Places]:
    """Pictures, and the row of each sample among them."""
    unique, rows = np.unique(samples, return_inverse=True)
    return pictures_of(reader, unique), rows
