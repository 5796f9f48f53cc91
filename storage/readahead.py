"""Batches of stored images in the order of an epoch, read ahead of their use."""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from storage.images import UInt8Array
from storage.order import EpochOrder, Int64Array, Share
from storage.row_groups import Images, Index, RowGroupFiles

_READERS: Final = 4


@dataclass(frozen=True, slots=True)
class EncodedBatch:
    """A batch of images as they are stored.

    Attributes:
        images: uint8, the bytes of each; views of the row groups they were read in.
        indexes: int64 [N], rows of the reader's `index`.
    """

    images: list[UInt8Array]
    indexes: Int64Array


@dataclass(slots=True)
class ReadAhead:
    """The row groups of one share of an epoch: those in use, and those on their way."""

    files: RowGroupFiles
    index: Index
    order: EpochOrder
    share: Share
    _held: dict[int, dict[int, Images]] = field(default_factory=dict)
    _coming: dict[int, Future[dict[int, Images]]] = field(default_factory=dict)

    def batches(self) -> Iterator[EncodedBatch]:
        """Yield the share's batches."""
        with ExitStack() as stack:
            ahead = stack.enter_context(ThreadPoolExecutor(1))
            readers = stack.enter_context(ThreadPoolExecutor(_READERS))
            for first, last, samples in self.order.batches(self.share):
                segments = range(self.order.segment(first), self.order.segment(last) + 1)
                for segment in segments:
                    self._hold(segment, ahead, readers)
                self._held = {s: groups for s, groups in self._held.items() if s >= segments[0]}
                yield EncodedBatch(self._pick(samples), samples)

    def _hold(self, segment: int, ahead: ThreadPoolExecutor, readers: ThreadPoolExecutor) -> None:
        """Wait for a segment's row groups, and have the next segment's read."""
        if segment in self._held:
            return
        for number in (segment, segment + 1):
            known = self._held.get(number - 1, {})
            if number not in self._coming:
                self._coming[number] = ahead.submit(self._read, number, known, readers)
            if number == segment:
                self._held[segment] = self._coming.pop(segment).result()

    def _read(
        self, segment: int, known: dict[int, Images], readers: ThreadPoolExecutor
    ) -> dict[int, Images]:
        """The row groups of a segment; those already known are not read again."""
        samples = self.order.wanted(segment, self.share)
        groups = np.unique(self.index.groups_of(samples)).tolist()
        missing = [group for group in groups if group not in known]
        read = readers.map(lambda group: self.files.images(self.index.groups[group]), missing)
        return {group: known[group] for group in groups if group in known} | dict(
            zip(missing, read, strict=True)
        )

    def _pick(self, samples: Int64Array) -> list[UInt8Array]:
        images = {group: found for held in self._held.values() for group, found in held.items()}
        places = zip(
            self.index.groups_of(samples).tolist(), self.index.rows[samples].tolist(), strict=True
        )
        return [images[group][row] for group, row in places]
