"""Whether a network is as sure as it is right: expected calibration error, and the temperature.

Both follow Guo et al., On Calibration of Modern Neural Networks, ICML 2017
(https://arxiv.org/abs/1706.04599): fifteen bins of equal width, and one number by which all logits
are divided, chosen on validation.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax

from scn.scoring.predictions import Predictions

FloatArray = npt.NDArray[np.float64]

BINS: Final = 15
_COLDEST, _HOTTEST = 0.05, 20.0


@dataclass(frozen=True, slots=True)
class Reliability:
    """The bins of a reliability diagram, each over an equal part of 0 to 1.

    Attributes:
        faces: int64 [bins], how many faces fall into each.
        confidence: float64 [bins], their mean probability of the predicted class; NaN if empty.
        accuracy: float64 [bins], the share that is right; NaN if empty.
    """

    faces: npt.NDArray[np.int64]
    confidence: FloatArray
    accuracy: FloatArray


def calibration_error(
    confidence: FloatArray, right: npt.NDArray[np.bool_], weights: FloatArray
) -> FloatArray:
    """Expected calibration error, one for each row of weights.

    Args:
        confidence: [N], probability of the predicted class.
        right: bool [N], whether it is the label.
        weights: [B, N], how often each face counts; rows must not be all 0.

    Returns:
        float64 [B].
    """
    member = _bins(confidence)[:, None] == np.arange(BINS)
    excess = weights @ (member * (confidence - right)[:, None])
    error: FloatArray = np.abs(excess).sum(axis=1) / weights.sum(axis=1)
    return error


def reliability(predictions: Predictions, temperature: float | FloatArray = 1.0) -> Reliability:
    """The bins of a reliability diagram, of logits over a temperature, or one for each face [N]."""
    confidence = predictions.probabilities(temperature).max(axis=1)
    bins = _bins(confidence)
    faces = np.bincount(bins, minlength=BINS)
    sums = [np.bincount(bins, w, BINS) for w in (confidence, predictions.right.astype(np.float64))]
    shares = [np.where(faces > 0, total / np.maximum(faces, 1), np.nan) for total in sums]
    return Reliability(faces.astype(np.int64), *shares)


def temperature_of(predictions: Predictions) -> float:
    """The temperature at which the labels are most probable, within 0.05 to 20."""
    logits = predictions.logits.astype(np.float64)
    rows = np.arange(len(predictions))

    def loss(log_temperature: float) -> float:
        scaled = log_softmax(logits / np.exp(log_temperature), axis=1)
        return float(-scaled[rows, predictions.truth].mean())

    bounds = (float(np.log(_COLDEST)), float(np.log(_HOTTEST)))
    found = minimize_scalar(loss, bounds=bounds, method="bounded")
    return float(np.exp(found.x))


def _bins(confidence: FloatArray) -> npt.NDArray[np.int64]:
    return np.minimum((confidence * BINS).astype(np.int64), BINS - 1)
