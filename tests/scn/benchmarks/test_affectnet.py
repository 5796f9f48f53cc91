"""AffectNet's two layouts are told apart, and both read the same way twice."""

from collections.abc import Callable
from pathlib import Path

import pytest

from scn.benchmarks.errors import LayoutError
from tests.scn.benchmarks.copies import affectnet_csv, affectnet_npy, read_all


def test_no_layout_and_two_layouts_are_both_refused(tmp_path: Path) -> None:
    """The folder must hold exactly one of the two layouts, and the message describes both."""
    with pytest.raises(LayoutError, match=r"no AffectNet layout; .*training\.csv.*train_set"):
        read_all("affectnet", tmp_path)
    affectnet_csv(tmp_path)
    affectnet_npy(tmp_path)
    with pytest.raises(LayoutError, match="both layouts in one folder"):
        read_all("affectnet", tmp_path)


@pytest.mark.parametrize("copy", [affectnet_csv, affectnet_npy])
def test_a_second_reading_gives_the_same_keys_and_rows(
    tmp_path: Path, copy: Callable[[Path], Path]
) -> None:
    """Reading is a pure function of the files, in both layouts."""
    copy(tmp_path)
    assert read_all("affectnet", tmp_path) == read_all("affectnet", tmp_path)
