"""Options of relabeling: whose label changes, when, and what slows it down (paper section 3.4)."""

from typing import Literal

from pydantic import BaseModel, Field


class RelabelingOptions(BaseModel):
    """The rule, when it counts, and its brakes.

    The published code has no brakes; users report runs that collapse once it relabels.
    """

    relabel: bool = Field(True, description="Whether labels change at all.")
    relabel_margin: float = Field(
        0.2, ge=0, le=1, description="Lead in probability that changes a label, delta 2 (0.2)."
    )
    relabel_from_epoch: int = Field(
        10, ge=1, description="First epoch that relabels, counted from 1 (paper: 10)."
    )
    relabel_group: Literal["low", "all"] = Field(
        "low", description="Who may be relabelled: the low group (paper) or all (reference)."
    )
    relabel_by: Literal["plain", "weighted"] = Field(
        "plain",
        description="Probabilities from logits without or with the importance weight (reference).",
    )
    relabel_view: Literal["augmented", "clean"] = Field(
        "augmented",
        description="Probabilities of the image that is trained on (reference), or of the image"
        " without random changes, at the cost of a second look.",
    )
    relabel_counts: Literal["next_epoch", "batch"] = Field(
        "next_epoch",
        description="From when a new label counts: the next epoch (reference), or this very batch.",
    )
    relabel_limit: float = Field(
        1.0,
        gt=0,
        le=1,
        description="Largest share of the faces of a class that lose its label in an epoch; the"
        " surest changes come first.",
    )
    relabel_confirmations: int = Field(
        1, ge=1, le=100, description="Epochs in a row that must propose the same change."
    )
    relabel_changes: int | None = Field(
        3, ge=1, description="Most changes of one face's label; empty for any (reference)."
    )
