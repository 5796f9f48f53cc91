"""Soft labels: what annotators voted, as shares that the cross-entropy is taken with.

Barsoum et al., "Training Deep Networks for Facial Expression Recognition with Crowd-Sourced Label
Distribution", ICMI 2016, https://arxiv.org/abs/1608.01041: its cross-entropy loss (CEL). Here every
vote for an emotion counts; the published code (github.com/microsoft/FERPlus, src/ferplus.py) first
drops single votes, and what is left of them after three emotions or three quarters.
"""

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

FloatArray = npt.NDArray[np.float32]
Int64Array = npt.NDArray[np.int64]


def has_votes(faces: pa.Table) -> bool:
    """Whether any face of a reader's index has votes."""
    return bool(pc.sum(pc.list_value_length(faces["votes"])).as_py())


def vote_shares(faces: pa.Table, given: Int64Array, classes: tuple[str, ...]) -> FloatArray:
    """Each face's votes for the classes, as shares of 1.

    Args:
        faces: a reader's index.
        given: int64 [N], class indexes: the label of a face without votes for any of the classes.
        classes: that the network knows; votes for others do not count.

    Returns:
        float32 [N, C]; each row sums to 1.
    """
    votes = faces["votes"]
    each = pc.list_flatten(votes)
    rows = pc.list_parent_indices(votes).to_numpy()
    known = pc.index_in(pc.struct_field(each, "emotion"), pa.array(classes))
    columns = pc.fill_null(known, len(classes)).to_numpy()
    shares = np.zeros((len(given), len(classes) + 1))
    np.add.at(shares, (rows, columns), pc.struct_field(each, "share").to_numpy())
    shares = shares[:, :-1]
    without = ~shares.any(axis=1)
    shares[without, given[without]] = 1
    found: FloatArray = (shares / shares.sum(axis=1, keepdims=True)).astype(np.float32)
    return found


def soft_targets(shares: FloatArray, given: Int64Array, current: Int64Array) -> FloatArray:
    """What to learn of each face: its votes while its label is the given one, else its new label.

    Args:
        shares: float32 [B, C], see `vote_shares`.
        given: int64 [B].
        current: int64 [B], after relabeling.

    Returns:
        float32 [B, C].
    """
    targets = shares.copy()
    changed = np.flatnonzero(current != given)
    targets[changed] = 0
    targets[changed, current[changed]] = 1
    return targets
