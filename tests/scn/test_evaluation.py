"""Scores agree with counting by hand, also where a class does not occur."""

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from scn.backbones import FEATURES
from scn.errors import ClassMismatch
from scn.evaluation import class_indexes, evaluate, predict
from scn.model import SelfCureNetwork
from tests.scn.faces import CLASSES, reader_of

CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def model() -> SelfCureNetwork:
    """A network set at random that looks at colours: its answers are arbitrary, and differ."""
    with torch.random.fork_rng():
        torch.manual_seed(5)
        network = SelfCureNetwork(len(CLASSES))
        network.backbone = nn.Sequential(
            nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(3, FEATURES)
        )
    return network


def test_scores_are_those_of_counting(model: SelfCureNetwork, tmp_path: Path) -> None:
    """Accuracy, mean of recalls and confusion follow from the predictions, one by one."""
    labels = np.random.default_rng(0).choice(CLASSES, 40).tolist()
    reader = reader_of(tmp_path, labels)
    truth, predicted = class_indexes(reader, CLASSES), predict(model, reader, CPU)
    result = evaluate(model, reader, CLASSES, CPU)
    pairs = list(zip(truth.tolist(), predicted.tolist(), strict=True))
    recalls = [np.mean([p == t for t, p in pairs if t == c]) for c in range(3)]
    f1 = []
    for c in range(3):
        hits = pairs.count((c, c))
        # F1 = 2 hits / (faces of the class + faces called so).
        f1.append(2 * hits / ((truth == c).sum() + (predicted == c).sum()))
    assert len(set(predicted.tolist())) > 1
    assert result.macro_f1 == pytest.approx(np.mean(f1))
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
