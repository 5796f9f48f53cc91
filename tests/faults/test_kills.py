"""Processes killed by SIGKILL: what was acknowledged is there once, the rest all or nothing."""

import random
import shutil
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from storage.integrity import check
from storage.store import Dataset, open_store
from tests.faults.actions import FORGOTTEN, NEW, OLD, prepared, videos_of
from tests.faults.boundaries import Struck, begin, boundaries

SOME = [
    pytest.param("append", 8, id="append-8"),
    pytest.param("join", 4, id="join-4"),
    pytest.param("remove", 4, id="remove-4"),
    pytest.param("isolate", 2, id="isolate-2"),
]
MANY = [
    pytest.param("append", 90, id="append-90", marks=pytest.mark.slow),
    pytest.param("join", 60, id="join-60", marks=pytest.mark.slow),
    pytest.param("remove", 60, id="remove-60", marks=pytest.mark.slow),
    pytest.param("isolate", 20, id="isolate-20", marks=pytest.mark.slow),
]


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("template") / "store"
    prepared(str(folder))
    return folder


@pytest.fixture
def fresh(template: Path, tmp_path: Path) -> Callable[[str], Dataset]:
    """A copy of the store for one strike, one of its shards damaged where that is the matter."""

    def copy(action: str) -> Dataset:
        folder = tmp_path / str(random.getrandbits(60))
        shutil.copytree(template, folder)
        dataset = open_store(str(folder)).dataset("d")
        if action == "isolate":
            shard = Path(dataset.table("faces").location.uri, dataset.table("faces").paths()[0])
            shard.write_bytes(shard.read_bytes()[:-9])
        return dataset

    return copy


@pytest.mark.parametrize(("action", "kills"), [*SOME, *MANY])
def test_killed_at_call_boundaries_nothing_acknowledged_is_lost_and_the_next_call_finishes(
    fresh: Callable[[str], Dataset], action: str, kills: int
) -> None:
    total = boundaries(action, _root(fresh(action)))
    places = random.sample(range(1, total + 1), min(kills, total))
    for place in sorted(places):
        dataset = fresh(action)
        run = begin(action, _root(dataset), at=place)
        assert run.end() == -signal.SIGKILL
        if action != "isolate":
            _whole_or_not_at_all(dataset, run, action)
        again = begin(action, _root(dataset))
        assert again.end() == 0
        _finished(dataset, action)


@pytest.mark.parametrize("kills", [2, pytest.param(20, marks=pytest.mark.slow)])
def test_killed_at_random_moments_among_other_writers_nothing_acknowledged_is_lost(
    fresh: Callable[[str], Dataset], kills: int
) -> None:
    for _ in range(kills):
        dataset = fresh("append")
        runs = [begin(action, _root(dataset)) for action in ("append", "join", "append", "remove")]
        time.sleep(random.uniform(0, 0.3))
        for run in runs[:2]:
            run.kill()
        ends = [run.end() for run in runs]
        assert ends[2:] == [0, 0]
        assert begin("join", _root(dataset)).end() == 0
        assert set(videos_of(dataset).items()) == {(video, 5) for video in [*OLD, *NEW]}
        assert list(check(dataset)) == []


def _root(dataset: Dataset) -> str:
    return dataset.uri.rpartition("/")[0]


def _whole_or_not_at_all(dataset: Dataset, run: Struck, action: str) -> None:
    now = videos_of(dataset)
    assert set(now.values()) == {5}
    assert set(now) >= {*OLD, *run.acknowledged} - {"compacted", "forgotten"}
    assert action == "remove" or FORGOTTEN in now
    unfinished = [damage.problem for damage in check(dataset)]
    assert unfinished in ([], ["5 rows should have been forgotten: run maintenance"])
    assert action == "remove" or not unfinished


def _finished(dataset: Dataset, action: str) -> None:
    now = videos_of(dataset)
    assert list(check(dataset)) == []
    match action:
        case "append":
            assert now == dict.fromkeys([*OLD, FORGOTTEN, *NEW], 5)
        case "join":
            assert now == dict.fromkeys([*OLD, FORGOTTEN], 5)
            assert len(dataset.table("faces").delta().file_uris()) == 1
        case "remove":
            assert now == dict.fromkeys(OLD, 5)
        case "isolate":
            assert set(now.values()) == {5}
            assert len(now) == len(OLD)
