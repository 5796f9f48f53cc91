"""Soft labels: what is learned of a face, by what its annotators voted and by what became of it."""

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from scn.batches import normalised, to_tensor
from scn.checkpoint import Checkpoint, load
from scn.config import Augmentation, TrainConfig
from scn.faces import FacesSource, open_faces
from scn.fitting import Report, fit
from scn.freezing import let_learn
from scn.learning import Learning, Place
from scn.processes import Processes
from scn.protocol import Protocol
from scn.self_cure_network import SelfCureNetwork
from scn.soft_labels import vote_shares
from storage.reader import FaceReader
from storage.schema import FACES
from tests.scn import numpy_scn
from tests.scn.faces import CLASSES, SIZE_PX, Votes, reader_of, true_emotions

_COUNT = 36
_BASE: dict[str, Any] = {
    "preset": "reference",
    "image_size_px": SIZE_PX,
    "batch_size": 16,
    "epochs": 2,
    "relabel_from_epoch": 1,
    "relabel_margin": 0.01,
    "precision": "float64",
    "holdout_share": 0.3,
}
_names = st.sampled_from([*CLASSES, "contempt"])
_votes = st.none() | st.dictionaries(_names, st.integers(1, 10).map(float))


def _config(**options: Any) -> TrainConfig:
    return TrainConfig.model_validate({**_BASE, **options})


def _index(votes: list[Votes]) -> pa.Table:
    rows = [
        None if v is None else [{"emotion": e, "share": s} for e, s in v.items()] for v in votes
    ]
    return pa.table({"votes": pa.array(rows, FACES.field("votes").type)})


@given(votes=st.lists(_votes, min_size=1), label=st.integers(0, 2))
def test_shares_are_the_votes_for_known_classes_and_else_the_hard_label(
    votes: list[Votes], label: int
) -> None:
    """Votes for what the network does not know do not count; the rest is made up to 1."""
    given_labels = np.full(len(votes), label, np.int64)
    shares = vote_shares(_index(votes), given_labels, CLASSES)
    for row, of_face in zip(shares, votes, strict=True):
        known = [(of_face or {}).get(name, 0.0) for name in CLASSES]
        if not any(known):
            known[label] = 1.0
        assert row.tolist() == pytest.approx([share / sum(known) for share in known])


def _noisy() -> list[str]:
    """True emotions, every fourth of them another."""
    labels = true_emotions(_COUNT)
    labels[::4] = [CLASSES[(CLASSES.index(label) + 1) % 3] for label in labels[::4]]
    return labels


def _divided(labels: list[str]) -> list[Votes]:
    """Votes of which the label has most; of every fifth face none."""
    others = [CLASSES[(CLASSES.index(label) + 1) % 3] for label in labels]
    pairs = enumerate(zip(labels, others, strict=True))
    return [None if n % 5 == 0 else {a: 0.7, b: 0.2, "contempt": 0.1} for n, (a, b) in pairs]


def _fitted(reader: FaceReader, folder: Path, **options: Any) -> Checkpoint:
    return load(fit(_config(**options), reader, reader, CLASSES, folder).last)


@pytest.mark.parametrize("method", ["scn", "baseline"])
def test_unanimous_votes_train_as_hard_labels_do(tmp_path: Path, method: str) -> None:
    """The same losses, weights and label changes, to nine digits."""
    labels = _noisy()
    reader = reader_of(tmp_path / "store", labels, votes=[{label: 1.0} for label in labels])
    hard, soft = (
        _fitted(reader, tmp_path / kind, method=method, labels=kind) for kind in ("hard", "soft")
    )
    assert (soft.events.num_rows > 0) == (method == "scn")
    assert soft.samples["current"] == hard.samples["current"]
    for one, other in zip(soft.log, hard.log, strict=True):
        assert one["loss"] == pytest.approx(other["loss"], rel=1e-9)
    for name, tensor in soft.model.items():
        torch.testing.assert_close(tensor, hard.model[name], rtol=1e-9, atol=1e-9)


