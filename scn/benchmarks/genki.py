"""GENKI-4K: does somebody smile?

Source: https://inc.ucsd.edu/mplab/398/ . Line N of ``labels.txt`` (smile 1 or 0, then yaw, pitch
and roll in radians) belongs to the Nth file of ``files/``.
"""

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pyarrow as pa

from scn.benchmarks.counts import OfficialCounts, SplitCount
from scn.benchmarks.errors import LayoutError
from scn.benchmarks.folders import files_below
from scn.benchmarks.labelled_files import LabelledFile, tables_of
from scn.benchmarks.lines import read_lines
from scn.benchmarks.options import ReadOptions
from scn.benchmarks.tally import Tally
from scn.emotions import GENKI

NAME: Final = "genki"
SOURCE: Final = "genki-4k"
LAYOUT: Final = "labels.txt and files"

_SUFFIXES: Final = frozenset({".jpg", ".jpeg"})
_EXPECTED: Final = "lines such as '1 0.11 -0.04 0.02' in labels.txt, one for each file of files/"
_COUNTS: Final = {"smile": 2_162, "no smile": 1_838}


def official_counts() -> OfficialCounts:
    """Return the counts of the published labels."""
    return {LAYOUT: {"train": SplitCount(sum(_COUNTS.values()), _COUNTS)}}


def read(path: Path, options: ReadOptions, tally: Tally) -> Iterator[tuple[str, pa.Table]]:
    """Check the whole layout, then give its faces as keyed tables of ``storage.schema.FACES``.

    Args:
        path: the folder of labels.txt and files/.
        options: limits on images.
        tally: receives what was found, kept and dropped, before this function returns.

    Raises:
        LayoutError: a line is malformed, or there are more lines than files, or fewer.
    """
    lines = list(read_lines(path / "labels.txt", expected=_EXPECTED))
    files = files_below(path / "files", _SUFFIXES, _EXPECTED)
    if len(lines) != len(files):
        raise LayoutError(path, f"{len(lines)} labels for {len(files)} files", _EXPECTED)
    tally.layout = LAYOUT
    labelled = (
        _labelled(path, number, line, file)
        for (number, line), file in zip(lines, files, strict=True)
    )
    return tables_of(labelled, options, tally, name=NAME, source=SOURCE)


def _labelled(path: Path, number: int, line: str, file: Path) -> LabelledFile:
    fields = line.split()
    try:
        code, yaw, pitch, roll = int(fields[0]), *map(float, fields[1:])
        emotion = GENKI[code]
    except (ValueError, IndexError, KeyError) as error:
        raise LayoutError(path / "labels.txt", f"line {line[:80]!r}", _EXPECTED, number) from error
    pose_deg = (math.degrees(yaw), math.degrees(pitch), math.degrees(roll))
    return LabelledFile("train", file.stem, emotion, file, pose_deg=pose_deg)
