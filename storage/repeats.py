"""Images that a dataset holds more than once, within a split or in two: copies, however encoded.

Candidates have perceptual hashes that differ in a few bits; since faces that are aligned have alike
hashes, a pair counts only if the two pictures, small and grey, are almost the same point by point.
Of 840 faces of forty people drawn from two portraits no two reach a correlation of 0.96; copies
compressed to a JPEG quality of 30, halved, made grey or noisy stay above 0.99. A copy that was cut
or mirrored is not found.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import product
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from storage.alike_pictures import (
    ALIKE,
    COMPARED,
    MAX_DISTANCE,
    SPLITS,
    correlations,
    ordered_samples,
    perceptual_hashes,
    pictures_of,
    small_reader,
)
from storage.near_duplicates import Places, hashes_of, near_pairs
from storage.reader import FaceReader
from storage.store import Dataset

REPEATS: Final = pa.schema(
    [
        # The later of two, by split and then by name; each is named once.
        ("face_id", pa.string()),
        ("split", pa.string()),
        # The one before it that it is most like.
        ("of", pa.string()),
        ("of_split", pa.string()),
        ("correlation", pa.float32()),
        # All before it that it is like, of those that it was compared with.
        ("alike", pa.list_(pa.string())),
    ]
)
Confirmed = tuple[int, int, float]


def repeats(dataset: Dataset, version: int | None = None) -> pa.Table:
    """Faces whose picture comes before them, too: schema `REPEATS`, ordered by face_id.

    Splits come in the order train, validation, test: so a test face that is also trained on counts
    as a repeat of the training face. Faces without a perceptual hash take no part. Memory: 9 kB for
    each candidate.
    """
    reader = small_reader(dataset, version)
    hashes = perceptual_hashes(dataset, reader)
    ids, splits = (reader.index[name].to_pylist() for name in ("face_id", "split"))
    # From here on a face is known by its place in this order.
    ordered = ordered_samples(reader, hashes)
    pairs = _candidates([hashes[n] for n in ordered])
    confirmed = list(_confirmed(reader, np.array(ordered, np.int64), pairs))
    alike: dict[int, list[str]] = {}
    for earlier, later, _ in confirmed:
        alike.setdefault(later, []).append(ids[ordered[earlier]])
    rows = [
        {
            "face_id": ids[ordered[later]],
            "split": splits[ordered[later]],
            "of": ids[ordered[earlier]],
            "of_split": splits[ordered[earlier]],
            "correlation": correlation,
            "alike": alike[later],
        }
        for later, (earlier, correlation) in _best(confirmed, [splits[n] for n in ordered]).items()
    ]
    return pa.Table.from_pylist(rows, schema=REPEATS).sort_by("face_id")


def involved(found: pa.Table) -> list[str]:
    """Both sides of each pair: all faces whose picture is in the dataset once more."""
    alike = pc.list_flatten(found["alike"])
    return sorted({*found["face_id"].to_pylist(), *alike.to_pylist()})


def counted(found: pa.Table) -> dict[str, int]:
    """How many faces of a split repeat one of a split: "test, of train" → faces."""
    pairs = zip(found["split"].to_pylist(), found["of_split"].to_pylist(), strict=True)
    return dict(sorted(Counter(f"{split}, of {of}" for split, of in pairs).items()))


def _candidates(texts: Sequence[str | None]) -> Places:
    """Pairs of places whose hashes are equal or near, [P, 2], the earlier first."""
    faces_of: dict[str, list[int]] = {}
    for place, text in enumerate(texts):
        faces_of.setdefault(str(text), []).append(place)
    unique = list(faces_of)
    first, second = near_pairs(hashes_of(np.array(unique, dtype=str)), MAX_DISTANCE)
    equal = (
        (earlier, later)
        for faces in faces_of.values()
        for number, later in enumerate(faces)
        for earlier in faces[max(0, number - COMPARED) : number]
    )
    near = (
        (min(pair), max(pair))
        for u, v in zip(first.tolist(), second.tolist(), strict=True)
        for pair in product(faces_of[unique[u]][:COMPARED], faces_of[unique[v]][:COMPARED])
    )
    return np.array(sorted({*equal, *near}), np.int64).reshape(-1, 2)


def _confirmed(reader: FaceReader, ordered: Places, pairs: Places) -> Iterator[Confirmed]:
    """The pairs that are the same picture: earlier, later, correlation."""
    wanted = np.unique(pairs)
    row_of = np.zeros(len(ordered), np.int64)
    row_of[wanted] = np.arange(len(wanted))
    pictures = pictures_of(reader, ordered[wanted])
    alike = correlations((pictures, row_of[pairs[:, 0]]), (pictures, row_of[pairs[:, 1]]))
    for place in np.flatnonzero(alike >= ALIKE):
        yield int(pairs[place, 0]), int(pairs[place, 1]), float(alike[place])


def _best(confirmed: Iterable[Confirmed], splits: Sequence[str]) -> dict[int, tuple[int, float]]:
    """For each later face the earlier one: of the first split, then the most alike."""
    best: dict[int, tuple[int, float, int]] = {}
    for earlier, later, correlation in confirmed:
        rank = (-SPLITS.index(splits[earlier]), correlation, -earlier)
        best[later] = max(best.get(later, rank), rank)
    return {later: (-rank[2], rank[1]) for later, rank in best.items()}
