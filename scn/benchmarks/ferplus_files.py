"""The two files of FERPlus votes as entries: which image, which split, which votes.

Source: https://github.com/microsoft/FERPlus. The repository ships `data/FER2013*/label.csv` with a
face rectangle in the second column; its own script overwrites them with the votes of
`fer2013new.csv` and no rectangle. Both forms are read.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from scn.benchmarks.errors import LayoutError
from scn.benchmarks.fer2013 import FILE, SPLITS
from scn.benchmarks.ferplus_votes import CLASSES, parse_votes
from scn.benchmarks.lines import read_csv

NEW_FILE: Final = "fer2013new.csv"
LABEL_FILE: Final = "label.csv"
LABEL_FOLDERS: Final = {
    "train": "FER2013Train",
    "validation": "FER2013Valid",
    "test": "FER2013Test",
}

_NAME = re.compile(r"(fer\d{7})\.png", re.ASCII)
_NEW_HEADER = (
    "Usage,Image name,neutral,happiness,surprise,sadness,anger,disgust,fear,contempt,unknown,NF"
)
_EXPECTED_NEW = f"the columns {_NEW_HEADER}, one row for each of {FILE}"
_EXPECTED_LABEL = (
    "lines such as 'fer0000000.png,\"(0, 0, 48, 48)\",4,0,0,1,3,2,0,0,0,0', rectangle or not"
)
_EXPECTED_NAME = "a name such as fer0000000.png"
_LABEL_COLUMNS = (1 + len(CLASSES), 2 + len(CLASSES))  # without and with the rectangle


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of votes."""

    split: str
    stem: str
    """Empty where fer2013new.csv names no image."""
    votes: tuple[int, ...]
    """One number for each of ``ferplus_votes.CLASSES``."""


def read_new(path: Path, fer2013_splits: Sequence[str]) -> list[Entry]:
    """Read fer2013.csv's companion, whose rows must agree with the split of each row there."""
    rows = read_csv(path, columns=(2 + len(CLASSES),), expected=_EXPECTED_NEW)
    line, header = next(rows, (1, []))
    if ",".join(header) != _NEW_HEADER:
        raise LayoutError(path, f"header {','.join(header)!r}", _EXPECTED_NEW, line)
    entries: list[Entry] = []
    for line, (usage, name, *votes) in rows:
        split = SPLITS.get(usage)
        if len(entries) < len(fer2013_splits) and split != fer2013_splits[len(entries)]:
            raise LayoutError(path, f"usage {usage!r}", f"the usage that {FILE} has there", line)
        stem = _stem(path, name, line) if name else ""
        entries.append(Entry(split or "", stem, _votes(path, votes, line)))
    if len(entries) != len(fer2013_splits):
        problem = f"{len(entries)} rows, but {FILE} has {len(fer2013_splits)}"
        raise LayoutError(path, problem, _EXPECTED_NEW)
    return entries


def read_labels(folder: Path) -> Iterator[Entry]:
    """Read label.csv of all three splits."""
    for split, name in LABEL_FOLDERS.items():
        path = folder / name / LABEL_FILE
        for line, row in read_csv(path, columns=_LABEL_COLUMNS, expected=_EXPECTED_LABEL):
            votes = _votes(path, row[-len(CLASSES) :], line)
            yield Entry(split, _stem(path, row[0], line), votes)


def _stem(path: Path, name: str, line: int) -> str:
    if (match := _NAME.fullmatch(name)) is None:
        raise LayoutError(path, f"image name {name[:40]!r}", _EXPECTED_NAME, line)
    return match[1]


def _votes(path: Path, fields: Sequence[str], line: int) -> tuple[int, ...]:
    try:
        return parse_votes(fields)
    except ValueError as error:
        raise LayoutError(path, str(error), "ten whole numbers of votes", line) from error
