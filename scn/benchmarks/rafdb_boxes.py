"""Where RAF-DB says the face is in an original image: ``train_00001_boundingbox.txt``.

Four numbers: left, top, right and bottom in pixels. Not every copy has these files.
"""

import math
from pathlib import Path
from typing import Final

from scn.benchmarks.errors import LayoutError
from scn.benchmarks.lines import read_lines

_EXPECTED: Final = "four numbers: left, top, right and bottom of the face in pixels"
_CORNERS: Final = 4


def box_of(path: Path) -> tuple[float, ...] | None:
    """Read the box, x0, y0, x1, y1 in pixels; where there is no file, nothing is known.

    Raises:
        LayoutError: the file is malformed.
    """
    if not path.is_file():
        return None
    text = " ".join(line for _, line in read_lines(path, expected=_EXPECTED))
    try:
        box = tuple(float(number) for number in text.split())
    except ValueError as error:
        raise LayoutError(path, f"box {text[:80]!r}", _EXPECTED) from error
    if len(box) != _CORNERS or not all(map(math.isfinite, box)):
        raise LayoutError(path, f"box {text[:80]!r}", _EXPECTED)
    return box
