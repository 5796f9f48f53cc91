"""Corrections are counted as defined."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import precision_recall_fscore_support

from scn.label_audit import audit, judge, judge_epochs

_importance = st.none() | st.floats(0, 1, width=32)
_row = st.tuples(*[st.sampled_from("abc")] * 3, _importance, st.booleans())


@given(rows=st.lists(_row, min_size=1, max_size=30))
def test_the_audit_counts_what_it_says(
    rows: list[tuple[str, str, str, float | None, bool]],
) -> None:
    """Precision, recall and means agree with counting by hand; unknown truths are left out."""
    samples = pa.table(
        {
            "face_id": [str(number) for number in range(len(rows))],
            "given": [row[0] for row in rows],
            "current": [row[1] for row in rows],
            "importance": pa.array([row[3] for row in rows], pa.float32()),
        }
    )
    known = [row for row in rows if row[4]]
    result = audit(samples, {str(n): row[2] for n, row in enumerate(rows) if row[4]})
    noisy = [row for row in known if row[0] != row[2]]
    changed = [row for row in known if row[1] != row[0]]
    right = [row for row in changed if row[1] == row[2]]
    assert (result.faces, result.noisy, result.relabelled, result.corrected) == (
        len(known),
        len(noisy),
        len(changed),
        len(right),
    )
    assert result.precision == (len(right) / len(changed) if changed else None)
    assert result.recall == (len(right) / len(noisy) if noisy else None)
    clean = [row for row in known if row[0] == row[2]]
    for found, group in ((result.importance_noisy, noisy), (result.importance_clean, clean)):
        seen = [row[3] for row in group if row[3] is not None]
        assert found == (pytest.approx(sum(seen) / len(seen)) if seen else None)


@given(rows=st.lists(st.tuples(*[st.sampled_from("abc")] * 3), min_size=1, max_size=40))
def test_finding_is_scored_as_scikit_learn_does(rows: list[tuple[str, str, str]]) -> None:
    """Wrong labels are the positives, changed ones the predictions."""
    given, current, truth = (np.array(column, object) for column in zip(*rows, strict=True))
    found = judge(1, given, current, truth)
    noisy, changed = given != truth, current != given
    precision, recall, f1, _ = precision_recall_fscore_support(
        noisy, changed, average="binary", pos_label=True, zero_division=0.0
    )
    assert (found.found_precision or 0) == pytest.approx(precision)
    assert (found.found_recall or 0) == pytest.approx(recall)
    assert (found.found_f1 or 0) == pytest.approx(f1)
    assert (found.right_precision or 0) <= (found.found_precision or 0)
    assert (found.right_recall or 0) <= (found.found_recall or 0)


def test_each_epoch_is_judged_by_the_labels_at_its_end() -> None:
    """A change counts from its epoch on, and one that is undone no longer."""
    samples = pa.table({"face_id": ["1", "2", "3", "4"], "given": ["a", "b", "a", "a"]})
    events = pa.table(
        {
            "face_id": ["1", "2", "2", "unknown"],
            "epoch": [1, 2, 3, 1],
            "new": ["b", "a", "b", "b"],
        }
    )
    truth = {"1": "b", "2": "b", "3": "a", "4": "b"}
    first, second, third = judge_epochs(samples, events, 3, truth)
    assert (first.found_precision, first.found_recall) == (1.0, 0.5)
    assert (first.right_precision, first.right_recall) == (1.0, 0.5)
    assert (second.found_precision, second.right_precision) == (0.5, 0.5)
    assert third.found_precision == 1.0
    assert third.found_f1 == pytest.approx(2 / 3)
