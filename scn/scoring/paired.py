"""Whether one network is better than another on the same faces, or only luckier.

McNemar's exact test (Psychometrika 12, 1947; exact form: a sign test of the faces that only one of
the two names right) and a bootstrap of the difference, in which both see the same resamples.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
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
        verdict: in words, of the second.
    """

    faces: int
    gain: Interval
    only_first: int
    only_second: int
    p_value: float | None
    verdict: str


def compare(first: Predictions, second: Predictions, seed: int = 0) -> Comparison:
    """Compare two networks face by face.

    Raises:
        ClassMismatch: they have different classes, or saw different labels of a face, or no face
            in common.
    """
    first, second = _same_faces(first, second)
    a, b = first.right, second.right
    weights = weights_of(first.face_ids, first.subjects, seed).astype(np.float64)
    difference = b.astype(np.float64) - a
    resampled = weights @ difference / weights.sum(axis=1)
    gain = interval(float(difference.mean()), resampled, least=-1.0)
    only_first, only_second = int((a & ~b).sum()), int((b & ~a).sum())
    p_value = None
    if not any(first.subjects):
        differing = only_first + only_second
        p_value = float(binomtest(only_second, differing).pvalue) if differing else 1.0
    return Comparison(len(a), gain, only_first, only_second, p_value, _verdict(gain, p_value))


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


def _verdict(gain: Interval, p_value: float | None) -> str:
    """What the figures mean; larger than chance only if every test says so."""
    beyond = gain.low > 0 or gain.high < 0
    if beyond and (p_value is None or p_value < _ALPHA):
        return f"{'better' if gain.value > 0 else 'worse'}, by more than chance explains"
    if beyond or (p_value is not None and p_value < _ALPHA):
        return "undecided: one test calls the difference larger than chance, the other does not"
    return "no difference larger than chance"
