"""Calibration agrees with counting bins, and the temperature is the most probable one."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import log_softmax

from scn.scoring.calibration import BINS, calibration_error, reliability, temperature_of
from scn.scoring.predictions import Predictions
from tests.scn.scoring.answers import CLASSES, answers


@given(faces=st.integers(1, 200), seed=st.integers(0, 1000))
def test_the_error_is_that_of_counting_bin_by_bin(faces: int, seed: int) -> None:
    """Σ over bins of share times |accuracy − confidence|, as the paper defines it."""
    made = answers(faces, seed=seed)
    confidence = made.probabilities().max(axis=1)
    expected = 0.0
    for number in range(BINS):
        low, high = number / BINS, (number + 1) / BINS
        rows = [n for n, c in enumerate(confidence) if low <= c < high or (c == 1 == high)]
        if rows:
            gap = np.mean(made.right[rows]) - np.mean(confidence[rows])
            expected += len(rows) / faces * abs(gap)
    found = calibration_error(confidence, made.right, np.ones((1, faces)))
    assert found[0] == pytest.approx(expected)


def test_the_temperature_makes_labels_most_probable() -> None:
    """No temperature of a fine grid gives the labels a higher likelihood."""
    made = answers(400, skill=2)
    hot = Predictions(
        CLASSES, made.face_ids, made.subjects, made.truth, made.logits * 4, made.importance
    )
    found = temperature_of(hot)

    def likelihood(temperature: float) -> float:
        logits = log_softmax(hot.logits.astype(np.float64) / temperature, axis=1)
        return float(logits[np.arange(400), hot.truth].mean())

    best = max(np.geomspace(0.1, 10, 400), key=likelihood)
    assert likelihood(found) >= likelihood(float(best)) - 1e-6


def test_a_network_that_is_too_sure_is_cured_by_its_temperature() -> None:
    """Logits times four, whose right scale another sample finds, lose most of their error."""
    made, other = answers(4000, skill=2), answers(4000, skill=2, seed=9)
    hot, validation = (
        Predictions(CLASSES, p.face_ids, p.subjects, p.truth, p.logits * 4, p.importance)
        for p in (made, other)
    )
    before, after = (
        calibration_error(
            hot.probabilities(temperature).max(axis=1), hot.right, np.ones((1, 4000))
        )[0]
        for temperature in (1.0, temperature_of(validation))
    )
    assert after < before / 3


def test_the_diagram_counts_every_face_once() -> None:
    """Bins hold all faces, and their accuracies weigh up to the whole."""
    made = answers(500)
    found = reliability(made)
    assert found.faces.sum() == 500
    total = np.nansum(found.accuracy * found.faces)
    assert total / 500 == pytest.approx(made.right.mean())
