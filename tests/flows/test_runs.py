"""Folders of training runs."""

import json
import platform
from importlib.metadata import version
from pathlib import Path

from flows.runs import Run, latest, start_run


def test_the_latest_run_of_a_kind_is_the_one_that_finished_last(tmp_path: Path) -> None:
    first = start_run(tmp_path, "pretrain", {}, "first")
    second = start_run(tmp_path, "pretrain", {}, "second")
    start_run(tmp_path, "pretrain", {}, "unfinished")
    other = start_run(tmp_path, "finetune", {}, "other")
    for run in (second, first, other):
        run.finish({})
    assert latest(tmp_path, "pretrain") == first
    assert latest(tmp_path, "ingest") is None


def test_a_run_that_goes_on_keeps_its_start(tmp_path: Path) -> None:
    run = start_run(tmp_path, "pretrain", {"epochs": 1}, "again")
    started = run.read()["started"]
    start_run(tmp_path, "pretrain", {"epochs": 2}, "again")
    record = Run(tmp_path / "again").read()
    assert record["started"] == started
    assert record["parameters"] == {"epochs": 2}


def test_a_run_records_where_it_began_and_where_it_ended_if_that_is_elsewhere(
    tmp_path: Path,
) -> None:
    """A run that goes on keeps its first environment; what is the same is not said twice."""
    run = start_run(tmp_path, "pretrain", {}, "moved")
    run.finish({})
    record = run.read()
    assert record["environment"]["python"] == platform.python_version()
    assert record["environment"]["torch"] == version("torch")
    assert "environment_at_end" not in record
    elsewhere = {**record, "environment": {**record["environment"], "device": "another"}}
    (run.path / "run.json").write_text(json.dumps(elsewhere))
    start_run(tmp_path, "pretrain", {}, "moved")
    run.finish({})
    moved = run.read()
    assert moved["environment"]["device"] == "another"
    assert moved["environment_at_end"] == record["environment"]
