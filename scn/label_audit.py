"""Corrections judged by a known truth."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

BoolArray = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Audit:
    """How good the changes of labels were; a value without a case behind it is None.

    Attributes:
        faces: faces with a known truth.
        noisy: those whose given label is not the truth.
        relabelled: those whose current label differs from the given one.
        corrected: relabelled ones whose current label is the truth.
        precision: corrected / relabelled.
        recall: noisy faces whose current label is the truth / noisy.
        importance_clean: mean importance of faces whose given label is the truth; a face that
            training never saw has none and takes no part.
        importance_noisy: mean importance of the noisy ones.
    """

    faces: int
    noisy: int
    relabelled: int
    corrected: int
    precision: float | None
    recall: float | None
    importance_clean: float | None
    importance_noisy: float | None


def audit(samples: pa.Table, truth: Mapping[str, str]) -> Audit:
    """Judge a checkpoint's `samples` (face_id, given, current, importance) by the truth."""
    known = [row for row in samples.to_pylist() if row["face_id"] in truth]
    true = np.array([truth[row["face_id"]] for row in known], dtype=object)
    given, current = (
        np.array([row[name] for row in known], dtype=object) for name in ("given", "current")
    )
    importance = np.array([row["importance"] for row in known], dtype=float)
    noisy, relabelled = given != true, current != given
    corrected = relabelled & (current == true)
    return Audit(
        faces=len(known),
        noisy=int(noisy.sum()),
        relabelled=int(relabelled.sum()),
        corrected=int(corrected.sum()),
        precision=_share(corrected, relabelled),
        recall=_share(corrected, noisy),
        importance_clean=_mean(importance[~noisy]),
        importance_noisy=_mean(importance[noisy]),
    )


def _mean(values: npt.NDArray[np.float64]) -> float | None:
    known = values[~np.isnan(values)]
    return float(known.mean()) if len(known) else None


def _share(part: BoolArray, whole: BoolArray) -> float | None:
    return float(part.sum() / whole.sum()) if whole.any() else None
