"""Scores agree with counting by hand, also where a class does not occur."""

from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from scn.emotions import EMOTIONS
from scn.errors import ClassMismatch
from scn.evaluation import evaluate, predict
from scn.self_cure_network import SelfCureNetwork
from storage.reader import FaceReader
from tests.scn.faces import CLASSES, SIZE_PX, reader_of
from tests.scn.plain_backbone import PlainBackbone

CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def model() -> SelfCureNetwork:
    """A network set at random that looks at colours: its answers are arbitrary, and differ."""
    with torch.random.fork_rng():
        torch.manual_seed(5)
        network = SelfCureNetwork(len(CLASSES))
        network.backbone = PlainBackbone(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(3, 512))
    return network


@pytest.fixture(scope="module")
def faces(tmp_path_factory: pytest.TempPathFactory) -> FaceReader:
    """Sixty faces of five emotions, at random and unevenly."""
    labels = np.random.default_rng(0).choice(EMOTIONS[:5], 60, p=(0.4, 0.3, 0.15, 0.1, 0.05))
    return reader_of(tmp_path_factory.mktemp("faces"), labels.tolist())


def _answer_at_random(model: SelfCureNetwork, classes: int, seed: int) -> None:
    """Give a network layers by which each face gets an answer of its own."""
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        model.backbone = PlainBackbone(nn.Flatten(), nn.Linear(3 * SIZE_PX**2, 512))
        model.classifier = nn.Linear(512, classes)


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    share=st.floats(0.05, 1),
    order=st.permutations(EMOTIONS),
    strangers=st.integers(0, 3),
)
def test_scores_are_those_of_counting(
    faces: FaceReader, seed: int, share: float, order: list[str], strangers: int
) -> None:
    """Accuracy, mean of recalls, mean of F1 and confusion follow from the answers one by one.

    The faces and the order of the classes are drawn; up to three classes have no face in the store.
    """
    absent = [name for name in order if name not in EMOTIONS[:5]][strangers:]
    classes = [name for name in order if name not in absent]
    kept = np.random.default_rng(seed).random(len(faces)) < share
    kept[seed % len(faces)] = True
    reader, model = faces.select(kept), SelfCureNetwork(len(classes))
    _answer_at_random(model, len(classes), seed)
    predicted = [classes[number] for number in predict(model, reader, CPU)]
    truth = reader.index["emotion"].to_pylist()
    pairs = list(zip(truth, predicted, strict=True))
    present = [name for name in classes if name in truth]
    hits = {name: pairs.count((name, name)) for name in present}
    # F1 = 2 hits / (faces of the class + faces called so).
    f1 = [2 * hits[n] / (truth.count(n) + predicted.count(n)) for n in present]
    result = evaluate(model, reader, classes, CPU)
    assert result.faces == int(kept.sum())
    assert result.accuracy == pytest.approx(sum(hits.values()) / len(truth))
    assert result.mean_class_accuracy == pytest.approx(
        np.mean([hits[name] / truth.count(name) for name in present])
    )
    assert result.macro_f1 == pytest.approx(np.mean(f1))
    assert result.confusion == tuple(tuple(pairs.count((t, p)) for p in classes) for t in classes)


def test_a_prediction_is_the_networks_answer_to_that_face_alone(faces: FaceReader) -> None:
    """Each face's class is that of its own largest logit, in the order of the reader."""
    model = SelfCureNetwork(8)
    _answer_at_random(model, 8, 3)
    alone = [
        int(predict(model, faces.select(np.arange(len(faces)) == number), CPU)[0])
        for number in range(len(faces))
    ]
    assert len(set(alone)) > 3
    assert predict(model, faces, CPU).tolist() == alone


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
