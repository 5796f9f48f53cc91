"""A dataset as a stream of batches, in an order that is a pure function of its seed.

See `storage.order` for the order, and for how ranks and workers share it. Row groups are read
whole, those of the next window while the present one is used; images are decoded in threads.

Memory, beside the batches: 60 bytes a row for the index, and twice `buffer_rows` encoded images
for each process (4096 images of 10 kB: 80 MB), whatever the size of the store.
"""

import os
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from copy import copy
from dataclasses import dataclass
from typing import Final, Unpack

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from storage.images import UInt8Array, decode
from storage.order import EpochOrder, Int64Array, Position, Share, ShareArguments, epoch_order
from storage.readahead import EncodedBatch, ReadAhead
from storage.row_groups import Filter, RowGroupFiles
from storage.store import Dataset

_AHEAD: Final = 2


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
        index: face_id, split, emotion, subject, video_id, clip_id and votes, in stored order; a
            row's number is the sample index.
        version: the version of the table that is read.
    """

    def __init__(
        self,
        dataset: Dataset,
        *,
        splits: Sequence[str] = ("train",),
        where: Sequence[Filter] = (),
        image_size_px: int = 224,
        centre_share: float = 1.0,
        version: int | None = None,
        buffer_rows: int = 4096,
        threads: int | None = None,
    ) -> None:
        """Open a version of a dataset.

        Args:
            dataset: what to read.
            splits: which splits.
            where: further conditions on columns, all of which must hold, such as
                ``("sharpness", ">", 20.0)`` or ``("licence", "in", ["cc-by"])``.
            image_size_px: side of decoded images.
            centre_share: part of each side that is kept, above 0 and at most 1.
            version: of the table; none for the newest.
            buffer_rows: images that are shuffled together.
            threads: that decode; none for one each core.
        """
        if not 0 < centre_share <= 1:
            raise ValueError(f"centre_share: is {centre_share}, must be above 0 and at most 1")
        if buffer_rows < 1:
            raise ValueError(f"buffer_rows: is {buffer_rows}, must be at least 1")
        self.version = dataset.version() if version is None else version
        self._image_size_px, self._centre_share = image_size_px, centre_share
        self._buffer_rows = buffer_rows
        self._threads = threads or len(os.sched_getaffinity(0))
        self._files = RowGroupFiles(dataset.table("faces"), self.version)
        self._index = self._files.index([("split", "in", list(splits)), *where])

    @property
    def index(self) -> pa.Table:
        """The light columns, one row a sample."""
        return self._index.columns

    def __len__(self) -> int:
        return len(self._index.rows)

    def select(self, mask: npt.NDArray[np.bool_]) -> "FaceReader":
        """A reader of the rows where `mask` (bool [len(self)]) is true, renumbered from 0."""
        if mask.shape != (len(self),):
            raise ValueError(f"mask: has shape {mask.shape}, must be ({len(self)},)")
        return self.repeat(mask.astype(np.int64))

    def repeat(self, counts: Int64Array) -> "FaceReader":
        """A reader of each row so many times as `counts` (int64 [len(self)]) says, renumbered."""
        if counts.shape != (len(self),) or (counts < 0).any():
            raise ValueError(f"counts: must be {len(self)} numbers of at least 0")
        chosen = copy(self)
        chosen._index = self._index.repeat(counts)
        return chosen

    def labelled(self, emotions: Sequence[str]) -> "FaceReader":
        """A reader of the same faces under labels, one for each; another label has no votes."""
        chosen = copy(self)
        chosen._index = self._index.labelled(emotions)
        return chosen

    def order(self, *, seed: int, epoch: int, shuffle: bool = True, lanes: int = 1) -> Int64Array:
        """The sample indexes of an epoch, each once."""
        return self._order(seed, epoch, lanes, shuffle).samples

    def position(self, share: Share, *, seed: int, epoch: int, batches: int) -> Position:
        """Where a reading stands after its first `batches` batches, for `go_on`."""
        return Position(self.version, seed, epoch, share.batch_size, share.lane_count, batches)

    def batches(
        self,
        *,
        batch_size: int,
        seed: int = 0,
        epoch: int = 0,
        shuffle: bool = True,
        **share: Unpack[ShareArguments],
    ) -> Iterator[FaceBatch]:
        """Yield this rank's share of every global batch, or this worker's turns of them.

        All ranks yield the same number of batches; the last may be smaller, for some empty.

        Args:
            batch_size: images of a batch over all ranks together.
            seed: with `epoch`, decides the order.
            epoch: counted from 0.
            shuffle: false reads in stored order.
            **share: who reads what, see `storage.order.Share`.

        Raises:
            ValueError: an argument is out of range.
            UnreadableImage: an image does not decode.
            VersionGone: a shard was removed meanwhile.
        """
        encoded = self.encoded(
            batch_size=batch_size, seed=seed, epoch=epoch, shuffle=shuffle, **share
        )
        with ThreadPoolExecutor(self._threads) as pool:
            waiting: deque[tuple[FaceBatch, list[Future[None]]]] = deque()
            for batch in encoded:
                waiting.append(self._decoding(pool, batch))
                if len(waiting) > _AHEAD:
                    yield _done(*waiting.popleft())
            while waiting:
                yield _done(*waiting.popleft())

    def encoded(
        self,
        *,
        batch_size: int,
        seed: int = 0,
        epoch: int = 0,
        shuffle: bool = True,
        **share: Unpack[ShareArguments],
    ) -> Iterator[EncodedBatch]:
        """As `batches`, with the images as they are stored."""
        whose = Share(batch_size, **share)
        order = self._order(seed, epoch, whose.lane_count, shuffle)
        return ReadAhead(self._files, self._index, order, whose).batches()

    def go_on(
        self,
        position: Position,
        *,
        rank: int = 0,
        world_size: int = 1,
        worker: int = 0,
        workers: int = 1,
    ) -> Iterator[FaceBatch]:
        """The rest of an epoch, with any number of workers.

        Raises:
            ValueError: the position is of another version.
        """
        if position.version != self.version:
            raise ValueError(f"version: is {self.version}, must be {position.version}")
        who: ShareArguments = {
            "rank": rank, "world_size": world_size, "worker": worker, "workers": workers,
            "lanes": position.lanes, "start": position.batches,
        }  # fmt: skip
        size, seed, epoch = position.batch_size, position.seed, position.epoch
        return self.batches(batch_size=size, seed=seed, epoch=epoch, **who)

    def _order(self, seed: int, epoch: int, lanes: int, shuffle: bool) -> EpochOrder:
        return epoch_order(
            self._index.offsets,
            seed=seed,
            epoch=epoch,
            lanes=lanes,
            buffer_rows=self._buffer_rows,
            shuffle=shuffle,
        )

    def _decoding(
        self, pool: ThreadPoolExecutor, batch: EncodedBatch
    ) -> tuple[FaceBatch, list[Future[None]]]:
        """Begin to decode a batch, each thread its part."""
        size_px, count = self._image_size_px, len(batch.images)
        images_rgb = np.empty((count, size_px, size_px, 3), np.uint8)

        def part(number: int) -> None:
            for place in range(number, count, self._threads):
                images_rgb[place] = decode(
                    batch.images[place],
                    name=str(self.index["face_id"][int(batch.indexes[place])]),
                    size_px=size_px,
                    centre_share=self._centre_share,
                )

        begun = [pool.submit(part, number) for number in range(min(self._threads, count))]
        return FaceBatch(images_rgb, batch.indexes), begun


def _done(batch: FaceBatch, decoding: list[Future[None]]) -> FaceBatch:
    for future in decoding:
        future.result()
    return batch
