"""Scores agree with counting by hand, also where a class does not occur."""

from pathlib import Path

import numpy as np
import pytest
import torch

from scn.errors import ClassMismatch
from scn.evaluation import class_indexes, evaluate, predict
from scn.model import SelfCureNetwork
from tests.scn.faces import CLASSES, reader_of, true_emotions

CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def model() -> SelfCureNetwork:
    """A network set at random, whose answers are arbitrary but fixed."""
    with torch.random.fork_rng():
        torch.manual_seed(5)
        return SelfCureNetwork(len(CLASSES))


def test_scores_are_those_of_counting(model: SelfCureNetwork, tmp_path: Path) -> None:
    """Accuracy, mean of recalls and confusion follow from the predictions, one by one."""
    reader = reader_of(tmp_path, true_emotions(40))
    truth, predicted = class_indexes(reader, CLASSES), predict(model, reader, CPU)
    result = evaluate(model, reader, CLASSES, CPU)
    pairs = list(zip(truth.tolist(), predicted.tolist(), strict=True))
    recalls = [np.mean([p == t for t, p in pairs if t == c]) for c in range(3)]
    assert result.faces == 40
    assert result.accuracy == pytest.approx(np.mean([t == p for t, p in pairs]))
    assert result.mean_class_accuracy == pytest.approx(np.mean(recalls))
    assert result.confusion == tuple(tuple(pairs.count((t, p)) for p in range(3)) for t in range(3))


def test_a_class_that_does_not_occur_takes_no_part_in_the_mean(
    model: SelfCureNetwork, tmp_path: Path
) -> None:
    """Faces of one class: the means are its recall and its F1, whatever else is predicted."""
    for name in CLASSES:
        result = evaluate(model, reader_of(tmp_path / name, [name] * 12), CLASSES, CPU)
        assert result.mean_class_accuracy == pytest.approx(result.accuracy)
        # All that is called this class is right, so that its F1 follows from its recall.
        assert result.macro_f1 == pytest.approx(2 * result.accuracy / (1 + result.accuracy))


def test_a_label_outside_the_classes_is_named(model: SelfCureNetwork, tmp_path: Path) -> None:
    """An unknown label is refused by name, never given an index."""
    reader = reader_of(tmp_path, [*CLASSES, "contempt"])
    with pytest.raises(ClassMismatch, match="contempt"):
        evaluate(model, reader, CLASSES, CPU)
