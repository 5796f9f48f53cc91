"""Accuracy by what is known of a face: size, blur, pose, and who is seen where a source says so."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from scn.scoring.bootstrap import Interval, interval, weights_of
from scn.scoring.predictions import BoolArray, Predictions

FEWEST_FACES: Final = 50
"""Of fewer faces the interval of an accuracy is as wide as 0.28: too wide to tell slices apart."""
MEASURED: Final[Mapping[str, str]] = {
    "size_px": "size of the face, pixels",
    "sharpness": "sharpness (less is blurred)",
    "yaw_deg": "turn to either side, degrees",
    "pitch_deg": "turn up or down, degrees",
    "roll_deg": "tilt to either side, degrees",
}
NAMED: Final[Mapping[str, str]] = {
    "age": "age",
    "gender": "gender",
    "race": "race",
}
COLUMNS: Final = (*MEASURED, *NAMED)
_PARTS: Final = 3
_MOST_NAMES: Final = 12
_AGE: Final = re.compile(r"(?P<low>\d{1,3}(\.\d+)?)(\s*-\s*(?P<high>\d{1,3})|\+)?")


@dataclass(frozen=True, slots=True)
class Slice:
    """The score of a part of the faces.

    Attributes:
        by: what they are sliced by, in words.
        which: the part.
        faces: how many.
        accuracy: with its interval.
        too_small: whether there are too few faces to say much.
    """

    by: str
    which: str
    faces: int
    accuracy: Interval
    too_small: bool

    @property
    def warning(self) -> str:
        """What is to be thought of while reading its score; empty for nothing."""
        if not self.too_small:
            return ""
        return f"too small: {self.faces} faces, of fewer than {FEWEST_FACES} a score says little"


def slices(predictions: Predictions, known: pa.Table, seed: int = 0) -> tuple[Slice, ...]:
    """Score parts of the faces: thirds by what is measured, groups by what is named.

    Ages that are numbers or ranges of them ("34", "20-39", "70+") are groups if there are few, else
    thirds. A face of which the source does not say it is in no part.

    Args:
        predictions: of a test split.
        known: face_id, and any of `COLUMNS`.
        seed: of the resamples.
    """
    rows = {row["face_id"]: row for row in known.to_pylist()}
    listed = [rows.get(face, {}) for face in predictions.face_ids]
    weights = weights_of(predictions.face_ids, predictions.subjects, seed)
    right = predictions.right.astype(np.float64)
    return tuple(
        _slice(by, which, mask, right, weights)
        for by, which, mask in (*_measured(listed), *_named(listed))
    )


def _measured(rows: list[dict[str, Any]]) -> Iterator[tuple[str, str, BoolArray]]:
    for name, words in MEASURED.items():
        values = np.abs(np.array([_number(row.get(name)) for row in rows], np.float64))
        yield from _thirds(words, values)


def _named(rows: list[dict[str, Any]]) -> Iterator[tuple[str, str, BoolArray]]:
    for name, words in NAMED.items():
        values = np.array([row.get(name) or "" for row in rows], dtype=object)
        names = sorted(set(values) - {""})
        if 1 < len(names) <= _MOST_NAMES:
            for each in names:
                yield words, str(each), np.asarray(values == each, np.bool_)
        elif name == "age":
            yield from _thirds(f"{words}, years", np.array([_years(each) for each in values]))


def _thirds(words: str, values: npt.NDArray[np.float64]) -> Iterator[tuple[str, str, BoolArray]]:
    """Parts of as many faces each, but for ties; NaN is in none."""
    found = values[~np.isnan(values)]
    if not len(found):
        return
    edges = np.unique(np.quantile(found, np.linspace(0, 1, _PARTS + 1)))
    for low, high in pairwise(edges):
        within = (values >= low) & ((values <= high) if high == edges[-1] else (values < high))
        yield words, f"{low:.3g} to {high:.3g}", within


def _years(text: str) -> float:
    """The age, or the middle of a range; NaN for other words."""
    match = _AGE.fullmatch(text.strip())
    if match is None:
        return np.nan
    low, high = float(match["low"]), match["high"]
    return (low + float(high)) / 2 if high else low


def _number(value: float | None) -> float:
    return np.nan if value is None else value


def _slice(
    by: str,
    which: str,
    mask: BoolArray,
    right: npt.NDArray[np.float64],
    weights: npt.NDArray[np.int16],
) -> Slice:
    faces = int(mask.sum())
    chosen = weights[:, mask].astype(np.float64)
    total = chosen.sum(axis=1)
    with np.errstate(invalid="ignore"):
        resampled = np.where(total > 0, chosen @ right[mask] / total, np.nan)
    accuracy = interval(float(right[mask].mean()), resampled)
    return Slice(by, which, faces, accuracy, faces < FEWEST_FACES)
