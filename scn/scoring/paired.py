"""Whether one network is better than another on the same faces, or only luckier.

McNemar's exact test (Psychometrika 12, 1947; exact form: a sign test of the faces that only one of
the two names right) and a bootstrap of the difference, in which both see the same resamples. Of
several comparisons some differ by chance alone: their p-values are corrected by Holm's method
(Scandinavian Journal of Statistics 6, 1979).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.stats import binomtest

from scn.errors import ClassMismatch
from scn.scoring.bootstrap import Interval, interval, weights_of
from scn.scoring.predictions import Predictions

_ALPHA: Final = 0.05


@dataclass(frozen=True, slots=True)
class Comparison:
    """How the second of two networks differs from the first, on the faces that both saw.

    Attributes:
        faces: that both saw.
        gain: accuracy of the second minus that of the first, −1 to 1.
        only_first: faces that the first alone names right.
        only_second: faces that the second alone names right.
        p_value: of McNemar's exact test; None if faces are not independent of each other, because
            people are seen more than once.
        verdict: in words, of the second; of these two networks, not of others so trained.
        resampled_p_value: how often a difference of this sign or none at all comes out the other
            way round in the resamples, twice.
        only_seen_by: faces that the first alone saw, and the second alone; they do not count.
    """

    faces: int
    gain: Interval
    only_first: int
    only_second: int
    p_value: float | None
    verdict: str
    resampled_p_value: float
    only_seen_by: tuple[int, int]


def compare_all(
    first: Predictions, others: Sequence[Predictions], seed: int = 0
) -> list[Comparison]:
    """Compare networks with the first, face by face; all p-values are corrected for their number.

    The intervals of the gains are not: each is of its own comparison alone.

    Raises:
        ClassMismatch: see `compare`.
    """
    found = [compare(first, other, seed) for other in others]
    tests = [n for n, each in enumerate(found) if each.p_value is not None]
    exact = dict(zip(tests, holm([found[n].p_value or 0.0 for n in tests]), strict=True))
    resampled = holm([each.resampled_p_value for each in found])
    return [
        replace(
            each,
            p_value=exact.get(n),
            resampled_p_value=resampled[n],
            verdict=_verdict(each.gain, exact.get(n), resampled[n]),
        )
        for n, each in enumerate(found)
    ]


def holm(p_values: Sequence[float]) -> list[float]:
    """P-values of several tests, so corrected that below 0.05 few are so by chance."""
    adjusted, largest = [0.0] * len(p_values), 0.0
    for rank, place in enumerate(sorted(range(len(p_values)), key=lambda n: p_values[n])):
        largest = max(largest, min(1.0, p_values[place] * (len(p_values) - rank)))
        adjusted[place] = largest
    return adjusted


def compare(first: Predictions, second: Predictions, seed: int = 0) -> Comparison:
    """Compare two networks face by face.

    Raises:
        ClassMismatch: they have different classes, or saw different labels of a face, or no face
            in common.
    """
    sizes = len(first), len(second)
    first, second = _same_faces(first, second)
    a, b = first.right, second.right
    weights = weights_of(first.face_ids, first.subjects, seed).astype(np.float64)
    difference = b.astype(np.float64) - a
    resampled = weights @ difference / weights.sum(axis=1)
    gain = interval(float(difference.mean()), resampled, least=-1.0)
    only_first, only_second = int((a & ~b).sum()), int((b & ~a).sum())
    p_value = None
    if not _people_repeat(first.subjects):
        differing = only_first + only_second
        p_value = float(binomtest(only_second, differing).pvalue) if differing else 1.0
    other_way = _other_way(gain.value, resampled)
    return Comparison(
        faces=len(a),
        gain=gain,
        only_first=only_first,
        only_second=only_second,
        p_value=p_value,
        verdict=_verdict(gain, p_value, other_way),
        resampled_p_value=other_way,
        only_seen_by=(sizes[0] - len(a), sizes[1] - len(a)),
    )


def _people_repeat(subjects: Sequence[str | None]) -> bool:
    known = [subject for subject in subjects if subject]
    return len(set(known)) < len(known)


def _other_way(gain: float, resampled: npt.NDArray[np.float64]) -> float:
    """The two-sided p-value of resamples, moved by their bias as the interval is."""
    moved = resampled - (resampled.mean() - gain)
    fewer = min(int((moved <= 0).sum()), int((moved >= 0).sum()))
    return min(1.0, 2 * (fewer + 1) / (len(moved) + 1))


def _same_faces(first: Predictions, second: Predictions) -> tuple[Predictions, Predictions]:
    if first.classes != second.classes:
        raise ClassMismatch(
            f"classes are {', '.join(first.classes)} and {', '.join(second.classes)}: no comparison"
        )
    both = sorted(set(first.face_ids) & set(second.face_ids))
    if not both:
        raise ClassMismatch("the two were tested on no face in common: no comparison")
    first, second = (_in_order(each, both) for each in (first, second))
    if (first.truth != second.truth).any():
        differing = int((first.truth != second.truth).sum())
        raise ClassMismatch(f"{differing} faces have different labels in the two: no comparison")
    return first, second


def _in_order(predictions: Predictions, face_ids: list[str]) -> Predictions:
    place = {face: row for row, face in enumerate(predictions.face_ids)}
    rows = np.array([place[face] for face in face_ids])
    return Predictions(
        predictions.classes,
        tuple(face_ids),
        tuple(predictions.subjects[row] for row in rows),
        predictions.truth[rows],
        predictions.logits[rows],
        predictions.importance[rows],
    )


def _verdict(gain: Interval, p_value: float | None, resampled: float) -> str:
    """What the figures mean; larger than chance only if every test says so."""
    said = [p < _ALPHA for p in (p_value, resampled) if p is not None]
    if all(said):
        return f"{'better' if gain.value > 0 else 'worse'}, by more than chance explains"
    if any(said):
        return "undecided: one test calls the difference larger than chance, the other does not"
    return "no difference larger than chance"
