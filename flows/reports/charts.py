"""Charts of a report: training curves, reliability, importance, changed labels, slices.

Names come from datasets: `parse_math=False` keeps a dollar sign from being read as a formula.
"""

import io
import re
from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from scn.scoring.calibration import BINS, Reliability
from scn.scoring.slices import Slice

FloatArray = npt.NDArray[np.float64]
Points = Sequence[tuple[int, float]]

DENSITY: Final = 2
"""Pixels of a picture for each pixel that is shown, for sharp screens and print."""
COLOURS: Final = ("#0b5cad", "#d1495b", "#2e8b57", "#b8860b", "#6a4c93", "#00798c", "#8d5524")
_SHOWN_DPI: Final = 100
_WIDTH: Final = 3.4
_WIDE: Final = 4.4
_MUTED: Final = "#9aa4af"
_LONGEST_NAME: Final = 22
_GAP: Final = 0.04


def curve(lines: Mapping[str, Sequence[Points]], title: str, legend: bool = False) -> bytes:
    """A PNG of a figure over the epochs; each name has a colour, and a line for each fold."""
    figure = Figure(figsize=(_WIDTH, 2.8 if legend else 2.4), layout="constrained")
    axes = figure.subplots()
    for number, (name, folds) in enumerate(lines.items()):
        for fold, points in enumerate(folds):
            axes.plot(
                [epoch for epoch, _ in points],
                [value for _, value in points],
                color=_colour(number),
                marker="." if len(points) < 30 else "",
                alpha=1 if len(folds) == 1 else 0.5,
                label="" if fold else _short(name),
            )
    axes.set_title(title, fontsize=10)
    axes.set_xlabel("epoch", fontsize=9)
    axes.xaxis.set_major_locator(MaxNLocator(nbins=6, integer=True))
    plain(axes)
    if legend:
        below = figure.legend(loc="outside lower center", ncols=2, fontsize=7.5, frameon=False)
        for text in below.get_texts():
            text.set_parse_math(False)
    return as_png(figure)


def reliability_diagram(found: Reliability, title: str) -> bytes:
    """A PNG: the share that is right by how sure the network is, above how many faces there are."""
    figure = Figure(figsize=(_WIDTH, 3.7), layout="constrained")
    top, bottom = figure.subplots(2, 1, sharex=True, height_ratios=(3, 1))
    middles, width = (np.arange(BINS) + 0.5) / BINS, 0.92 / BINS
    top.bar(middles, np.nan_to_num(found.accuracy), width, color=COLOURS[0], label="share right")
    top.plot([0, 1], [0, 1], "--", color="#57606a", linewidth=1, label="as sure as right")
    top.set(xlim=(0, 1), ylim=(0, 1))
    top.set_title(title, fontsize=10)
    top.legend(fontsize=7.5, loc="upper left", frameon=False)
    bottom.bar(middles, found.faces, width, color=_MUTED)
    bottom.set_ylabel("faces", fontsize=9)
    bottom.set_xlabel("probability of the prediction", fontsize=9)
    bottom.yaxis.set_major_locator(MaxNLocator(nbins=3, integer=True))
    for axes in (top, bottom):
        plain(axes)
    return as_png(figure)


def importance_by_class(values: Mapping[str, FloatArray]) -> bytes:
    """A PNG of how importance (0 to 1) is spread over the faces of each class, with its median."""
    figure = Figure(figsize=(_WIDE, 0.7 + 0.46 * len(values)), layout="constrained")
    rows = figure.subplots(len(values), 1, sharex=True, squeeze=False)[:, 0]
    for axes, (name, found) in zip(rows, values.items(), strict=True):
        axes.hist(found, bins=40, range=(0, 1), color=COLOURS[0])
        if len(found):
            axes.axvline(float(np.median(found)), color=COLOURS[1], linewidth=1.5)
        axes.set_ylabel(_short(name), rotation=0, ha="right", va="center", fontsize=9,
                        parse_math=False)  # fmt: skip
        axes.set_yticks([])
        axes.set_xlim(0, 1)
        plain(axes, left=False)
    rows[-1].set_xlabel("importance", fontsize=9)
    return as_png(figure)


