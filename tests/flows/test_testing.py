"""The test of trained networks: what is scored, what is left out, and what is read once."""

from pathlib import Path

from flows.testing import test_results as results_of
from scn.protocol import Protocol
from storage.repeats import repeats
from tests.flows.untrained import Face, dataset_of, untrained


def test_of_repeats_in_folds_both_sides_are_left_out(tmp_path: Path) -> None:
    """The first of two copies is tested by a network that trained on the second."""
    people = [Face(f"train/{n}", n, f"test/{n % 6}") for n in range(24)]
    copies = [Face("train/copy", 3, "test/4"), Face("train/copy-of-copy", 3, "test/5")]
    dataset = dataset_of(tmp_path, "faces", [*people, *copies])
    protocol = Protocol(folds=3)
    folds = [untrained(dataset, tmp_path / str(n), protocol, n) for n in range(3)]
    found = results_of(folds, dataset, (), repeats(dataset), tmp_path / "all")
    assert found["faces"] == 26
    assert found["repeats"] == {"train, of train": 2}
    assert found["without_repeats"]["faces"] == 23
