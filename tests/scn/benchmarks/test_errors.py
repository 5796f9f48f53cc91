"""The one error of the adapters survives the trip between processes."""

import pickle
from pathlib import Path

from scn.benchmarks.errors import LayoutError


def test_an_error_says_place_problem_and_layout() -> None:
    """The message has the line where there is one."""
    error = LayoutError(Path("a/b.csv"), "class 9", "classes from 0 to 6", 12)
    assert str(error) == "a/b.csv, line 12: class 9; expected classes from 0 to 6"
    assert str(LayoutError(Path("a"), "file is missing", "a list")) == (
        "a: file is missing; expected a list"
    )


def test_an_error_crosses_a_process_boundary_unchanged() -> None:
    """A worker's error arrives with all its parts."""
    error = LayoutError(Path("a"), "b", "c", 3)
    copy = pickle.loads(pickle.dumps(error))
    assert isinstance(copy, LayoutError)
    assert (str(copy), copy.path, copy.line) == (str(error), error.path, error.line)
