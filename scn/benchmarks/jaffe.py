"""JAFFE: ten women, seven expressions each.

Source: https://zenodo.org/records/3451524 . A name such as ``YM.FE4.70.tiff`` says subject,
expression, take and serial number.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pyarrow as pa

from scn.benchmarks.chunks import Person
from scn.benchmarks.counts import OfficialCounts, SplitCount
from scn.benchmarks.errors import LayoutError
from scn.benchmarks.folders import files_below
from scn.benchmarks.labelled_files import LabelledFile, tables_of
from scn.benchmarks.options import ReadOptions
from scn.benchmarks.tally import Tally
from scn.emotions import JAFFE

NAME: Final = "jaffe"
SOURCE: Final = "jaffe"
LAYOUT: Final = "images named by subject and expression"

_SUFFIXES: Final = frozenset({".tiff", ".tif", ".png", ".jpg"})
_NAME = re.compile(r"([A-Z]{2})[.-]?([A-Z]{2})(\d)\.(\d{1,3})", re.ASCII)
_EXPECTED: Final = "images such as YM.FE4.70.tiff: subject, AN DI FE HA NE SA or SU, take, number"
_COUNTS: Final = {
    "anger": 30,
    "disgust": 29,
    "fear": 32,
    "happy": 31,
    "neutral": 30,
    "sad": 31,
    "surprise": 30,
}


def official_counts() -> OfficialCounts:
    """Return the counts of the published images."""
    return {LAYOUT: {"train": SplitCount(sum(_COUNTS.values()), _COUNTS)}}


def read(path: Path, options: ReadOptions, tally: Tally) -> Iterator[tuple[str, pa.Table]]:
    """Check the whole layout, then give its faces as keyed tables of ``storage.schema.FACES``.

    Args:
        path: the folder of the images.
        options: limits on images.
        tally: receives what was found, kept and dropped, before this function returns.

    Raises:
        LayoutError: there are no images, or a name is not one of JAFFE's.
    """
    files = files_below(path, _SUFFIXES, _EXPECTED)
    if not files:
        raise LayoutError(path, "no images", _EXPECTED)
    tally.layout = LAYOUT
    return tables_of(map(_labelled, files), options, tally, name=NAME, source=SOURCE, grows=True)


def _labelled(file: Path) -> LabelledFile:
    match = _NAME.fullmatch(file.stem.upper())
    if match is None or (emotion := JAFFE.get(match[2])) is None:
        raise LayoutError(file, "name", _EXPECTED)
    person = Person(subject=match[1], gender="female")
    return LabelledFile("train", file.stem, emotion, file, person)
