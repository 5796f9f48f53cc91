"""The Self-Cure Network's formulas a second time, in NumPy and 64 bits, from the paper alone.

Wang et al., CVPR 2020, https://arxiv.org/abs/2002.10392, section 3. It shares no code with the
package, so that both can only agree if both are right.
"""

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Labels = npt.NDArray[np.int64]


def importance(features: Array, weights: Array, bias: float) -> Array:
    """α = 1 / (1 + exp(−Wₐᵀ x)), section 3.2; features [N, D], weights [D] → [N]."""
    return 1 / (1 + np.exp(-(features @ weights + bias)))


def weighted_logits(scores: Array, bias: Array, alpha: Array, *, bias_weighted: bool) -> Array:
    """α Wᵀx with the bias inside or outside the weight; scores [N, C] → [N, C]."""
    if bias_weighted:
        return alpha[:, None] * (scores + bias)
    return alpha[:, None] * scores + bias


def softmax(logits: Array) -> Array:
    """Probabilities by row."""
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    shares: Array = powers / powers.sum(axis=1, keepdims=True)
    return shares


def cross_entropy(logits: Array, labels: Labels) -> float:
    """−1/N Σ log softmax(logits)[y]; with weighted logits L_WCE of section 3.2."""
    shifted = logits - logits.max(axis=1, keepdims=True)
    log_sums = np.log(np.exp(shifted).sum(axis=1))
    return float(np.mean(log_sums - shifted[np.arange(len(labels)), labels]))


def soft_cross_entropy(logits: Array, shares: Array) -> float:
    """−1/N Σ Σ_c y_c log softmax(logits)_c, shares y of 1 [N, C] (arXiv 1608.01041, CEL)."""
    return float(-np.mean((shares * np.log(softmax(logits))).sum(axis=1)))


def groups(alpha: Array, high_ratio: float) -> tuple[list[int], list[int]]:
    """High and low group, section 3.3: M = βN; each of one at least, if there are two."""
    ranked = sorted(range(len(alpha)), key=lambda i: -alpha[i])
    if len(ranked) == 1:
        return ranked, []
    size = min(max(int(high_ratio * len(ranked)), 1), len(ranked) - 1)
    return ranked[:size], ranked[size:]


def rank_regularisation(alpha: Array, high_ratio: float, margin: float) -> float:
    """L_RR = max(0, δ1 − (α_H − α_L)), section 3.3; nothing to rank in a batch of one."""
    high, low = groups(alpha, high_ratio)
    if not low:
        return 0.0
    return max(0.0, margin - (float(np.mean(alpha[high])) - float(np.mean(alpha[low]))))


def total(rank: float, weighted_cross_entropy: float, gamma: float, *, plain: bool) -> float:
    """γ L_RR + (1 − γ) L_WCE, section 3.3; or the published code's plain sum, if γ is not 0."""
    if plain:
        return (rank if gamma else 0.0) + weighted_cross_entropy
    return gamma * rank + (1 - gamma) * weighted_cross_entropy


def relabel(probabilities: Array, labels: Labels, eligible: list[int], margin: float) -> list[int]:
    """Section 3.4: y' = argmax P where an eligible face has P_max − P_y > δ2, else y."""
    return [
        int(np.argmax(p)) if i in eligible and np.max(p) - p[y] > margin else int(y)
        for i, (p, y) in enumerate(zip(probabilities, labels, strict=True))
    ]
