"""A run starts from a checkpoint once; what comes later does not change where it came from."""

from pathlib import Path

import pytest

from flows.runs import Run, start_run
from flows.training.arms import start_of
from flows.training.exposure import note_origin
from scn.config import TrainConfig
from tests.scn.checkpoints import write_checkpoint


def _pretraining(runs: Path, name: str) -> Path:
    """The checkpoint of a finished pretraining."""
    run = start_run(runs, "pretrain", {}, name)
    path = write_checkpoint(run.path, TrainConfig(), ("happy", "sad"))
    run.finish({"best": str(path)})
    return path


def _begun(runs: Path, name: str, initial: Path | None) -> Run:
    return start_run(runs, "finetune", {"initial": str(initial) if initial else None}, name)


def test_a_run_that_goes_on_keeps_what_was_the_latest_at_its_start(tmp_path: Path) -> None:
    first = _pretraining(tmp_path, "first")
    assert start_of("latest", tmp_path, Run(tmp_path / "new")) == first
    run = _begun(tmp_path, "mine", first)
    second = _pretraining(tmp_path, "second")
    assert start_of("latest", tmp_path, Run(tmp_path / "new")) == second
    assert start_of("latest", tmp_path, run) == first
    assert start_of(str(first), tmp_path, run) == first


def test_a_run_that_began_at_random_stays_so(tmp_path: Path) -> None:
    run = _begun(tmp_path, "mine", None)
    _pretraining(tmp_path, "later")
    assert start_of("latest", tmp_path, run) is None
    assert start_of("random", tmp_path, run) is None


def test_another_start_is_refused_by_name(tmp_path: Path) -> None:
    first, second = (_pretraining(tmp_path, name) for name in ("first", "second"))
    run = _begun(tmp_path, "mine", first)
    for start in (str(second), "random"):
        with pytest.raises(ValueError, match=f"start: is {start}, but run mine began from {first}"):
            start_of(start, tmp_path, run)
    with pytest.raises(ValueError, match="run other began from random weights"):
        start_of(str(first), tmp_path, _begun(tmp_path, "other", None))


def test_an_origin_is_noted_once(tmp_path: Path) -> None:
    note_origin(tmp_path / "run", tmp_path / "first")
    noted = (tmp_path / "run" / "origin.json").read_text()
    note_origin(tmp_path / "run", tmp_path / "second")
    assert (tmp_path / "run" / "origin.json").read_text() == noted
    assert str(tmp_path / "first") in noted
