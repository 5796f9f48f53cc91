"""All classes shown equally often: how often each face comes in an epoch."""

import numpy as np
import numpy.typing as npt

Int64Array = npt.NDArray[np.int64]


def balanced_counts(labels: Int64Array, seed: int, epoch: int) -> Int64Array:
    """How often each face is shown, so that each class has an equal share of an epoch.

    Args:
        labels: int64 [N], class indexes.
        seed: with `epoch`, decides who of a class comes once more, or not at all.
        epoch: counted from 1.

    Returns:
        int64 [N]; the sum is N, less what N classes do not share equally.
    """
    rng = np.random.default_rng([seed, epoch, 0])
    counts = np.zeros(len(labels), np.int64)
    present = np.unique(labels)
    for label in present:
        members = np.flatnonzero(labels == label)
        wanted = len(labels) // len(present)
        counts[members] = wanted // len(members)
        counts[rng.choice(members, wanted % len(members), replace=False)] += 1
    return counts
