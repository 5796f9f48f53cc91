"""Label files as lines, whatever system or editor wrote them."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scn.benchmarks.errors import LayoutError
from scn.benchmarks.lines import read_csv, read_lines
from tests.scn.benchmarks.copies import put

PLAIN = st.text(st.characters(exclude_characters="\r\n", codec="utf-8"), min_size=1)


@given(
    lines=st.lists(PLAIN.filter(lambda line: line.strip() and not line.startswith("\ufeff"))),
    end=st.sampled_from(["\n", "\r\n", "\n\n"]),
    mark=st.sampled_from([b"", b"\xef\xbb\xbf"]),
)
def test_lines_come_back_with_their_numbers(
    lines: list[str], end: str, mark: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Line ends, blank lines and a byte order mark change neither text nor numbers."""
    text = end.join(["first", *lines])
    path = put(tmp_path_factory.mktemp("lines") / "a.txt", mark + text.encode())
    numbers, found = zip(*read_lines(path, expected="x"), strict=True)
    assert list(found) == ["first", *lines]
    assert list(numbers) == [1 + number * end.count("\n") for number in range(len(found))]


@given(data=st.binary(max_size=300))
def test_any_bytes_give_rows_of_the_wanted_width_or_a_layout_error(
    data: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Nothing but LayoutError comes out of a broken file."""
    path = put(tmp_path_factory.mktemp("lines") / "a.csv", data)
    try:
        rows = list(read_csv(path, columns=(1, 3), expected="x"))
    except LayoutError:
        return
    assert all(len(fields) in (1, 3) for _, fields in rows)


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    """A download that failed leaves an empty file, which is no label file."""
    with pytest.raises(LayoutError, match="file is empty; expected a list"):
        list(read_lines(put(tmp_path / "a", b""), expected="a list"))


def test_a_line_without_end_takes_no_memory(tmp_path: Path) -> None:
    """A file of one endless line is given up after the longest line allowed."""
    path = tmp_path / "a"
    with path.open("wb") as file:
        file.truncate(2**40)
    with pytest.raises(LayoutError, match="line 1: line is too long"):
        list(read_lines(path, expected="x"))
