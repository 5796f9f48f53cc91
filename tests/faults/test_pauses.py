"""A process stopped at any moment while others change the store under it."""

import random
import shutil
import signal
from pathlib import Path

import pytest

from storage.integrity import check
from storage.store import open_store
from tests.faults.actions import FORGOTTEN, NEW, OLD, prepared, videos_of
from tests.faults.boundaries import begin, boundaries


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("template") / "store"
    prepared(str(folder))
    return folder


@pytest.mark.parametrize("action", ["append", "join"])
@pytest.mark.parametrize("pauses", [4, pytest.param(60, marks=pytest.mark.slow)])
def test_a_writer_that_stood_still_loses_nothing_to_compaction_vacuum_and_forget(
    template: Path, tmp_path: Path, action: str, pauses: int
) -> None:
    total = boundaries(action, str(shutil.copytree(template, tmp_path / "count")))
    for place in random.sample(range(1, total + 1), pauses):
        uri = str(shutil.copytree(template, tmp_path / str(place)))
        dataset = open_store(uri).dataset("d")
        run = begin(action, uri, at=place, strike=signal.SIGSTOP)
        assert run.wait_stopped()
        for other in ("append", "remove", "join", "sweep"):
            assert begin(other, uri).end() == 0
        run.go_on()
        assert run.end() == 0
        assert videos_of(dataset) == dict.fromkeys([*OLD, *NEW], 5)
        assert list(check(dataset)) == []


@pytest.mark.parametrize("pauses", [4, pytest.param(40, marks=pytest.mark.slow)])
def test_a_video_forgotten_while_a_writer_stood_still_does_not_come_back(
    template: Path, tmp_path: Path, pauses: int
) -> None:
    total = boundaries("append", str(shutil.copytree(template, tmp_path / "count")))
    for place in random.sample(range(1, total + 1), pauses):
        uri = str(shutil.copytree(template, tmp_path / str(place)))
        dataset = open_store(uri).dataset("d")
        run = begin("append", uri, at=place, strike=signal.SIGSTOP)
        assert run.wait_stopped()
        for video in NEW:
            assert begin(f"remove:{video}", uri).end() == 0
        run.go_on()
        assert run.end() == 0
        assert videos_of(dataset) == dict.fromkeys([*OLD, FORGOTTEN], 5)
        assert list(check(dataset)) == []
