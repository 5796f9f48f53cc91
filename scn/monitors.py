"""What goes wrong in SCN without a word: measured in every epoch, with an alarm in plain words.

Users of the published code report importance that ends at 1 for all faces (issues 32 and 77), a
rank loss that is always 0 (issue 3), and runs that collapse once labels change (issue 60).
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

Int64Array = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float32]

BINS: Final = 10
"""Bins of the importance histograms, equal parts of 0 to 1."""
_TO: Final = " → "
_SATURATED: Final = 0.99
_MOST_SATURATED: Final = 0.9
_MOST_CHANGED: Final = 0.1
_MOST_UNDONE: Final = 0.3
_MOST_UNIMPORTANT: Final = 0.9
_MOST_INTO_ONE: Final = 0.8
# Fewer faces of a class, or changes of labels, than these say nothing of a share.
_LEAST_FACES: Final = 10
_LEAST_CHANGES: Final = 20
_COLLAPSE: Final = 0.1


@dataclass(frozen=True, slots=True)
class Alarm:
    """Something that wants a person's look: its name, and what it means and what to change."""

    name: str
    message: str


@dataclass(frozen=True, slots=True)
class Findings:
    """What an epoch shows.

    Attributes:
        importance_bins: by class, how many faces lie in each tenth of the importance.
        saturated: share of the faces whose importance is above 0.99.
        rank_inactive: share of the steps in which the rank loss was 0.
        flips: "old → new" → how many labels changed so in this epoch.
        undone: changes of this epoch that gave a face its given label back.
        changed: share of the faces whose label changed in this epoch.
    """

    importance_bins: dict[str, list[int]]
    saturated: float
    rank_inactive: float
    flips: dict[str, int]
    undone: int
    changed: float


def look(
    classes: Sequence[str],
    given: Int64Array,
    importance: FloatArray,
    events: Sequence[dict[str, Any]],
    rank_inactive: float,
) -> Findings:
    """Measure an epoch.

    Args:
        classes: names by class index.
        given: [N], the given labels.
        importance: [N]; NaN for a face that was not seen.
        events: the epoch's changes of labels.
        rank_inactive: share of the steps whose rank loss was 0.
    """
    seen = ~np.isnan(importance)
    bins = {
        name: np.histogram(importance[seen & (given == number)], BINS, (0, 1))[0].tolist()
        for number, name in enumerate(classes)
    }
    flips = Counter(f"{classes[event['old']]}{_TO}{classes[event['new']]}" for event in events)
    return Findings(
        importance_bins=bins,
        saturated=float((importance[seen] > _SATURATED).mean()) if seen.any() else 0.0,
        rank_inactive=rank_inactive,
        flips=dict(flips.most_common()),
        undone=sum(bool(event["new"] == given[event["index"]]) for event in events),
        changed=len(events) / max(len(given), 1),
    )


def alarms(findings: Findings, accuracies: Sequence[float], *, ranked: bool) -> list[Alarm]:
    """What wants a look.

    Args:
        findings: of the epoch.
        accuracies: on validation, of all epochs up to this one.
        ranked: whether the method ranks faces by importance; else that is not looked at.
    """
    found = [_fallen(accuracies), *_of_labels(findings), _into_one(findings)]
    if ranked:
        found += [_saturated(findings), _unimportant(findings), _inactive(findings)]
    return [alarm for alarm in found if alarm]


def _saturated(findings: Findings) -> Alarm | None:
    if findings.saturated <= _MOST_SATURATED:
        return None
    return Alarm(
        "importance saturated",
        f"{findings.saturated:.0%} of the faces have an importance above {_SATURATED}: it no longer"
        " tells faces apart. Raise rank_margin or rank_loss_weight, or lower the learning rate.",
    )


def _unimportant(findings: Findings) -> Alarm | None:
    """Of classes whose faces are nearly all in the lowest bin."""
    bins = {n: b for n, b in findings.importance_bins.items() if sum(b) >= _LEAST_FACES}
    lost = [name for name, counts in bins.items() if counts[0] > _MOST_UNIMPORTANT * sum(counts)]
    if not lost:
        return None
    whose = "all classes" if len(lost) == len(bins) else ", ".join(lost)
    return Alarm(
        "importance lost",
        f"Nearly all faces of {whose} have an importance below {1 / BINS}: hardly anything is"
        " learned from them. If it is one class, look whether its labels are right (`webemotion"
        " labels audit`); else lower rank_loss_weight, rank_margin or the learning rate, or set"
        " importance_weighting to false.",
    )


def _inactive(findings: Findings) -> Alarm | None:
    if findings.rank_inactive < 1:
        return None
    return Alarm(
        "rank loss inactive",
        "The rank loss was 0 in every step: the gap of the groups exceeds rank_margin, and nothing"
        " orders the faces any more. Raise rank_margin, unless importance is spread well.",
    )


def _of_labels(findings: Findings) -> list[Alarm]:
    found, changes = [], sum(findings.flips.values())
    if findings.changed > _MOST_CHANGED:
        found.append(
            Alarm(
                "many labels changed",
                f"{findings.changed:.0%} of the labels changed in one epoch. If the accuracy falls"
                " from here on, lower relabel_limit, set relabel_confirmations to 2, or relabel"
                " later (relabel_from_epoch).",
            )
        )
    if findings.undone > _MOST_UNDONE * changes:
        found.append(
            Alarm(
                "changes undone",
                f"{findings.undone} of {changes} changes gave a face its given label back: labels"
                " oscillate. Set relabel_confirmations to 2, or relabel_changes to 1.",
            )
        )
    return found


def _into_one(findings: Findings) -> Alarm | None:
    """Of changes that end, nearly all, in the same class, where there are more than two."""
    ends: Counter[str] = Counter()
    for pair, count in findings.flips.items():
        ends[pair.rpartition(_TO)[2]] += count
    total = ends.total()
    if total < _LEAST_CHANGES or len(findings.importance_bins) < 3:
        return None
    (name, count), *_ = ends.most_common(1)
    if count <= _MOST_INTO_ONE * total:
        return None
    often = next(pair for pair in findings.flips if pair.endswith(_TO + name))
    return Alarm(
        "one class takes over",
        f"{count} of {total} changes made a face {name}, most often {often}:"
        " the network may call everything so of which it is unsure. Look at those faces"
        " (`webemotion labels audit`); if they are wrong, raise relabel_margin, lower"
        " relabel_limit, or set balanced to true.",
    )


def _fallen(accuracies: Sequence[float]) -> Alarm | None:
    if not accuracies or accuracies[-1] >= max(accuracies) - _COLLAPSE:
        return None
    return Alarm(
        "accuracy fell",
        f"Validation accuracy is {accuracies[-1]:.3f}, and was {max(accuracies):.3f}. If labels"
        " change, this may be the collapse that this can cause: undo them (`webemotion labels"
        " undo`), and go on from an earlier checkpoint with brakes (relabel_limit,"
        " relabel_confirmations).",
    )
