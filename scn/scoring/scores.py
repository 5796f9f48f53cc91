"""How well a network names expressions, each figure with its bootstrap interval."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from scn.errors import TooFewFaces
from scn.scoring.bootstrap import Interval, interval, weights_of
from scn.scoring.calibration import calibration_error
from scn.scoring.predictions import Predictions

FloatArray = npt.NDArray[np.float64]

_CHUNK_CELLS: Final = 16_000_000


@dataclass(frozen=True, slots=True)
class Scores:
    """The scores of a network on faces.

    Attributes:
        faces: how many.
        accuracy: share of faces that are named right.
        mean_class_accuracy: mean of the recalls of the classes that have faces.
        macro_f1: mean of their F1.
        calibration_error: between how sure and how right the network is, 0 to 1.
        calibrated_error: the same, once logits are divided by the temperature.
        temperature: by which the logits are divided, chosen on validation; where faces have their
            own, the middle one.
        recalls: share of each class that is named right; classes without faces are left out.
        confusion: counts; the truth is in the rows.
    """

    faces: int
    accuracy: Interval
    mean_class_accuracy: Interval
    macro_f1: Interval
    calibration_error: Interval
    calibrated_error: Interval
    temperature: float
    recalls: dict[str, Interval]
    confusion: tuple[tuple[int, ...], ...]

    def plain(self) -> dict[str, Any]:
        """As plain values, for JSON."""
        return asdict(self)


def score(predictions: Predictions, temperature: float | FloatArray = 1.0, seed: int = 0) -> Scores:
    """Score predictions; intervals are of 1,000 resamples of people, or of faces.

    Args:
        predictions: of a test split.
        temperature: chosen on validation, see `scn.scoring.calibration`; [N] where the faces were
            shown to several networks, such as those of folds.
        seed: of the resamples.

    Raises:
        TooFewFaces: there are none.
    """
    if not len(predictions):
        raise TooFewFaces("faces to score on: 0, at least 1 is needed")
    weights = weights_of(predictions.face_ids, predictions.subjects, seed)
    one = np.ones((1, len(predictions)))
    resampled = [_figures(predictions, temperature, part) for part in _chunks(weights)]
    ((value, recall),) = [_figures(predictions, temperature, one)]
    spread = {name: np.concatenate([figures[name] for figures, _ in resampled]) for name in value}
    recalls = np.concatenate([part for _, part in resampled])
    found = {name: interval(float(v[0]), spread[name]) for name, v in value.items()}
    return Scores(
        faces=len(predictions),
        temperature=float(np.median(temperature)),
        recalls={
            name: interval(float(recall[0, number]), recalls[:, number])
            for number, name in enumerate(predictions.classes)
            if not np.isnan(recall[0, number])
        },
        confusion=tuple(tuple(int(n) for n in row) for row in _confusions(predictions, one)[0]),
        **found,
    )


def _figures(
    predictions: Predictions, temperature: float | FloatArray, weights: FloatArray
) -> tuple[dict[str, FloatArray], FloatArray]:
    """The figures for each row of weights [B, N]; and the recalls [B, C], NaN for empty classes."""
    confusions = _confusions(predictions, weights)
    hits, truth, named = (
        np.diagonal(confusions, axis1=1, axis2=2),
        confusions.sum(axis=2),
        confusions.sum(axis=1),
    )
    present = truth > 0
    recalls = np.where(present, hits / np.maximum(truth, 1), np.nan)
    f1 = np.where(present, 2 * hits / np.maximum(truth + named, 1), np.nan)
    figures = {
        "accuracy": hits.sum(axis=1) / truth.sum(axis=1),
        "mean_class_accuracy": np.nanmean(recalls, axis=1),
        "macro_f1": np.nanmean(f1, axis=1),
    }
    divisors = {"calibration_error": 1.0, "calibrated_error": temperature}
    for name, divisor in divisors.items():
        confidence = predictions.probabilities(divisor).max(axis=1)
        figures[name] = calibration_error(confidence, predictions.right, weights)
    return figures, recalls


def _confusions(predictions: Predictions, weights: FloatArray) -> FloatArray:
    """Confusion matrices [B, C, C], each face counted as often as its weight says."""
    classes = len(predictions.classes)
    pairs = predictions.truth * classes + predictions.predicted
    member = (pairs[:, None] == np.arange(classes**2)).astype(np.float64)
    confusions: FloatArray = (weights @ member).reshape(-1, classes, classes)
    return confusions


def _chunks(weights: npt.NDArray[np.int16]) -> Iterator[FloatArray]:
    """Some resamples at a time, so that memory stays bounded."""
    rows = max(1, _CHUNK_CELLS // max(weights.shape[1], 1))
    for begin in range(0, len(weights), rows):
        yield weights[begin : begin + rows].astype(np.float64)
