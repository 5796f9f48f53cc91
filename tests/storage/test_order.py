"""The order of an epoch, over any sizes of row groups."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.order import EpochOrder, Share, epoch_order

sizes = st.lists(st.integers(1, 40), max_size=12)


def _order(
    group_sizes: list[int], *, seed: int = 0, epoch: int = 0, lanes: int = 1, buffer_rows: int = 16
) -> EpochOrder:
    offsets = np.concatenate([[0], np.cumsum(group_sizes)]).astype(np.int64)
    return epoch_order(offsets, seed=seed, epoch=epoch, lanes=lanes, buffer_rows=buffer_rows)


@given(
    group_sizes=sizes,
    batch_size=st.integers(1, 50),
    world_size=st.integers(1, 6),
    workers=st.integers(1, 4),
    more_lanes=st.integers(1, 3),
    buffer_rows=st.integers(1, 60),
)
def test_every_sample_is_in_just_one_batch_of_one_rank_and_worker(
    group_sizes: list[int],
    batch_size: int,
    world_size: int,
    workers: int,
    more_lanes: int,
    buffer_rows: int,
) -> None:
    lanes = world_size * more_lanes
    order = _order(group_sizes, lanes=lanes, buffer_rows=buffer_rows)
    seen: list[int] = []
    for rank in range(world_size):
        for worker in range(workers):
            share = Share(batch_size, rank, world_size, worker, workers, lanes=lanes)
            for first, last, samples in order.batches(share):
                segments = range(order.segment(first), order.segment(last) + 1)
                read = {int(i) for s in segments for i in order.wanted(s, share)}
                assert set(samples.tolist()) <= read
                seen += samples.tolist()
    assert sorted(seen) == list(range(sum(group_sizes)))


@given(
    group_sizes=sizes,
    seed=st.integers(0, 2**40),
    epoch=st.integers(0, 999),
    lanes=st.integers(1, 5),
)
def test_the_order_is_a_pure_function_of_its_arguments(
    group_sizes: list[int], seed: int, epoch: int, lanes: int
) -> None:
    first, again = (
        _order(group_sizes, seed=seed, epoch=epoch, lanes=lanes).samples for _ in range(2)
    )
    assert first.tolist() == again.tolist()


@given(group_sizes=sizes, world_size=st.integers(1, 5), per_rank=st.integers(1, 9))
def test_ranks_have_equal_parts_of_every_whole_batch(
    group_sizes: list[int], world_size: int, per_rank: int
) -> None:
    order = _order(group_sizes, lanes=world_size)
    whole = sum(group_sizes) // (world_size * per_rank)
    for rank in range(world_size):
        share = Share(world_size * per_rank, rank, world_size)
        counts = [len(samples) for _, _, samples in order.batches(share)]
        assert counts[:whole] == [per_rank] * whole


@given(group_sizes=st.lists(st.integers(8, 40), min_size=6, max_size=12))
def test_each_rank_reads_its_own_row_groups_but_for_the_one_it_shares(
    group_sizes: list[int],
) -> None:
    order = _order(group_sizes, lanes=3)
    group_of = np.repeat(np.arange(len(group_sizes)), group_sizes)
    read = [
        {int(group_of[i]) for _, _, samples in order.batches(Share(12, rank, 3)) for i in samples}
        for rank in range(3)
    ]
    assert sum(map(len, read)) <= len(group_sizes) + 2


def test_lanes_that_ranks_cannot_share_evenly_are_refused() -> None:
    with pytest.raises(ValueError, match="lanes: is 3, must be a multiple of world_size 2"):
        Share(4, world_size=2, lanes=3)
