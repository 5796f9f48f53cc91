"""A dataset as a stream of decoded batches, in an order that is a pure function of its seed.

The order depends on the table's version, the seed and the epoch, and on nothing else: not on the
number of processes, threads or the time. Row groups are read whole, in random order; the rows of
a window of row groups are shuffled together. Every process knows the order without reading any
image, and takes its share of each global batch.
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from storage.images import UInt8Array, decode
from storage.store import Dataset

_WINDOW_ROW_GROUPS: Final = 8
_DECODE_THREADS: Final = 4
_INDEX_COLUMNS: Final = ["face_id", "split", "emotion", "video_id", "clip_id", "votes"]

Int64Array = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class FaceBatch:
    """A batch of images.

    Attributes:
        images_rgb: uint8 [N, S, S, 3].
        indexes: int64 [N], rows of the reader's `index`.
    """

    images_rgb: UInt8Array
    indexes: Int64Array


class FaceReader:
    """Faces of the given splits, read in batches.

    Images are cut to their middle, `centre_share` of each side, and resized.

    Attributes:
        index: face_id, split, emotion, video_id, clip_id and votes, sorted by face_id; a row's
            number is the sample index.
        version: the version of the table that is read.
    """

    def __init__(
        self,
        dataset: Dataset,
        *,
        splits: Sequence[str] = ("train",),
        image_size_px: int = 224,
        centre_share: float = 1.0,
        version: int | None = None,
    ) -> None:
        if not 0 < centre_share <= 1:
            raise ValueError(f"centre_share: is {centre_share}, must be above 0 and at most 1")
        self.version = dataset.version() if version is None else version
        self._image_size_px, self._centre_share = image_size_px, centre_share
        fragments = [
            group
            for fragment in dataset.fragments("faces", self.version).get_fragments()
            for group in fragment.split_by_row_group()
        ]
        light = [fragment.to_table(columns=_INDEX_COLUMNS) for fragment in fragments]
        # File names are random; ordering by the first face makes equal content read alike.
        ordered = sorted(
            zip(fragments, light, strict=True), key=lambda item: str(item[1]["face_id"][0])
        )
        self._fragments = [fragment for fragment, _ in ordered]
        self.index, self._group, self._row = _indexed([rows for _, rows in ordered], splits)

    def __len__(self) -> int:
        return len(self._group)

    def select(self, mask: npt.NDArray[np.bool_]) -> "FaceReader":
        """A reader of the rows where `mask` (bool [len(self)]) is true, renumbered from 0."""
        if mask.shape != (len(self),):
            raise ValueError(f"mask: has shape {mask.shape}, must be ({len(self)},)")
        chosen = object.__new__(FaceReader)
        chosen.version = self.version
        chosen._image_size_px = self._image_size_px
        chosen._centre_share = self._centre_share
        chosen._fragments = self._fragments
        chosen.index = self.index.filter(pa.array(mask))
        chosen._group, chosen._row = self._group[mask], self._row[mask]
        return chosen

    def order(self, *, seed: int, epoch: int, shuffle: bool = True) -> Int64Array:
        """The sample indexes of an epoch, each once."""
        return np.concatenate([[], *self._windows(seed, epoch, shuffle)]).astype(np.int64)

    def batches(
        self,
        *,
        batch_size: int,
        seed: int = 0,
        epoch: int = 0,
        rank: int = 0,
        world_size: int = 1,
        shuffle: bool = True,
        start: int = 0,
    ) -> Iterator[FaceBatch]:
        """Yield this process's share of every global batch.

        All processes yield the same number of batches; the last may be smaller, for some empty.
        Images are decoded in threads; who decodes in several processes a rank makes each of them a
        rank of its own (rank * workers + worker of world_size * workers).

        Args:
            batch_size: images of a batch over all processes together.
            seed: with `epoch`, decides the order.
            epoch: counted from 0.
            rank: this process, 0 to world_size - 1.
            world_size: number of processes that share the epoch.
            shuffle: false reads in stored order.
            start: batches to skip, to go on in mid-epoch.

        Raises:
            ValueError: an argument is out of range.
            UnreadableImage: an image does not decode.
        """
        _check_share(batch_size, rank, world_size, start)
        chunks = self._shares(
            batch_size, start, self._windows(seed, epoch, shuffle), rank, world_size
        )
        with ThreadPoolExecutor(_DECODE_THREADS) as pool:
            for indexes, encoded in chunks:
                images = list(pool.map(self._decode, encoded, indexes))
                shape = (len(images), self._image_size_px, self._image_size_px, 3)
                yield FaceBatch(np.array(images, np.uint8).reshape(shape), indexes)

    def _windows(self, seed: int, epoch: int, shuffle: bool) -> Iterator[Int64Array]:
        """Sample indexes in reading order, a window of row groups at a time."""
        rng = np.random.default_rng([seed, epoch])
        groups = np.unique(self._group)
        members = _members(self._group)
        if shuffle:
            groups = rng.permutation(groups)
        for begin in range(0, len(groups), _WINDOW_ROW_GROUPS):
            window = [members[int(g)] for g in groups[begin : begin + _WINDOW_ROW_GROUPS]]
            joined = np.concatenate(window)
            yield rng.permutation(joined) if shuffle else joined

    def _shares(
        self,
        batch_size: int,
        start: int,
        windows: Iterator[Int64Array],
        rank: int,
        world_size: int,
    ) -> Iterator[tuple[Int64Array, list[bytes]]]:
        """Indexes and encoded images of this process, one pair a global batch."""
        indexes: list[int] = []
        encoded: list[bytes] = []
        position = 0
        for window in windows:
            positions = np.arange(position, position + len(window))
            position += len(window)
            wanted = (positions >= start * batch_size) & (
                positions % batch_size % world_size == rank
            )
            images = iter(self._images(window[wanted]))
            for place, index, mine in zip(positions, window, wanted, strict=True):
                if mine:
                    indexes.append(int(index))
                    encoded.append(next(images))
                if place % batch_size == batch_size - 1 and place >= start * batch_size:
                    yield np.array(indexes, np.int64), encoded
                    indexes, encoded = [], []
        if position % batch_size and position > start * batch_size:
            yield np.array(indexes, np.int64), encoded

    def _images(self, indexes: Int64Array) -> list[bytes]:
        """Encoded images in the order of `indexes`; each row group is read once."""
        found: dict[int, bytes] = {}
        for group in np.unique(self._group[indexes]):
            column = self._fragments[int(group)].to_table(columns=["image"])["image"]
            for index in indexes[self._group[indexes] == group]:
                found[int(index)] = column[int(self._row[index])].as_py()
        return [found[int(index)] for index in indexes]

    def _decode(self, encoded: bytes, index: int) -> UInt8Array:
        return decode(
            encoded,
            name=str(self.index["face_id"][int(index)]),
            size_px=self._image_size_px,
            centre_share=self._centre_share,
        )


def _indexed(
    light: list[pa.Table], splits: Sequence[str]
) -> tuple[pa.Table, Int64Array, Int64Array]:
    """The light columns of the splits sorted by face_id, with row group and row of each."""
    rows = [
        table.append_column("group", pa.array(np.full(len(table), number)))
        .append_column("row", pa.array(np.arange(len(table))))
        .filter(pc.is_in(table["split"], pa.array(list(splits), pa.string())))
        for number, table in enumerate(light)
    ]
    if not rows:
        empty: Any = pa.table({name: pa.array([], pa.string()) for name in _INDEX_COLUMNS})
        return empty, np.zeros(0, np.int64), np.zeros(0, np.int64)
    joined = pa.concat_tables(rows).sort_by("face_id")
    return (
        joined.select(_INDEX_COLUMNS),
        joined["group"].to_numpy().astype(np.int64),
        joined["row"].to_numpy().astype(np.int64),
    )


def _members(group: Int64Array) -> dict[int, Int64Array]:
    """Row group to its sample indexes, ascending."""
    by_group = np.argsort(group, kind="stable")
    numbers, begins = np.unique(group[by_group], return_index=True)
    parts = np.split(by_group, begins[1:])
    return {int(n): part for n, part in zip(numbers, parts, strict=True)}


def _check_share(batch_size: int, rank: int, world_size: int, start: int) -> None:
    if batch_size < 1:
        raise ValueError(f"batch_size: is {batch_size}, must be at least 1")
    if world_size < 1 or not 0 <= rank < world_size:
        raise ValueError(f"rank: is {rank} of {world_size}, must be 0 to world_size - 1")
    if start < 0:
        raise ValueError(f"start: is {start}, must be at least 0")
