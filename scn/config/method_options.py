"""Options of the methods: what is minimised.

Paper: "Suppressing Uncertainties for Large-Scale Facial Expression Recognition",
https://arxiv.org/abs/2002.10392. The reference is its authors' published code.
"""

from typing import Literal

from pydantic import BaseModel, Field

MethodName = Literal["scn", "baseline", "rul", "eac"]


class MethodOptions(BaseModel):
    """Which method, and the terms of its loss."""

    method: MethodName = Field(
        "scn",
        description="scn: the Self-Cure Network; baseline: plain cross-entropy; rul: relative"
        " uncertainty learning; eac: erasing attention consistency.",
    )
    importance_weighting: bool = Field(
        True, description="scn: whether the logits carry the importance weight."
    )
    rank_loss_weight: float = Field(
        0.5,
        ge=0,
        le=1,
        description="Weight of the rank loss, gamma (0.5: reported in the paper, unverified); 0"
        " leaves it out.",
    )
    loss_sum: Literal["weighted", "plain"] = Field(
        "weighted",
        description="weighted: gamma and 1 - gamma (paper); plain: the sum of both, whatever gamma"
        " above 0 is (reference).",
    )
    high_ratio: float = Field(
        0.7, gt=0, lt=1, description="Share of a batch in the high-importance group, beta (0.7)."
    )
    rank_margin: float = Field(
        0.15, ge=0, le=1, description="Wanted gap of the groups' mean importance, delta 1 (0.15)."
    )
    rank_margin_learned: bool = Field(
        False, description="Whether delta 1 is learned, from rank_margin on (paper: an option)."
    )
    rank_over: Literal["global", "process"] = Field(
        "global",
        description="Groups of the whole batch, however many processes share it; or of each"
        " process's part of it, as published.",
    )
    bias_weighted: bool = Field(
        False, description="Whether the weight multiplies the classifier's bias too (reference)."
    )
    consistency_weight: float = Field(
        5.0, ge=0, description="eac: weight of the attention's consistency, lambda (5)."
    )