def label_flow(matrix: Sequence[Sequence[int]], classes: Sequence[str]) -> bytes:
    """A PNG of bands from old classes to new ones, as wide as the number of changes.

    Args:
        matrix: changes by old class (rows) and new class (columns); not all 0.
        classes: names of both.
    """
    counts = np.asarray(matrix, np.float64)
    figure = Figure(figsize=(_WIDE, 3.2), layout="constrained")
    axes = figure.subplots()
    ends = [_tops(counts.sum(axis=axis)) for axis in (1, 0)]
    for side, (tops, axis) in enumerate(zip(ends, (1, 0), strict=True)):
        totals = counts.sum(axis=axis)
        for number in np.flatnonzero(totals):
            axes.text(
                1.03 if side else -0.03,
                tops[number] + totals[number] / 2,
                f"{_short(classes[int(number)], 14)} {totals[number]:,.0f}",
                ha="left" if side else "right",
                va="center",
                fontsize=9,
                parse_math=False,
            )
    left, right = (tops.copy() for tops in ends)
    for old, new in np.argwhere(counts > 0):
        _band(axes, left[old], right[new], counts[old, new], _colour(int(old)))
        left[old] += counts[old, new]
        right[new] += counts[old, new]
    axes.set_xlim(-0.95, 1.95)
    axes.invert_yaxis()
    axes.axis("off")
    return as_png(figure)


def _tops(totals: FloatArray) -> FloatArray:
    """Where the end of each class begins, with a gap after each that is not empty."""
    gaps = np.where(totals > 0, _GAP * totals.sum(), 0)
    tops: FloatArray = np.cumsum(totals + gaps) - totals - gaps
    return tops


def _band(axes: Axes, begin: float, end: float, width: float, colour: str) -> None:
    """A band from the left edge (0) to the right one (1), level at both."""
    x = np.linspace(0, 1, 50)
    upper = begin + (end - begin) * x * x * (3 - 2 * x)
    axes.fill_between(x, upper, upper + width, color=colour, alpha=0.55, linewidth=0)


def slice_accuracies(found: Sequence[Slice], whole: float) -> bytes:
    """A PNG of the accuracy of each slice with its interval; grey for too few faces.

    Args:
        found: the slices; those by the same thing follow each other.
        whole: accuracy on all faces, drawn as a line.
    """
    figure = Figure(figsize=(_WIDE, 0.8 + 0.24 * len(found)), layout="constrained")
    axes = figure.subplots()
    for place, part in enumerate(found):
        accuracy, colour = part.accuracy, _MUTED if part.too_small else COLOURS[0]
        axes.plot([accuracy.low, accuracy.high], [place, place], color=colour, linewidth=2)
        axes.plot([accuracy.value], [place], "o", color=colour, markersize=5)
    axes.axvline(whole, color=COLOURS[1], linewidth=1, linestyle="--")
    names = [f"{re.split(r' [(]|,', part.by)[0]}: {_short(part.which)}" for part in found]
    axes.set_yticks(range(len(found)), names, parse_math=False)
    axes.set_ylim(len(found) - 0.5, -0.5)
    axes.set_xlim(0, 1)
    axes.set_xlabel("accuracy (dashed: all faces)", fontsize=9)
    plain(axes)
    return as_png(figure)


def plain(axes: Axes, left: bool = True) -> None:
    """Small figures, and no frame but below and, if `left`, at the left."""
    axes.tick_params(labelsize=8.5)
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines["left"].set_visible(left)


def _colour(number: int) -> str:
    return COLOURS[number % len(COLOURS)]


def _short(name: str, longest: int = _LONGEST_NAME) -> str:
    return name if len(name) <= longest else f"{name[: longest - 1]}…"


def as_png(figure: Figure) -> bytes:
    """A picture with `DENSITY` pixels for each that is shown."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=_SHOWN_DPI * DENSITY)
    return buffer.getvalue()
