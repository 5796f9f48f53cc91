"""Wrong labels on purpose, as the paper adds them, so that it is known which ones are wrong."""

import numpy as np
import numpy.typing as npt

Int64Array = npt.NDArray[np.int64]


def with_wrong_labels(truth: Int64Array, share: float, classes: int, seed: int) -> Int64Array:
    """Labels of which a share is wrong, drawn evenly from the other classes.

    Exactly ``round(share * N)`` labels are wrong, as in the paper's description; its published
    script draws for each label whether it is, and so misses the share by a little.

    Args:
        truth: int64 [N], class indexes.
        share: of labels that become wrong, 0 to 1.
        classes: how many there are, at least 2.
        seed: the same seed makes the same labels wrong.

    Raises:
        ValueError: an argument is out of range.
    """
    chosen, rng = _chosen(truth, share, classes, seed)
    labels = truth.copy()
    labels[chosen] = (truth[chosen] + rng.integers(1, classes, len(chosen))) % classes
    return labels


def with_swapped_labels(truth: Int64Array, share: float, classes: int, seed: int) -> Int64Array:
    """Labels of which a share is wrong, each class taken for the one that follows it.

    This is the pair noise of Han et al., Co-teaching, NeurIPS 2018
    (https://arxiv.org/abs/1804.06872). Arguments and errors as for `with_wrong_labels`.
    """
    chosen, _ = _chosen(truth, share, classes, seed)
    labels = truth.copy()
    labels[chosen] = (truth[chosen] + 1) % classes
    return labels


def _chosen(
    truth: Int64Array, share: float, classes: int, seed: int
) -> tuple[Int64Array, np.random.Generator]:
    """The places of the labels that become wrong, and what else is drawn from."""
    if not 0 <= share <= 1:
        raise ValueError(f"share: is {share}, must be 0 to 1")
    if classes < 2:
        raise ValueError(f"classes: is {classes}, must be at least 2")
    rng = np.random.default_rng(seed)
    return rng.permutation(len(truth))[: round(share * len(truth))], rng
