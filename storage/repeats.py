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
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from storage.near_duplicates import Places, hashes_of, near_pairs
from storage.reader import FaceReader
from storage.store import Dataset

ALIKE: Final = 0.98
"""Correlation from which two pictures are the same."""
SPLITS: Final = ("train", "validation", "test")
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
_MAX_DISTANCE: Final = 4
_SIDE_PX: Final = 48
# Of more faces with one hash, each is compared with so many before it.
_COMPARED: Final = 8
_PAIRS_AT_A_TIME: Final = 16_384
_IMAGES_AT_A_TIME: Final = 256
_GREY: Final = np.array([0.299, 0.587, 0.114], np.float32)

Confirmed = tuple[int, int, float]


def repeats(dataset: Dataset, version: int | None = None) -> pa.Table:
    """Faces whose picture comes before them, too: schema `REPEATS`, ordered by face_id.

    Splits come in the order train, validation, test: so a test face that is also trained on counts
    as a repeat of the training face. Faces without a perceptual hash take no part. Memory: 9 kB for
    each candidate.
    """
    reader = FaceReader(dataset, splits=SPLITS, image_size_px=_SIDE_PX, version=version)
    hashes = _hashes(dataset, reader)
    ids, splits = (reader.index[name].to_pylist() for name in ("face_id", "split"))
    known = [n for n in range(len(ids)) if hashes[n]]
    # From here on a face is known by its place in this order.
    ordered = sorted(known, key=lambda n: (SPLITS.index(splits[n]), ids[n]))
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


def _hashes(dataset: Dataset, reader: FaceReader) -> list[str | None]:
    """The perceptual hash of each face of a reader."""
    rows = dataset.scan("faces", ["face_id", "phash"], version=reader.version)
    found = dict(zip(rows["face_id"].to_pylist(), rows["phash"].to_pylist(), strict=True))
    return [found[face] for face in reader.index["face_id"].to_pylist()]


def _candidates(texts: Sequence[str | None]) -> Places:
    """Pairs of places whose hashes are equal or near, [P, 2], the earlier first."""
    faces_of: dict[str, list[int]] = {}
    for place, text in enumerate(texts):
        faces_of.setdefault(str(text), []).append(place)
    unique = list(faces_of)
    first, second = near_pairs(hashes_of(np.array(unique, dtype=str)), _MAX_DISTANCE)
    equal = (
        (earlier, later)
        for faces in faces_of.values()
        for number, later in enumerate(faces)
        for earlier in faces[max(0, number - _COMPARED) : number]
    )
    near = (
        (min(pair), max(pair))
        for u, v in zip(first.tolist(), second.tolist(), strict=True)
        for pair in product(faces_of[unique[u]][:_COMPARED], faces_of[unique[v]][:_COMPARED])
    )
    return np.array(sorted({*equal, *near}), np.int64).reshape(-1, 2)


def _confirmed(reader: FaceReader, ordered: Places, pairs: Places) -> Iterator[Confirmed]:
    """The pairs that are the same picture: earlier, later, correlation."""
    wanted = np.unique(pairs)
    row_of = np.zeros(len(ordered), np.int64)
    row_of[wanted] = np.arange(len(wanted))
    pictures = _pictures(reader, ordered[wanted])
    for begin in range(0, len(pairs), _PAIRS_AT_A_TIME):
        earlier, later = pairs[begin : begin + _PAIRS_AT_A_TIME].T
        alike = np.einsum("ij,ij->i", pictures[row_of[earlier]], pictures[row_of[later]])
        for place in np.flatnonzero(alike >= ALIKE):
            yield int(earlier[place]), int(later[place]), float(alike[place])


def _pictures(reader: FaceReader, samples: Places) -> npt.NDArray[np.float32]:
    """Small grey pictures of zero mean and length 1, float32 [len(samples), pixels]."""
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


def _best(confirmed: Iterable[Confirmed], splits: Sequence[str]) -> dict[int, tuple[int, float]]:
    """For each later face the earlier one: of the first split, then the most alike."""
    best: dict[int, tuple[int, float, int]] = {}
    for earlier, later, correlation in confirmed:
        rank = (-SPLITS.index(splits[earlier]), correlation, -earlier)
        best[later] = max(best.get(later, rank), rank)
    return {later: (-rank[2], rank[1]) for later, rank in best.items()}
