"""Comparisons agree with an independent test, and call chance chance."""

import numpy as np
import pytest
from scipy.stats import binom

from scn.errors import ClassMismatch
from scn.scoring.paired import compare
from scn.scoring.predictions import Predictions
from tests.scn.scoring.answers import CLASSES, answers


def _with_skill(
    skill: float, seed: int, faces: int = 600, people: int | None = None
) -> Predictions:
    """The same faces and labels, answered anew."""
    made, other = answers(faces, people=people), answers(faces, seed=seed, skill=0)
    logits = other.logits.copy()
    logits[np.arange(faces), made.truth] += skill
    return Predictions(CLASSES, made.face_ids, made.subjects, made.truth, logits, made.importance)


def test_a_clear_gain_is_larger_than_chance_and_its_p_value_that_of_a_sign_test() -> None:
    """The p-value is summed from binomial probabilities here."""
    first, second = _with_skill(1, 5), _with_skill(2, 6)
    found = compare(first, second)
    n, k = found.only_first + found.only_second, min(found.only_first, found.only_second)
    assert found.p_value == pytest.approx(min(1.0, 2 * binom.cdf(k, n, 0.5)))
    assert found.gain.low > 0
    assert "better, by more" in found.verdict
    assert found.gain.value == pytest.approx(second.right.mean() - first.right.mean())
    back = compare(second, first)
    assert back.gain.value == pytest.approx(-found.gain.value)
    assert "worse, by more" in back.verdict


def test_of_networks_of_equal_skill_few_are_called_better() -> None:
    """Of 100 pairs, about five differ by chance alone; both tests must say so."""
    called = [
        "by more" in compare(_with_skill(1, 2 * n), _with_skill(1, 2 * n + 1)).verdict
        for n in range(100)
    ]
    assert sum(called) <= 12


def test_a_network_does_not_differ_from_itself() -> None:
    found = compare(answers(50), answers(50))
    assert (found.gain.value, found.p_value) == (0, 1.0)
    assert found.verdict == "no difference larger than chance"


def test_where_people_are_seen_more_than_once_there_is_no_p_value_of_faces() -> None:
    """McNemar's test takes faces for independent."""
    assert compare(_with_skill(1, 5, people=7), _with_skill(2, 6, people=7)).p_value is None


def test_only_faces_that_both_saw_count() -> None:
    first, second = _with_skill(1, 5), _with_skill(2, 6)
    part = second.only(np.arange(600) % 2 == 0)
    assert compare(first, part).faces == 300


def test_what_cannot_be_compared_is_refused() -> None:
    """Other classes, other labels, other faces."""
    first = answers(20)
    with pytest.raises(ClassMismatch, match="classes are"):
        compare(first, first.among(("sad", "happy")))
    with pytest.raises(ClassMismatch, match="different labels"):
        compare(first, answers(20, seed=4))
    half = np.arange(20) < 10
    with pytest.raises(ClassMismatch, match="no face in common"):
        compare(first.only(half), first.only(~half))
