"""One epoch, shared by ranks and workers, and left and entered in the middle."""

import json
from dataclasses import asdict, replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage.order import Position, Share
from storage.reader import FaceReader
from storage.store import Dataset
from tests.storage.uneven import uneven_dataset


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    return uneven_dataset(tmp_path_factory.mktemp("store"))


shares = st.fixed_dictionaries(
    {
        "batch_size": st.integers(1, 70),
        "world_size": st.integers(1, 5),
        "workers": st.integers(1, 4),
        "seed": st.integers(0, 2**32),
        "epoch": st.integers(0, 100),
        "shuffle": st.booleans(),
        "buffer_rows": st.integers(1, 80),
    }
)


def _read(
    reader: FaceReader,
    share: dict[str, Any],
    workers: int,
    start: int = 0,
    lanes: int | None = None,
) -> list[list[list[int]]]:
    """Indexes of each batch of each rank, as a loader joins its workers' turns."""
    world_size = share["world_size"]
    arguments = {k: share[k] for k in ("batch_size", "seed", "epoch", "shuffle")}
    ranks = []
    for rank in range(world_size):
        turns = [
            iter(
                reader.encoded(
                    **arguments,
                    rank=rank,
                    world_size=world_size,
                    worker=worker,
                    workers=workers,
                    start=start,
                    lanes=lanes,
                )
            )
            for worker in range(workers)
        ]
        batches: list[list[int]] = []
        while (batch := next(turns[len(batches) % workers], None)) is not None:
            batches.append(batch.indexes.tolist())
        assert all(next(turn, None) is None for turn in turns)
        ranks.append(batches)
    return ranks


@settings(max_examples=40, deadline=None)
@given(share=shares)
def test_ranks_and_workers_together_read_every_face_once_in_equally_many_batches(
    dataset: Dataset, share: dict[str, Any]
) -> None:
    reader = FaceReader(dataset, buffer_rows=share["buffer_rows"])
    ranks = _read(reader, share, share["workers"])
    assert sorted(i for batches in ranks for batch in batches for i in batch) == list(range(60))
    assert {len(batches) for batches in ranks} == {-(-60 // share["batch_size"])}


@settings(max_examples=25, deadline=None)
@given(share=shares, start=st.integers(0, 12), others=st.integers(1, 4))
def test_a_position_goes_on_in_mid_epoch_with_any_number_of_workers(
    dataset: Dataset, share: dict[str, Any], start: int, others: int
) -> None:
    reader = FaceReader(dataset, buffer_rows=share["buffer_rows"])
    whole = _read(reader, share, share["workers"])
    rest = _read(reader, share, others, start=start)
    assert rest == [batches[start:] for batches in whole]


@settings(max_examples=25, deadline=None)
@given(share=shares, lanes=st.integers(1, 3))
def test_with_fixed_lanes_the_global_batches_do_not_depend_on_the_number_of_ranks(
    dataset: Dataset, share: dict[str, Any], lanes: int
) -> None:
    reader = FaceReader(dataset, buffer_rows=share["buffer_rows"])
    lanes *= share["world_size"]
    ranks = _read(reader, share, 1, lanes=lanes)
    ((*alone,),) = _read(reader, {**share, "world_size": 1}, 1, lanes=lanes)
    joined = [sorted(i for part in parts for i in part) for parts in zip(*ranks, strict=True)]
    assert joined == [sorted(batch) for batch in alone]


def test_ranks_share_each_batch_evenly_and_read_few_row_groups_of_each_other(
    dataset: Dataset,
) -> None:
    reader = FaceReader(dataset)
    share = {"batch_size": 12, "world_size": 3, "seed": 1, "epoch": 0, "shuffle": True}
    ranks = _read(reader, share, 1)
    assert {len(batch) for batches in ranks for batch in batches} == {4}
    shard = [str(face)[:8] for face in reader.index["face_id"].to_pylist()]
    read = [{shard[i] for batch in batches for i in batch} for batches in ranks]
    assert sum(map(len, read)) <= len(set(shard)) + len(ranks) - 1


def test_a_position_says_all_that_is_needed_to_go_on(dataset: Dataset) -> None:
    share = Share(batch_size=7, rank=1, world_size=2)
    reader = FaceReader(dataset, image_size_px=8)
    stream = reader.batches(batch_size=7, seed=3, epoch=2, rank=1, world_size=2)
    done = [next(stream).indexes.tolist() for _ in range(3)]
    position = Position(**json.loads(json.dumps(asdict(
        reader.position(share, seed=3, epoch=2, batches=len(done))
    ))))  # fmt: skip
    rest = [b.indexes.tolist() for b in reader.go_on(position, rank=1, world_size=2, workers=1)]
    whole = reader.batches(batch_size=7, seed=3, epoch=2, rank=1, world_size=2)
    assert done + rest == [batch.indexes.tolist() for batch in whole]
    with pytest.raises(ValueError, match="version"):
        next(reader.go_on(replace(position, version=position.version + 1)))
