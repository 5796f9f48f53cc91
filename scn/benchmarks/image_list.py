"""A list of image files with labels: a CSV file of your own.

::

    path,label[,split][,subject][,age][,gender][,race]
    images/1.jpg,happy,train,anna

Paths are relative to the list, or lie in its folder. Labels may be called what you like; where all
of them are words for emotions, such as Angry or happiness, they get the common names, by which
datasets are compared.
"""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Final

import pyarrow as pa

from scn.benchmarks.chunks import Person
from scn.benchmarks.counts import OfficialCounts
from scn.benchmarks.errors import LayoutError
from scn.benchmarks.labelled_files import LabelledFile, tables_of
from scn.benchmarks.lines import read_csv
from scn.benchmarks.options import ReadOptions
from scn.benchmarks.tally import Tally
from scn.emotions import common_names

NAME: Final = "list"
SOURCE: Final = "list"
LAYOUT: Final = "list of images"

_NEEDED: Final = ("path", "label")
_ABOUT: Final = ("subject", "age", "gender", "race")
_COLUMNS: Final = (*_NEEDED, "split", *_ABOUT)
_SPLITS: Final = ("train", "validation", "test")
_LONGEST_NAME: Final = 64
_EXPECTED: Final = f"a header of path, label and, if you like, {', '.join(_COLUMNS[2:])}"


def official_counts() -> OfficialCounts:
    """Nobody published any."""
    return {}


def read(path: Path, options: ReadOptions, tally: Tally) -> Iterator[tuple[str, pa.Table]]:
    """Check the whole list, then give its images as keyed tables of ``storage.schema.FACES``.

    The keys carry a digest of the list: another list, or one that grew, has other keys.

    Args:
        path: the list.
        options: limits on images.
        tally: receives what was found, kept and dropped, before this function returns.

    Raises:
        LayoutError: a line is malformed, or an image is missing.
    """
    tally.layout = LAYOUT
    labelled = list(_labelled(path))
    names = common_names(each.emotion for each in labelled)
    common = (replace(each, emotion=names[each.emotion]) for each in labelled)
    return tables_of(common, options, tally, name=NAME, source=SOURCE, grows=True)


def _labelled(path: Path) -> Iterator[LabelledFile]:
    rows = read_csv(path, columns=range(len(_NEEDED), len(_COLUMNS) + 1), expected=_EXPECTED)
    line, header = next(rows)
    if not set(_NEEDED) <= set(header) <= set(_COLUMNS) or len(set(header)) != len(header):
        raise LayoutError(path, f"header {','.join(header)[:80]!r}", _EXPECTED, line)
    for line, row in rows:
        if len(row) != len(header):
            raise LayoutError(path, f"{len(row)} columns", f"{len(header)}", line)
        try:
            yield _of(path.parent, dict(zip(header, row, strict=True)))
        except ValueError as error:
            raise LayoutError(path, str(error), _EXPECTED, line) from error


def _of(folder: Path, fields: dict[str, str]) -> LabelledFile:
    label, split = fields["label"], fields.get("split") or "train"
    if split not in _SPLITS:
        raise ValueError(f"split {split[:40]!r}, one of {', '.join(_SPLITS)} is allowed")
    if not label or len(label) > _LONGEST_NAME or not label.isprintable():
        raise ValueError(
            f"label {label[:80]!r}, 1 to {_LONGEST_NAME} printable letters are allowed"
        )
    inner = _inner(folder, fields["path"])
    person = Person(**{name: fields.get(name) or None for name in _ABOUT})
    return LabelledFile(split, str(inner), label, folder / inner, person)


def _inner(folder: Path, text: str) -> PurePosixPath:
    """A path relative to the folder, within which it must lie."""
    path = PurePosixPath(text)
    for above in (folder.absolute(), folder.resolve()):
        if path.is_relative_to(above):
            path = path.relative_to(above)
    if path.is_absolute() or ".." in path.parts or not path.name or "\0" in text:
        raise ValueError(f"path {text[:80]!r} leads out of the list's folder {folder}")
    return path
