"""Scores agree with scikit-learn and with counting; intervals hold what they should."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import accuracy_score, balanced_accuracy_score, confusion_matrix, f1_score

from scn.errors import ClassMismatch, TooFewFaces
from scn.scoring.predictions import Predictions, joined, read, write
from scn.scoring.scores import score
from tests.scn.scoring.answers import CLASSES, answers


@settings(max_examples=25)
@given(faces=st.integers(1, 120), seed=st.integers(0, 10_000), skill=st.floats(0, 4))
def test_figures_are_those_of_scikit_learn(faces: int, seed: int, skill: float) -> None:
    """Accuracy, balanced accuracy, macro F1 over the classes that occur, and confusion."""
    made = answers(faces, seed=seed, skill=skill)
    found, truth, named = score(made), made.truth, made.predicted
    present = sorted(set(truth.tolist()))
    assert found.accuracy.value == pytest.approx(accuracy_score(truth, named))
    recalls = [found.recalls[CLASSES[number]].value for number in present]
    assert found.mean_class_accuracy.value == pytest.approx(np.mean(recalls))
    if len(present) > 1 and set(named.tolist()) <= set(present):
        assert np.mean(recalls) == pytest.approx(balanced_accuracy_score(truth, named))
    expected = f1_score(truth, named, labels=present, average="macro", zero_division=0)
    assert found.macro_f1.value == pytest.approx(expected)
    assert found.confusion == tuple(map(tuple, confusion_matrix(truth, named, labels=range(4))))
    assert set(found.recalls) == {CLASSES[number] for number in present}


def test_intervals_hold_the_accuracy_of_the_population_about_as_often_as_they_say() -> None:
    """Of 200 samples of a known population, 95 % hold its accuracy, and so of its calibration."""
    whole = answers(200_000, seed=1)
    accuracy = whole.right.mean()
    held = []
    for number in range(200):
        part = whole.only(np.isin(np.arange(len(whole)), range(number * 300, number * 300 + 300)))
        found = score(part).accuracy
        held.append(found.low <= accuracy <= found.high)
    # 0.95 ± 3.5 standard deviations of 200 draws.
    assert 0.895 <= np.mean(held) <= 1.0


def test_faces_of_the_same_people_make_intervals_wider() -> None:
    """Ten people, all of whose faces are right or wrong together, say less than their faces."""
    made = answers(300, people=10)
    logits = np.zeros_like(made.logits)
    wrong = (np.arange(300) % 10 < 4) * 1
    logits[np.arange(300), (made.truth + wrong) % len(CLASSES)] = 5
    named = Predictions(CLASSES, made.face_ids, made.subjects, made.truth, logits, made.importance)
    unnamed = Predictions(
        CLASSES, made.face_ids, (None,) * 300, made.truth, logits, made.importance
    )
    with_people, without = score(named).accuracy, score(unnamed).accuracy
    assert with_people.value == without.value == pytest.approx(0.6)
    assert with_people.high - with_people.low > 2 * (without.high - without.low)


def test_the_same_faces_in_another_order_have_the_same_scores() -> None:
    """Nothing depends on the order in which faces were read."""
    made = answers(80)
    order = np.random.default_rng(3).permutation(80)
    turned = Predictions(
        CLASSES,
        tuple(made.face_ids[n] for n in order),
        tuple(made.subjects[n] for n in order),
        made.truth[order],
        made.logits[order],
        made.importance[order],
    )
    for name in ("accuracy", "mean_class_accuracy", "macro_f1", "calibration_error"):
        one, other = (getattr(score(each), name) for each in (made, turned))
        assert (one.value, one.low, one.high) == pytest.approx((other.value, other.low, other.high))


def test_faces_of_several_networks_are_calibrated_each_by_its_own_temperature() -> None:
    """As if the logits of each had been divided before; accuracy is not touched."""
    one, other = answers(2000, skill=2), answers(2000, skill=2, seed=1)
    hot = Predictions(
        CLASSES, other.face_ids, other.subjects, other.truth, other.logits * 5, other.importance
    )
    temperatures = np.repeat([1.0, 5.0], 2000)
    found = score(joined([one, hot]), temperatures)
    assert found.calibrated_error.value == pytest.approx(
        score(joined([one, other])).calibration_error.value, abs=1e-6
    )
    assert found.accuracy == score(joined([one, hot])).accuracy


def test_no_faces_are_refused() -> None:
    """There is nothing to score."""
    with pytest.raises(TooFewFaces, match="at least 1"):
        score(answers(5).only(np.zeros(5, np.bool_)))


@pytest.mark.parametrize("people", [None, 3])
def test_predictions_are_read_as_they_were_written(tmp_path: Path, people: int | None) -> None:
    """All columns and the classes come back."""
    made = answers(17, people=people)
    write(made, tmp_path / "deep" / "test.parquet")
    found = read(tmp_path / "deep" / "test.parquet")
    assert (found.classes, found.face_ids, found.subjects) == (
        made.classes,
        made.face_ids,
        made.subjects,
    )
    for name in ("truth", "logits", "importance"):
        np.testing.assert_array_equal(getattr(found, name), getattr(made, name))


def test_a_file_that_is_none_is_refused(tmp_path: Path) -> None:
    """The message names the file."""
    (tmp_path / "x.parquet").write_bytes(b"PAR1 nothing")
    with pytest.raises(ValueError, match=r"x\.parquet is no file of predictions"):
        read(tmp_path / "x.parquet")


def test_among_fewer_classes_the_others_are_unknown() -> None:
    """Faces of other classes are left out, and no face is called by another class."""
    made = answers(200)
    kept = made.among(("sad", "happy"))
    assert kept.classes == ("sad", "happy")
    expected = [CLASSES[t] for t in made.truth if CLASSES[t] in ("sad", "happy")]
    assert [kept.classes[t] for t in kept.truth] == expected
    rows = [n for n, t in enumerate(made.truth) if CLASSES[t] in ("sad", "happy")]
    np.testing.assert_array_equal(kept.logits, made.logits[rows][:, [2, 1]])


def test_folds_are_joined_face_by_face_and_only_of_the_same_classes() -> None:
    """Nothing is lost, and classes in another order are refused."""
    one, other = answers(7), answers(5, seed=1)
    both = joined([one, other])
    assert len(both) == 12
    np.testing.assert_array_equal(both.logits[7:], other.logits)
    with pytest.raises(ClassMismatch, match="differ"):
        joined([one, other.among(("happy", "neutral", "sad", "anger"))])
