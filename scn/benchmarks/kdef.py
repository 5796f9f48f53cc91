"""KDEF and AKDEF, the averaged faces: seventy actors, seven expressions, five angles.

Source of the names: https://www.kdef.se/ . ``AF01ANFL.JPG`` is session A, female, subject 01,
angry, full left profile; an averaged ``FAFFL.JPG`` is female, afraid, full left profile. A few
images are handed out under broken names.
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
from scn.emotions import KDEF

NAME: Final = "kdef"
SOURCE: Final = "kdef"
LAYOUT: Final = "KDEF"
AVERAGED: Final = "AKDEF"
AVERAGED_SOURCE: Final = "akdef"

_SUFFIXES: Final = frozenset({".jpg", ".jpeg"})
_KDEF = re.compile(r"([AB])([FM])(\d\d)(AF|AN|DI|HA|NE|SA|SU)(FL|HL|S|HR|FR)", re.ASCII)
_AKDEF = re.compile(r"([FM])(AF|AN|DI|HA|NE|SA|SU)(FL|HL|S|HR|FR)", re.ASCII)
# As handed out → the name by the rule, after the set's known errata.
_MISNAMED: Final = {"AF31V": "AF31SAHL", "AM31H": "AM31SUHR", "FAHR": "FAFHR"}
_EXPECTED: Final = "images such as AF01ANFL.JPG (KDEF) or FAFFL.JPG (AKDEF), not of both"
_GENDERS: Final = {"F": "female", "M": "male"}
# Seen from the viewer: a face in its full left profile looks to the left of the picture.
_YAW_DEG: Final = {"FL": -90.0, "HL": -45.0, "S": 0.0, "HR": 45.0, "FR": 90.0}
_EACH: Final = {LAYOUT: 700, AVERAGED: 10}


def official_counts() -> OfficialCounts:
    """Return the counts of the complete sets; KDEF as handed out lacks a few images of its own."""
    return {
        layout: {"train": SplitCount(each * len(KDEF), dict.fromkeys(KDEF.values(), each))}
        for layout, each in _EACH.items()
    }


def read(path: Path, options: ReadOptions, tally: Tally) -> Iterator[tuple[str, pa.Table]]:
    """Check the whole layout, then give its faces as keyed tables of ``storage.schema.FACES``.

    Args:
        path: the folder of the images, in folders by subject or not.
        options: limits on images.
        tally: receives what was found, kept and dropped, before this function returns.

    Raises:
        LayoutError: there are no images, or a name is not one of KDEF's or not one of AKDEF's.
    """
    files = files_below(path, _SUFFIXES, _EXPECTED)
    if not files:
        raise LayoutError(path, "no images", _EXPECTED)
    averaged = _AKDEF.fullmatch(_stem(files[0])) is not None
    tally.layout = AVERAGED if averaged else LAYOUT
    labelled = map(_averaged if averaged else _single, files)
    source = AVERAGED_SOURCE if averaged else SOURCE
    return tables_of(labelled, options, tally, name=NAME, source=source, grows=True)


def _stem(file: Path) -> str:
    stem = file.stem.upper()
    return _MISNAMED.get(stem, stem)


def _single(file: Path) -> LabelledFile:
    stem = _stem(file)
    if (match := _KDEF.fullmatch(stem)) is None:
        raise LayoutError(file, "name", _EXPECTED)
    _, gender, number, code, angle = match.groups()
    person = Person(subject=f"{gender}{number}", gender=_GENDERS[gender])
    return _posed(file, code, angle, person)


def _averaged(file: Path) -> LabelledFile:
    if (match := _AKDEF.fullmatch(_stem(file))) is None:
        raise LayoutError(file, "name", _EXPECTED)
    gender, code, angle = match.groups()
    return _posed(file, code, angle, Person(gender=_GENDERS[gender]))


def _posed(file: Path, code: str, angle: str, person: Person) -> LabelledFile:
    pose_deg = (_YAW_DEG[angle], 0.0, 0.0)
    return LabelledFile("train", _stem(file), KDEF[code], file, person, pose_deg)
