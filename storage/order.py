"""The order of an epoch: which sample comes when, and who reads it.

The order is a pure function of the samples' row groups, the seed, the epoch and the number of
lanes; lanes are as many as there are processes, unless the caller fixes them, and then the order
does not depend on the number of processes at all.

Row groups are put in random order and cut into lanes of equal length, so that each process reads
its own part of the store. Within a lane, a window of some row groups is shuffled. The lanes are
interleaved sample by sample: position p belongs to lane p mod L, and lane l to rank l mod W.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypedDict

import numpy as np
import numpy.typing as npt

Int64Array = npt.NDArray[np.int64]


class ShareArguments(TypedDict, total=False):
    """The arguments of `Share` that have defaults."""

    rank: int
    world_size: int
    worker: int
    workers: int
    start: int
    lanes: int | None


@dataclass(frozen=True, slots=True)
class Share:
    """The part of an epoch that one reader takes.

    Attributes:
        batch_size: images of a batch over all ranks together.
        rank: this process, 0 to world_size − 1.
        world_size: processes that share the epoch.
        worker: this worker of the process; workers take its batches in turns.
        workers: workers of the process.
        start: batches to skip, to go on in mid-epoch.
        lanes: see the module; none for one each rank.
    """

    batch_size: int
    rank: int = 0
    world_size: int = 1
    worker: int = 0
    workers: int = 1
    start: int = 0
    lanes: int | None = None

    def __post_init__(self) -> None:
        _check(self.batch_size >= 1, "batch_size", self.batch_size, "at least 1")
        _check(self.world_size >= 1, "world_size", self.world_size, "at least 1")
        _check(0 <= self.rank < self.world_size, "rank", self.rank, "0 to world_size - 1")
        _check(self.workers >= 1, "workers", self.workers, "at least 1")
        _check(0 <= self.worker < self.workers, "worker", self.worker, "0 to workers - 1")
        _check(self.start >= 0, "start", self.start, "at least 0")
        fits = self.lanes is None or (self.lanes >= 1 and self.lanes % self.world_size == 0)
        _check(fits, "lanes", self.lanes, f"a multiple of world_size {self.world_size}")

    @property
    def lane_count(self) -> int:
        """How many lanes the epoch has."""
        return self.lanes or self.world_size


@dataclass(frozen=True, slots=True)
class EpochOrder:
    """The order of one epoch.

    Attributes:
        samples: int64 [N], the sample at each position.
        lanes: number of lanes.
        window: places of a lane that are shuffled together.
    """

    samples: Int64Array
    lanes: int
    window: int

    def segment(self, position: int) -> int:
        """Positions of one segment draw from the same windows."""
        return position // self.lanes // self.window

    def wanted(self, segment: int, share: Share) -> Int64Array:
        """The samples of a segment that a share's rank reads."""
        span = self.lanes * self.window
        return self._mine(segment * span, (segment + 1) * span, share)

    def batches(self, share: Share) -> Iterator[tuple[int, int, Int64Array]]:
        """First and last position of each batch of a share, and its samples of it."""
        count = -(-len(self.samples) // share.batch_size)
        for number in range(share.start + share.worker, count, share.workers):
            begin = number * share.batch_size
            end = min(begin + share.batch_size, len(self.samples))
            yield begin, end - 1, self._mine(begin, end, share)

    def _mine(self, begin: int, end: int, share: Share) -> Int64Array:
        positions = np.arange(begin, min(end, len(self.samples)))
        mine: Int64Array = positions[positions % self.lanes % share.world_size == share.rank]
        return self.samples[mine]


@dataclass(frozen=True, slots=True)
class Position:
    """Where a reading stands in an epoch: enough to go on, with any number of workers.

    Attributes:
        version: of the table.
        seed: of the order.
        epoch: counted from 0.
        batch_size: over all ranks.
        lanes: of the order.
        batches: how many are done.
    """

    version: int
    seed: int
    epoch: int
    batch_size: int
    lanes: int
    batches: int


def epoch_order(
    offsets: Int64Array,
    *,
    seed: int,
    epoch: int,
    lanes: int = 1,
    buffer_rows: int = 4096,
    shuffle: bool = True,
) -> EpochOrder:
    """The order of an epoch.

    Args:
        offsets: int64 [G + 1]; samples `offsets[g]` to `offsets[g + 1]` − 1 lie in row group g.
        seed: with `epoch`, decides the order.
        epoch: counted from 0.
        lanes: see the module.
        buffer_rows: samples shuffled together, over all lanes.
        shuffle: false reads in stored order.
    """
    total = int(offsets[-1])
    if not shuffle:
        return EpochOrder(np.arange(total), lanes, max(1, buffer_rows // lanes))
    rng = np.random.default_rng([seed, epoch])
    groups = rng.permutation(len(offsets) - 1)
    spans = [np.arange(offsets[group], offsets[group + 1]) for group in groups]
    row = np.concatenate([np.zeros(0, np.int64), *spans])
    window = max(1, buffer_rows // lanes)
    samples = np.empty(total, np.int64)
    for number, lane in enumerate(np.array_split(row, lanes)):
        for begin in range(0, len(lane), window):
            rng.shuffle(lane[begin : begin + window])
        samples[number::lanes] = lane
    return EpochOrder(samples, lanes, window)


def _check(holds: bool, name: str, value: object, allowed: str) -> None:
    if not holds:
        raise ValueError(f"{name}: is {value}, must be {allowed}")
