"""Folders of training runs."""

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
