"""A label file as numbered lines of text, however broken the file is."""

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path

from scn.benchmarks.errors import LayoutError

_MAX_LINE_BYTES = 65_536


def read_lines(path: Path, *, expected: str) -> Iterator[tuple[int, str]]:
    """Yield each line that is not blank with its number from 1.

    Args:
        path: a UTF-8 text file, with or without a byte order mark.
        expected: the file's layout in words, for the error message.

    Raises:
        LayoutError: if the file is missing or holds nothing but blanks, is no text, or has a line
            beyond 65,536 bytes.
    """
    if not path.is_file():
        raise LayoutError(path, "file is missing", expected)
    number, blank = 0, True
    with path.open("rb") as file:
        while data := file.readline(_MAX_LINE_BYTES + 1):
            number += 1
            if len(data) > _MAX_LINE_BYTES:
                raise LayoutError(path, "line is too long", expected, number)
            try:
                line = data.decode("utf-8-sig" if number == 1 else "utf-8")
            except UnicodeDecodeError as error:
                raise LayoutError(path, "not UTF-8 text", expected, number) from error
            if line.strip():
                blank = False
                yield number, line.rstrip("\r\n")
    if blank:
        raise LayoutError(path, "file is empty", expected)


def read_csv(
    path: Path, *, columns: Sequence[int], expected: str
) -> Iterator[tuple[int, list[str]]]:
    """Yield the line number and the stripped fields of each row of a comma-separated file.

    Args:
        path: as in ``read_lines``.
        columns: the numbers of columns allowed.
        expected: as in ``read_lines``.

    Raises:
        LayoutError: as ``read_lines``, and if a row has another number of columns.
    """
    for number, line in read_lines(path, expected=expected):
        try:
            fields = next(csv.reader([line], strict=True))
        except csv.Error as error:
            raise LayoutError(path, f"malformed quotes ({error})", expected, number) from error
        if len(fields) not in columns:
            problem = f"{len(fields)} columns instead of {' or '.join(map(str, columns))}"
            raise LayoutError(path, problem, expected, number)
        yield number, [field.strip() for field in fields]
