"""Resampling of test faces: whole people where they are known, since their faces are alike.

Efron & Tibshirani, An Introduction to the Bootstrap, 1993; for whole groups: Davison & Hinkley,
Bootstrap Methods, 1997, section 3.8.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]

RESAMPLES: Final = 1_000


@dataclass(frozen=True, slots=True)
class Interval:
    """A figure with the 95 % interval of its resamples."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.value:.3f} ({self.low:.3f} to {self.high:.3f})"


def weights_of(
    face_ids: Sequence[str], subjects: Sequence[str | None], seed: int = 0
) -> npt.NDArray[np.int16]:
    """How often each face counts in each resample, int16 [RESAMPLES, N].

    Resamples are drawn from the sorted names, so that two runs on the same faces share them,
    whatever their order.
    """
    names = np.array([s or f for s, f in zip(subjects, face_ids, strict=True)], dtype=object)
    groups, member = np.unique(names, return_inverse=True)
    rng = np.random.default_rng(seed)
    counts = np.stack(
        [np.bincount(rng.integers(0, len(groups), len(groups)), minlength=len(groups))
         for _ in range(RESAMPLES)]
    )  # fmt: skip
    return counts.astype(np.int16)[:, member]


def interval(value: float, resampled: FloatArray, least: float = 0.0) -> Interval:
    """The middle 95 % of resamples, moved by their bias, and within the range of the figure.

    An error that cannot be below 0 comes out larger in resamples than in the sample; without the
    shift its interval may not even hold the figure.

    Args:
        value: the figure of the sample itself.
        resampled: [B], of the resamples; NaN where it is not defined.
        least: the smallest that it can be; the largest is 1.
    """
    known = resampled[~np.isnan(resampled)]
    if not len(known):
        return Interval(value, value, value)
    low, high = np.percentile(known, [2.5, 97.5]) - (known.mean() - value)
    return Interval(value, max(least, float(low)), min(1.0, float(high)))
