"""`webemotion finetune --dry-run`, and the estimates that it makes."""

import json
from pathlib import Path

import pytest
from rich.console import Console
from typer.testing import CliRunner, Result

from flows.cli import app
from flows.dry_run import Cost, show_costs
from scn.checkpoint import newest
from scn.faces import FacesSource, open_faces
from scn.fitting import fit
from scn.rehearsal import Rehearsal, read_all, rehearse
from storage.store import open_store
from tests.flows.grid.grids import TRAIN, fill
from tests.storage.rows import photos


def _rehearsal(checkpoint_bytes: int = 100) -> Rehearsal:
    """50 steps of 2 s in each of 10 epochs, 20 s of evaluation after each, 600 s of test."""
    return Rehearsal(800, 50, 10, 2.0, 20.0, 600.0, checkpoint_bytes, 4)


def test_hours_and_disk_are_those_of_the_whole_training() -> None:
    """Ten times 120 s and 600 s are half an hour; four checkpoints lie there at a time."""
    assert _rehearsal().hours == pytest.approx(0.5)
    assert _rehearsal().disk_bytes == 400
    assert Cost("three", 3, _rehearsal()).hours == pytest.approx(1.5)


def test_a_disk_that_is_too_small_is_said_to_be(tmp_path: Path) -> None:
    """The folder of runs need not be there."""
    console = Console(record=True, width=150)
    show_costs([Cost("vast", 1, _rehearsal(10**18))], tmp_path / "a" / "b", console)
    assert "the disk is too small" in console.export_text()


def test_a_rehearsal_counts_steps_and_bytes_as_the_training_has_them(tmp_path: Path) -> None:
    """Of 17 faces in batches of 16 there are two steps; checkpoints are as large as foreseen."""
    store = fill(tmp_path / "store", ["raf-db"])
    faces = open_faces(FacesSource(store=store, dataset="raf-db"), TRAIN)
    found = rehearse(TRAIN, faces)
    assert found.faces == len(faces.train)
    result = fit(TRAIN, faces.train, faces.validation, faces.classes, tmp_path / "run")
    assert found.steps == len((tmp_path / "run" / "steps.jsonl").read_text().splitlines())
    path = newest(tmp_path / "run")
    assert path == result.last
    written = sum(file.stat().st_size for file in path.iterdir())
    assert found.checkpoint_bytes == pytest.approx(written, rel=0.05)


def test_everything_is_read_once(tmp_path: Path) -> None:
    store = fill(tmp_path / "store", ["raf-db"])
    faces = open_faces(FacesSource(store=store, dataset="raf-db"), TRAIN)
    assert list(read_all([faces.train, faces.validation, faces.test]))[-1] == 33


def _dry_run(store: str, runs: Path, *arguments: str) -> Result:
    train = json.dumps(TRAIN.model_dump(mode="json", exclude={"augmentation"}))
    return CliRunner().invoke(
        app,
        ["finetune", "jaffe", "--store", store, "--runs", str(runs), "--dry-run",
         f"--set=train={train}", "--set=start=random", "--set=protocol.folds=4", *arguments],
        env={"COLUMNS": "200"},
    )  # fmt: skip


def test_a_dry_run_reads_other_datasets_and_counts_the_network_for_them(tmp_path: Path) -> None:
    """Four folds and one of all; an image there that does not decode is named."""
    store = fill(tmp_path / "store", ["jaffe", "raf-db"], {"train": 33})
    result = _dry_run(store, tmp_path / "runs", '--set=also_test=["raf-db"]')
    assert result.exit_code == 0, result.output
    assert "reading raf-db, 33 images" in result.output
    (row,) = [line.split("│") for line in result.output.splitlines() if "scn-random" in line][-1:]
    assert row[2].strip() == "5"
    open_store(store).dataset("raf-db").append_faces({"more": photos("broken", 2)})
    result = _dry_run(store, tmp_path / "runs", '--set=also_test=["raf-db"]')
    assert result.exit_code == 2
    assert "broken/00/000000" in result.stderr


def test_a_dry_run_of_a_fine_tuning_counts_its_folds_and_writes_nothing(tmp_path: Path) -> None:
    """Four folds, and with --set compare=true plain cross-entropy beside."""
    store = fill(tmp_path / "store", ["jaffe"], {"train": 33})
    before = set(tmp_path.rglob("*"))
    result = _dry_run(store, tmp_path / "runs", "--set=compare=true")
    assert result.exit_code == 0, result.output
    rows = {
        cells[1].strip(): [cell.strip() for cell in cells[2:-1]]
        for line in result.output.splitlines()
        if len(cells := line.split("│")) > 3
    }
    assert {rows[name][0] for name in ("scn-random", "baseline-random")} == {"4"}
    assert rows["scn-random"][-1] == "4 folds"
    assert set(tmp_path.rglob("*")) == before
