"""Pages of HTML that need nothing but themselves: no network, no script, pictures inside.

A page is a template beside this file that extends `base.html` and takes tables, pictures and
sections from `parts.html`. Whatever it is given is escaped.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from jinja2 import Environment, PackageLoader, StrictUndefined

from flows.pictures import data_url
from flows.reports.charts import DENSITY
from scn.scoring.bootstrap import Interval

_PNG_WIDTH: Final = slice(16, 20)


@dataclass(frozen=True, slots=True)
class Marked:
    """A text that must not be overlooked: red if it is grave, else amber."""

    text: str
    grave: bool = True


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture inside a page.

    Attributes:
        url: of its data.
        alt: what it shows, in words.
        width_px: how wide it is shown; less where there is less room.
    """

    url: str
    alt: str
    width_px: int


@dataclass(frozen=True, slots=True)
class Matrix:
    """Counts by row and column, and each count's share of its row.

    Attributes:
        names: of the rows, and in the same order of the columns.
        cells: for each row, pairs of count and share (0 to 1).
        axes: what the rows and the columns are.
    """

    names: Sequence[str]
    cells: Sequence[Sequence[tuple[int, float]]]
    axes: tuple[str, str]


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a section, about one subject; what is empty is not shown.

    Attributes:
        title: its subject.
        text: a sentence or two.
        pictures: side by side where there is room.
        matrix: of counts.
        rows: of a table, headings to cells.
        fold: words under which the table is folded away; empty to show it.
    """

    title: str
    text: str = ""
    pictures: Sequence[Picture] = ()
    matrix: Matrix | None = None
    rows: Sequence[Mapping[str, Any]] = ()
    fold: str = ""


def picture(png: bytes, alt: str) -> Picture:
    """A PNG of `flows.reports.charts`, which holds `DENSITY` pixels for each that is shown."""
    width_px = int.from_bytes(png[_PNG_WIDTH], "big") // DENSITY
    return Picture(data_url(png), alt, width_px)


def matrix(counts: Sequence[Sequence[int]], names: Sequence[str], axes: tuple[str, str]) -> Matrix:
    """Counts to be shown as a table that is shaded by each count's share of its row."""
    array = np.asarray(counts)
    shares = array / np.maximum(array.sum(axis=1, keepdims=True), 1)
    cells = [
        [(int(count), float(share)) for count, share in zip(*row, strict=True)]
        for row in zip(array, shares, strict=True)
    ]
    return Matrix(tuple(names), cells, axes)


def render(template: str, **values: Any) -> str:
    """A page from a template of this folder; a value that it lacks is an error."""
    return _TEMPLATES.get_template(template).render(**values)


def write_page(page: str, file: Path) -> None:
    """Write a page; the file appears whole or not at all."""
    file.parent.mkdir(parents=True, exist_ok=True)
    unfinished = file.with_name(f".{file.name}.part")
    unfinished.write_text(page, encoding="utf-8")
    unfinished.replace(file)


_TEMPLATES: Final = Environment(
    loader=PackageLoader("flows.reports", "."),
    autoescape=True,
    trim_blocks=True,
    lstrip_blocks=True,
    undefined=StrictUndefined,
)
_TEMPLATES.tests["interval"] = lambda value: isinstance(value, Interval)
_TEMPLATES.tests["marked"] = lambda value: isinstance(value, Marked)
_TEMPLATES.tests["figure"] = lambda value: isinstance(value, int | float | Interval)
