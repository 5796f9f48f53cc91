"""Corrections judged by a known truth."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

BoolArray = npt.NDArray[np.bool_]
Labels = npt.NDArray[np.object_]


@dataclass(frozen=True, slots=True)
class Audit:
    """How good the changes of labels were; a value without a case behind it is None.

    Attributes:
        faces: faces with a known truth.
        noisy: those whose given label is not the truth.
        relabelled: those whose current label differs from the given one.
        corrected: relabelled ones whose current label is the truth.
        precision: corrected / relabelled.
        recall: noisy faces whose current label is the truth / noisy.
        importance_clean: mean importance of faces whose given label is the truth; a face that
            training never saw has none and takes no part.
        importance_noisy: mean importance of the noisy ones.
    """

    faces: int
    noisy: int
    relabelled: int
    corrected: int
    precision: float | None
    recall: float | None
    importance_clean: float | None
    importance_noisy: float | None


def audit(samples: pa.Table, truth: Mapping[str, str]) -> Audit:
    """Judge a checkpoint's `samples` (face_id, given, current, importance) by the truth."""
    known = [row for row in samples.to_pylist() if row["face_id"] in truth]
    true = np.array([truth[row["face_id"]] for row in known], dtype=object)
    given, current = (
        np.array([row[name] for row in known], dtype=object) for name in ("given", "current")
    )
    importance = np.array([row["importance"] for row in known], dtype=float)
    noisy, relabelled = given != true, current != given
    corrected = relabelled & (current == true)
    return Audit(
        faces=len(known),
        noisy=int(noisy.sum()),
        relabelled=int(relabelled.sum()),
        corrected=int(corrected.sum()),
        precision=_share(corrected, relabelled),
        recall=_share(corrected, noisy),
        importance_clean=_mean(importance[~noisy]),
        importance_noisy=_mean(importance[noisy]),
    )


@dataclass(frozen=True, slots=True)
class Judgement:
    """How good the labels of an epoch are at finding wrong ones, and at putting them right.

    A face is found if its label is not the given one; found rightly if the given one was wrong;
    put right if its label is the truth. A value without a case behind it is None.
    """

    epoch: int
    found_precision: float | None
    found_recall: float | None
    found_f1: float | None
    right_precision: float | None
    right_recall: float | None
    right_f1: float | None


def judge(epoch: int, given: Labels, current: Labels, truth: Labels) -> Judgement:
    """Judge labels by the truth; all [N], of the same faces."""
    noisy, changed = given != truth, current != given
    found, right = changed & noisy, changed & noisy & (current == truth)
    scores = [
        score
        for hits in (found, right)
        for score in _scores(_share(hits, changed), _share(hits, noisy))
    ]
    return Judgement(epoch, *scores)


def judge_epochs(
    samples: pa.Table, events: pa.Table, epochs: int, truth: Mapping[str, str]
) -> Iterator[Judgement]:
    """Judge the labels at the end of each epoch.

    Args:
        samples: face_id and given label of each face.
        events: face_id, epoch and new label of each change, in their order.
        epochs: how many there were.
        truth: face_id → true label; other faces do not count.
    """
    rows = samples.select(["face_id", "given"]).to_pylist()
    known = [row for row in rows if row["face_id"] in truth]
    place = {row["face_id"]: number for number, row in enumerate(known)}
    given = np.array([row["given"] for row in known], dtype=object)
    true = np.array([truth[row["face_id"]] for row in known], dtype=object)
    current = given.copy()
    changes = events.select(["face_id", "epoch", "new"]).to_pylist()
    for epoch in range(1, epochs + 1):
        for event in changes:
            if event["epoch"] == epoch and event["face_id"] in place:
                current[place[event["face_id"]]] = event["new"]
        yield judge(epoch, given, current, true)


def _scores(
    precision: float | None, recall: float | None
) -> tuple[float | None, float | None, float | None]:
    if precision is None or recall is None:
        return precision, recall, None
    both = precision + recall
    return precision, recall, 2 * precision * recall / both if both else 0.0


def _mean(values: npt.NDArray[np.float64]) -> float | None:
    known = values[~np.isnan(values)]
    return float(known.mean()) if len(known) else None


def _share(part: BoolArray, whole: BoolArray) -> float | None:
    return float(part.sum() / whole.sum()) if whole.any() else None
