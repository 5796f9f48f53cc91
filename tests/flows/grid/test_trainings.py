"""The names of a grid's trainings: the same for the same training, and for no other."""

import shlex
from pathlib import Path

from flows.commands.arguments import checked
from flows.grid.trainings import Grid
from flows.reproduce import grid_asked_for, reproduce
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
    weights.write_bytes(b"weights")
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
    where = f"--store {store}"
    assert missing["pretrained: SCN; fine-tuned: SCN", "rafdb"] == f"webemotion collect {where}"
    assert missing["random weights, SCN", "ferplus"] == f"webemotion ingest ferplus PATH {where}"
    wanted = missing["face weights, SCN", "rafdb"]
    assert wanted.startswith(f"webemotion reproduce table4 {where} --runs {tmp_path} --seeds 1")
    assert wanted.endswith(" --weights FILE")


def test_the_command_of_a_grid_asks_for_the_same_grid(tmp_path: Path) -> None:
    """Whatever of it differs from the defaults."""
    store = fill(tmp_path / "store", ["raf-db"])
    weights = tmp_path / "some faces.pth"
    weights.write_bytes(b"weights")
    protocol = Protocol(selection="test", without=("sad",))
    asked = grid(store, tmp_path, protocol=protocol, weights=weights, seeds=2)
    words = iter(shlex.split(asked.command)[2:])
    settings, given = [], {"table": next(words)}
    for word in words:
        if word.startswith("--set="):
            settings.append(word.removeprefix("--set="))
        else:
            given[word.removeprefix("--")] = next(words)
    again = grid_asked_for(checked(reproduce, settings, **given))
    assert again == asked


def test_a_file_of_weights_is_what_it_holds_wherever_it_lies(tmp_path: Path) -> None:
    """The same file from elsewhere trains nothing anew; another one under its name does."""
    store = fill(tmp_path / "store", ["raf-db"])
    files = [tmp_path / name for name in ("a.pth", "b.pth", "other.pth")]
    for file, content in zip(files, (b"1", b"1", b"2"), strict=True):
        file.write_bytes(content)
    one, moved, other = (_names(grid(store, tmp_path, weights=file)) for file in files)
    assert one == moved
    assert one & other == _names(grid(store, tmp_path))


def test_a_training_goes_on_with_as_many_processes_as_it_began_with(tmp_path: Path) -> None:
    """One that is only reserved takes as many as there are now."""
    store = fill(tmp_path / "store", ["raf-db"])
    found = grid(store, tmp_path, benchmarks=("rafdb",))
    (_, training), *_ = found.trainings()
    found.reserve(training)
    assert training.parameters(store, 2)["processes"] == 2
    training.run.start("finetune", {"train": {}, "processes": 8, "store_version": 0})
    assert training.parameters(store, 2)["processes"] == 8


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
