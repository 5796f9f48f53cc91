"""Corrections are counted as defined."""

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scn.label_audit import audit

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