def test_a_step_learns_the_votes_and_of_relabelled_faces_their_new_label(tmp_path: Path) -> None:
    """The loss is the formula with what is wanted of each face, written down by hand."""
    votes: list[Votes] = [{"happy": 0.6, "sad": 0.2, "contempt": 0.2}, {"neutral": 1.0}, None, {}]
    reader = reader_of(tmp_path, ["happy", "neutral", "sad", "sad"], votes=votes)
    labels = np.array([1, 0, 2, 2], np.int64)
    still = Augmentation(flip=0, shift=0, noise=0, erase=0)
    config = _config(method="baseline", labels="soft", batch_norm="frozen", augmentation=still)
    torch.manual_seed(0)
    network = SelfCureNetwork(3).double()
    shares = vote_shares(reader.index, labels, CLASSES)
    learning = Learning(config, labels, network, torch.device("cpu"), Processes(), shares)
    learning.book.labels[1] = 2
    let_learn(learning.network, config)
    (batch,) = reader.batches(batch_size=4, shuffle=False)
    with torch.no_grad():
        images = to_tensor(batch.images_rgb, torch.device("cpu"), torch.float64)
        logits = learning.network(normalised(images)).logits.numpy()
    values = learning.step(batch, batch.indexes, Place(1, 0, 4))
    wanted = np.array([[0, 0.75, 0.25], [0, 0, 1], [0, 0, 1], [0, 0, 1]])
    assert values["loss"] == pytest.approx(numpy_scn.soft_cross_entropy(logits, wanted), rel=1e-6)


class _Killed(BaseException):
    """The end of a process, as far as `fit` can tell."""


def test_a_resumed_run_on_soft_labels_ends_like_a_straight_one(tmp_path: Path) -> None:
    """Bit for bit: what is learned follows from the store and the labels alone."""
    labels = _noisy()
    reader = reader_of(tmp_path / "store", labels, votes=_divided(labels))

    def stop(row: dict[str, Any]) -> None:
        raise _Killed

    soft, folder = _config(labels="soft"), tmp_path / "stopped"
    with pytest.raises(_Killed):
        fit(soft, reader, reader, CLASSES, folder, report=Report(epoch=stop))
    stopped = load(fit(soft, reader, reader, CLASSES, folder).last)
    straight = _fitted(reader, tmp_path / "straight", labels="soft")
    assert straight.events.num_rows > 0
    assert stopped.samples.equals(straight.samples)
    assert all(torch.equal(t, straight.model[name]) for name, t in stopped.model.items())


@pytest.mark.parametrize("method", ["rul", "eac"])
def test_methods_that_are_defined_for_hard_labels_refuse_soft_ones(method: str) -> None:
    with pytest.raises(ValueError, match=f"labels: is soft, must be hard for method {method}"):
        TrainConfig.model_validate({"preset": method, "labels": "soft"})
    assert TrainConfig.model_validate({"preset": method}).labels == "hard"


def test_a_dataset_without_votes_is_refused_before_training(tmp_path: Path) -> None:
    reader_of(tmp_path, true_emotions(_COUNT), votes=[None, {}])
    source = FacesSource(store=str(tmp_path), dataset="faces")
    with pytest.raises(ValueError, match="labels: is soft, must be hard: dataset faces has no"):
        open_faces(source, _config(labels="soft"))
    assert len(open_faces(source, _config()).train)


def test_a_label_made_wrong_on_purpose_is_learned_without_the_votes(tmp_path: Path) -> None:
    """Else the votes would tell the truth that noise hides; all others keep theirs."""
    labels = true_emotions(_COUNT)
    reader_of(tmp_path, labels, votes=[{label: 0.8, "contempt": 0.2} for label in labels])
    protocol = Protocol.model_validate({"noise": {"share": 0.25}})
    source = FacesSource(store=str(tmp_path), dataset="faces", protocol=protocol)
    faces = open_faces(source, _config(labels="soft"))
    rows = faces.train.index.select(["face_id", "votes"]).to_pylist()
    wrong = {row["face_id"] for row in rows if row["votes"] is None}
    assert wrong == {row["face_id"] for row in rows} & faces.wrong.keys()
    assert 0 < len(wrong) < len(rows)
