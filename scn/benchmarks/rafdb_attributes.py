"""What RAF-DB says of a person: ``train_00001_manu_attri.txt``.

Five lines of landmarks, then one number each for gender, race and age, as its readme lists them.
"""

from pathlib import Path
from typing import Final

from scn.benchmarks.chunks import NOBODY, Person
from scn.benchmarks.errors import LayoutError
from scn.benchmarks.lines import read_lines

_GENDERS: Final = ("male", "female", None)
_RACES: Final = ("caucasian", "african-american", "asian")
_AGES: Final = ("0-3", "4-19", "20-39", "40-69", "70+")
_LINES: Final = 8
_EXPECTED: Final = "five lines of landmarks, then gender 0 to 2, race 0 to 2 and age 0 to 4"


def person_of(path: Path) -> Person:
    """Read the file; where there is none, nothing is known.

    Raises:
        LayoutError: it is malformed.
    """
    if not path.is_file():
        return NOBODY
    lines = [line.strip() for _, line in read_lines(path, expected=_EXPECTED)]
    try:
        gender, race, age = (int(line) for line in lines[_LINES - 3 : _LINES])
        if min(gender, race, age) < 0:
            raise ValueError("a negative number")
        return Person(gender=_GENDERS[gender], race=_RACES[race], age=_AGES[age])
    except (ValueError, IndexError) as error:
        raise LayoutError(path, f"attributes {lines[5:8]}", _EXPECTED) from error
