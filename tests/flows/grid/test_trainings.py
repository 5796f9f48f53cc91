"""The names of a grid's trainings: the same for the same training, and for no other."""

from pathlib import Path

from flows.grid.trainings import Grid
from scn.protocol import Protocol
from tests.flows.grid.grids import SPLITS, TRAIN, fill, grid


def _names(found: Grid) -> set[str]:
    return {training.run.run_id for _, training in found.trainings()}


def test_a_training_that_two_tables_show_has_one_name(tmp_path: Path) -> None:
    """Table 3 begins with the rows that table 4 begins with; so does the ablation."""
    store = fill(tmp_path / "store", ["raf-db", "webemotion"])
    tables = [
        _names(grid(store, tmp_path, table, benchmarks=("rafdb",)))
        for table in ("table3", "table4", "ablation")
    ]
    (shared,) = set.intersection(*tables)
    assert shared.startswith("rafdb-baseline-")


def test_another_seed_setting_protocol_or_dataset_has_other_names(tmp_path: Path) -> None:
    store = fill(tmp_path / "store", ["raf-db"])
    other = fill(tmp_path / "other", ["raf-db"], {**SPLITS, "test": 12})
    found = [
        _names(grid(store, tmp_path)),
        _names(grid(store, tmp_path, train=TRAIN.model_copy(update={"epochs": 2}))),
        _names(grid(store, tmp_path, protocol=Protocol(selection="test"))),
        _names(grid(other, tmp_path)),
        _names(grid(store, tmp_path, "table2")),
    ]
    assert sum(map(len, found)) == len(set.union(*found))
    assert _names(grid(store, tmp_path, seeds=2)) > found[0]


def test_a_benchmark_or_weights_that_come_later_rename_nothing(tmp_path: Path) -> None:
    """What is done stays done, and its row stays in the same table."""
    store = fill(tmp_path / "store", ["raf-db"])
    before = grid(store, tmp_path)
    fill(tmp_path / "store", ["ferplus"])
    weights = tmp_path / "faces.pth"
    after = grid(store, tmp_path, weights=weights)
    assert _names(before) < _names(after)
    assert before.title == after.title


def test_noise_differs_from_seed_to_seed(tmp_path: Path) -> None:
    store = fill(tmp_path / "store", ["raf-db"])
    found = grid(store, tmp_path, "table2", seeds=3)
    noise = {
        (cell.row, training.protocol.noise.seed)
        for cell, training in found.trainings()
        if training.protocol and training.protocol.noise
    }
    assert len(noise) == 6 * 3


def test_what_is_missing_is_named_by_the_command_that_brings_it(tmp_path: Path) -> None:
    store = fill(tmp_path / "store", ["raf-db"])
    tables = grid(store, tmp_path, "table3"), grid(store, tmp_path, "table4")
    missing = {(cell.row, cell.benchmark): found.missing(cell) for found in tables
               for cell in found.cells}  # fmt: skip
    assert missing["pretrained: nothing; fine-tuned: plain", "rafdb"] == ""
    assert missing["pretrained: SCN; fine-tuned: SCN", "rafdb"] == "webemotion collect"
    assert missing["random weights, SCN", "ferplus"] == "webemotion ingest ferplus PATH"
    assert missing["face weights, SCN", "rafdb"] == "webemotion reproduce table4 --weights FILE"


def test_a_reserved_training_is_renewed_until_it_begins(tmp_path: Path) -> None:
    """The store may have let go of the version that was the newest when it was reserved."""
    store = fill(tmp_path / "store", ["raf-db"])
    found = grid(store, tmp_path, benchmarks=("rafdb",))
    (_, training), *_ = found.trainings()
    found.reserve(training)
    assert training.run.read()["parameters"] == {"store_version": found.data["raf-db"].version}
    training.run.start("finetune", {"train": {}, "store_version": 0})
    found.reserve(training)
    assert training.run.read()["parameters"]["store_version"] == 0
    assert not training.done
