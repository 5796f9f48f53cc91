"""Options of the methods: what is minimised.

Paper: "Suppressing Uncertainties for Large-Scale Facial Expression Recognition",
https://arxiv.org/abs/2002.10392. The reference is its authors' published code.

Soft labels: "Training Deep Networks for Facial Expression Recognition with Crowd-Sourced Label
Distribution", https://arxiv.org/abs/1608.01041, whose cross-entropy loss (CEL) is taken with the
distribution of the annotators' votes.
"""

import pkgutil
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, BaseModel, Field

# Names alone: a method's module needs the configuration, and cannot be imported from here.
_MODULES: Final = pkgutil.iter_modules([str(Path(__file__).parents[1] / "methods")])
METHOD_NAMES: Final = tuple(sorted(module.name for module in _MODULES if module.name != "method"))
"""The methods that there are: the files of `scn/methods/`."""


def _known(name: str) -> str:
    if name not in METHOD_NAMES:
        raise ValueError(f"method: is {name!r}, must be one of {', '.join(METHOD_NAMES)}")
    return name


MethodName = Annotated[
    str, AfterValidator(_known), Field(json_schema_extra={"enum": list(METHOD_NAMES)})
]


class MethodOptions(BaseModel):
    """Which method, and the terms of its loss."""

    method: MethodName = Field(
        "scn",
        description="scn: the Self-Cure Network; baseline: plain cross-entropy; rul: relative"
        " uncertainty learning; eac: erasing attention consistency.",
    )
    labels: Literal["hard", "soft"] = Field(
        "hard",
        description="scn, baseline: whether a training face is learned as its emotion (hard), or as"
        " the shares of its annotators' votes (soft), if the dataset has votes (FERPlus).",
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
