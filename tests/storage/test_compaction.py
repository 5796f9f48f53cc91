"""Compaction: the same rows in fewer shards, shuffled across them."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage.compaction import compact
from storage.errors import DamagedStore
from storage.integrity import check
from storage.store import Dataset, open_store
from tests.storage.rows import faces, photos


def _dataset(folder: Path) -> Dataset:
    return open_store(str(folder), create=True).dataset("webemotion", create=True)


def test_compaction_joins_shards_and_keeps_every_row_and_every_committed_key(
    tmp_path: Path,
) -> None:
    dataset = _dataset(tmp_path)
    for number in range(6):
        dataset.append_faces({f"v{number}": faces(f"v{number}", 3)})
    before = dataset.scan("faces").sort_by("face_id")
    done = compact(dataset.table("faces"))
    assert (done.shards_joined, done.shards_written) == (6, 1)
    assert dataset.scan("faces").sort_by("face_id").equals(before)
    assert dataset.append_faces({"v3": faces("v3", 3)}) == frozenset()
    assert compact(dataset.table("faces")).shards_joined == 0


@settings(max_examples=12, deadline=None)
@given(sizes=st.lists(st.integers(1, 60), min_size=2, max_size=8), kilobytes=st.integers(4, 60))
def test_whatever_the_sizes_every_row_is_there_once_and_few_shards_are_small(
    tmp_path_factory: pytest.TempPathFactory, sizes: list[int], kilobytes: int
) -> None:
    dataset = _dataset(tmp_path_factory.mktemp("store"))
    for number, size in enumerate(sizes):
        dataset.append_faces({f"v{number}": photos(f"v{number}", size)})
    before = dataset.scan("faces").sort_by("face_id")
    compact(dataset.table("faces"), shard_bytes=kilobytes << 10)
    assert dataset.scan("faces").sort_by("face_id").equals(before)
    sizes_bytes = dataset.table("faces").delta().get_add_actions().column("size_bytes").to_pylist()
    assert sum(size < kilobytes << 9 for size in sizes_bytes) <= 1
    assert list(check(dataset)) == []


def test_videos_are_spread_over_all_shards(tmp_path: Path) -> None:
    dataset = _dataset(tmp_path)
    for number in range(8):
        dataset.append_faces({f"v{number}": photos(f"v{number}", 60, size_bytes=2000)})
    compact(dataset.table("faces"), shard_bytes=300_000)
    shards = list(dataset.fragments("faces").get_fragments())
    assert len(shards) >= 3
    for shard in shards:
        assert len(set(shard.to_table(columns=["video_id"])["video_id"].to_pylist())) == 8


def test_a_damaged_shard_stops_compaction_and_stays(tmp_path: Path) -> None:
    dataset = _dataset(tmp_path)
    for number in range(2):
        dataset.append_faces({f"v{number}": photos(f"v{number}", 4)})
    path = Path(dataset.table("faces").location.uri, dataset.table("faces").paths()[0])
    image = dataset.scan("faces", ["image"])["image"]
    data = bytearray(path.read_bytes())
    place = max(data.find(i.as_py()) for i in image)
    data[place] ^= 1
    path.write_bytes(data)
    with pytest.raises(DamagedStore, match="webemotion fsck"):
        compact(dataset.table("faces"))
    assert len(list(check(dataset))) == 1
