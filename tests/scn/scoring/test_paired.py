"""Comparisons agree with an independent test, and call chance chance."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom

from scn.errors import ClassMismatch
from scn.scoring.paired import compare, compare_all, holm
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


def test_people_who_are_seen_once_each_are_independent_of_each_other() -> None:
    """Names alone change nothing."""
    first, second = _with_skill(1, 5, people=600), _with_skill(2, 6, people=600)
    assert compare(first, second).p_value == compare(_with_skill(1, 5), _with_skill(2, 6)).p_value


def test_only_faces_that_both_saw_count() -> None:
    """And how many did not."""
    first, second = _with_skill(1, 5), _with_skill(2, 6)
    part = second.only(np.arange(600) % 3 == 0)
    found = compare(first, part)
    assert (found.faces, found.only_seen_by) == (200, (400, 0))


@given(st.lists(st.floats(0, 1), max_size=8))
def test_p_values_are_corrected_as_holm_says(p_values: list[float]) -> None:
    """By the closed testing principle: the largest of Bonferroni's over all sets that hold it."""
    found = holm(p_values)
    for number in range(len(p_values)):
        sets = (
            [p_values[n] for n in chosen]
            for size in range(1, len(p_values) + 1)
            for chosen in combinations(range(len(p_values)), size)
            if number in chosen
        )
        assert found[number] == pytest.approx(max(min(1.0, len(s) * min(s)) for s in sets))


def test_of_many_comparisons_few_are_called_larger_than_chance() -> None:
    """Twenty networks of one skill beside another: alone, some would be called better or worse."""
    first = _with_skill(1, 101)
    others = [_with_skill(1, n) for n in range(2220, 2240)]
    alone = [compare(first, other) for other in others]
    together = compare_all(first, others)
    assert any("by more" in each.verdict for each in alone)
    assert not any("by more" in each.verdict for each in together)
    assert [each.p_value for each in together] == holm([each.p_value or 0.0 for each in alone])
    assert [each.gain for each in alone] == [each.gain for each in together]


@pytest.mark.parametrize("people", [None, 60])
def test_a_clear_gain_stays_one_among_several(people: int | None) -> None:
    """With p-values of faces, and where people repeat, of resamples alone."""
    others = [_with_skill(skill, n + 6, people=people) for n, skill in enumerate((1, 2.5, 1))]
    found = compare_all(_with_skill(1, 5, people=people), others)
    assert ["better, by more" in each.verdict for each in found] == [False, True, False]
    assert compare_all(others[0], others[1:2]) == [compare(others[0], others[1])]


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
