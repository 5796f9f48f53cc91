"""RaFD, the Radboud faces: 67 models, eight expressions, five angles, three gazes.

Source: https://rafd.socsci.ru.nl/ . ``Rafd090_01_Caucasian_female_fearful_frontal.jpg`` says camera
angle (90 is frontal), model, group, gender, expression and gaze.
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
from scn.emotions import RAFD

NAME: Final = "rafd"
SOURCE: Final = "rafd"
LAYOUT: Final = "images named by angle, model and expression"

_SUFFIXES: Final = frozenset({".jpg", ".jpeg", ".png"})
_NAME = re.compile(
    r"rafd(\d{3})_(\d{2})_(caucasian|kid|moroccan)_(female|male)_([a-z]+)_(frontal|left|right)",
    re.ASCII,
)
_EXPECTED: Final = "images such as Rafd090_01_Caucasian_female_fearful_frontal.jpg"
_FRONTAL_DEG: Final = 90
_MODELS, _ANGLES, _GAZES = 67, 5, 3


def official_counts() -> OfficialCounts:
    """Return the counts of the complete set of 8,040 images."""
    each = _MODELS * _ANGLES * _GAZES
    return {LAYOUT: {"train": SplitCount(each * len(RAFD), dict.fromkeys(RAFD.values(), each))}}


def read(path: Path, options: ReadOptions, tally: Tally) -> Iterator[tuple[str, pa.Table]]:
    """Check the whole layout, then give its faces as keyed tables of ``storage.schema.FACES``.

    Args:
        path: the folder of the images.
        options: limits on images.
        tally: receives what was found, kept and dropped, before this function returns.

    Raises:
        LayoutError: there are no images, or a name is not one of RaFD's.
    """
    files = files_below(path, _SUFFIXES, _EXPECTED)
    if not files:
        raise LayoutError(path, "no images", _EXPECTED)
    tally.layout = LAYOUT
    return tables_of(map(_labelled, files), options, tally, name=NAME, source=SOURCE, grows=True)


def _labelled(file: Path) -> LabelledFile:
    match = _NAME.fullmatch(file.stem.lower())
    if match is None or (emotion := RAFD.get(match[5])) is None:
        raise LayoutError(file, "name", _EXPECTED)
    angle, model, group, gender = match.groups()[:4]
    kid = group == "kid"
    person = Person(model, "child" if kid else "adult", gender, None if kid else group)
    pose_deg = (float(int(angle) - _FRONTAL_DEG), 0.0, 0.0)
    return LabelledFile("train", file.stem, emotion, file, person, pose_deg)
