"""The images of FER2013, which live as text in one comma-separated file.

Source: https://www.kaggle.com/c/challenges-in-representation-learning-facial-expression-recognition-challenge
(`fer2013.csv`: emotion, 2,304 grey values of 48 x 48 pixels, usage).
"""

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Final

import numpy as np

from scn.benchmarks.errors import LayoutError
from scn.benchmarks.images import encode_png
from scn.benchmarks.lines import read_csv
from scn.emotions import FER2013, ClassOrder

FILE: Final = "fer2013.csv"
SIDE_PX: Final = 48
SPLITS: Final = {"Training": "train", "PublicTest": "validation", "PrivateTest": "test"}
"""The column usage → the split."""

_HEADER = ["emotion", "pixels", "Usage"]
_GREY_VALUES = {str(value): value for value in range(256)}  # a look-up is faster than int()
_EXPECTED = f"{','.join(_HEADER)} with {SIDE_PX * SIDE_PX} values from 0 to 255 in pixels"


def read_splits(path: Path) -> list[str]:
    """Check every row and return the split of each, in the file's order."""
    return [split for split, _, _ in _read_rows(path)]


def read_labels(path: Path, order: ClassOrder = FER2013) -> Iterator[tuple[str, str]]:
    """Check every row, and give the split and the emotion of each, in the file's order."""
    for split, code, _ in _read_rows(path):
        yield split, order.emotions[code]


def read_images(path: Path, rows: Collection[int]) -> Iterator[tuple[int, bytes]]:
    """Yield (row from 0, PNG) of the wanted rows, in the file's order."""
    for row, (_, _, pixels) in enumerate(_read_rows(path)):
        if row in rows:
            yield row, encode_png(np.frombuffer(pixels, np.uint8).reshape(SIDE_PX, SIDE_PX))


def _read_rows(path: Path) -> Iterator[tuple[str, int, bytes]]:
    rows = read_csv(path, columns=(len(_HEADER),), expected=_EXPECTED)
    line, header = next(rows, (1, []))
    if header != _HEADER:
        raise LayoutError(path, f"header {','.join(header)!r}", _EXPECTED, line)
    for line, (code, pixels, usage) in rows:
        if code not in map(str, FER2013.emotions):
            raise LayoutError(path, f"class {code!r}", "classes from 0 to 6", line)
        if usage not in SPLITS:
            raise LayoutError(path, f"usage {usage!r}", f"one of {', '.join(SPLITS)}", line)
        yield SPLITS[usage], int(code), _parse_pixels(path, pixels, line)


def _parse_pixels(path: Path, text: str, line: int) -> bytes:
    try:
        pixels = bytes(map(_GREY_VALUES.__getitem__, text.split()))
    except KeyError as error:
        raise LayoutError(path, f"pixel value {error}", _EXPECTED, line) from error
    if len(pixels) != SIDE_PX * SIDE_PX:
        raise LayoutError(path, f"{len(pixels)} pixels", _EXPECTED, line)
    return pixels
