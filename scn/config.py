"""How a model is trained: every option with its source, and the documented presets.

Paper: "Suppressing Uncertainties for Large-Scale Facial Expression Recognition",
https://arxiv.org/abs/2002.10392. Its gamma and its schedule (learning rate, epochs) are reported
in the paper (unverified). The reference is the authors' published code, which differs from it.
"""

from pathlib import Path
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, PositiveInt, model_validator

Preset = Literal["paper", "reference", "baseline"]

_PRESETS: Final[dict[str, dict[str, Any]]] = {
    "paper": {},
    "reference": {
        "loss_sum": "plain",
        "relabel_group": "all",
        "relabel_by": "weighted",
        "bias_weighted": True,
        "optimiser": "adam",
        "learning_rate": 1e-3,
        "schedule": "exponential",
        "epochs": 70,
        "batch_size": 64,
        "augmentation": {"flip": 0.25, "shift": 0.0},
    },
    "baseline": {"method": "baseline"},
}


class Augmentation(BaseModel):
    """Random changes of a training image; the paper does not publish its own.

    In the published code an image is mirrored or gets noise, never both; here each is drawn alone.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    flip: float = Field(
        0.5, ge=0, le=1, description="Share of images that are mirrored (reference: 0.25)."
    )
    shift: float = Field(
        0.04,
        ge=0,
        le=0.5,
        description="Largest shift in each direction, as a share of the side (reference: 0).",
    )
    noise: float = Field(
        0.25, ge=0, le=1, description="Share of images that get noise (reference: 0.25)."
    )
    noise_std: float = Field(
        0.0215,
        ge=0,
        le=1,
        description="Standard deviation of the noise, full scale 1 (reference: sqrt(30) / 255).",
    )
    colour: float = Field(
        0.0,
        ge=0,
        le=1,
        description="Largest relative change of each colour channel (reference: 0).",
    )
    erase: float = Field(
        0.5, ge=0, le=1, description="Share of images with a blanked rectangle (reference: 0.5)."
    )


class TrainConfig(BaseModel):
    """All options of a training run; `preset` gives the defaults of the others."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    preset: Preset = Field(
        "paper", description="paper: as published; reference: as the published code; baseline."
    )
    method: Literal["scn", "baseline"] = Field(
        "scn", description="scn: the Self-Cure Network; baseline: plain cross-entropy."
    )
    rank_loss_weight: float = Field(
        0.5,
        ge=0,
        le=1,
        description="Weight of the rank loss, gamma (0.5: reported in the paper, unverified).",
    )
    loss_sum: Literal["weighted", "plain"] = Field(
        "weighted",
        description="weighted: gamma and 1 - gamma (paper); plain: the sum of both (reference).",
    )
    high_ratio: float = Field(
        0.7, gt=0, lt=1, description="Share of a batch in the high-importance group, beta (0.7)."
    )
    rank_margin: float = Field(
        0.15, ge=0, le=1, description="Wanted gap of the groups' mean importance, delta 1 (0.15)."
    )
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
    bias_weighted: bool = Field(
        False, description="Whether the weight multiplies the classifier's bias too (reference)."
    )
    optimiser: Literal["sgd", "adam"] = Field("sgd", description="sgd (with momentum) or adam.")
    learning_rate: float = Field(0.1, gt=0, le=10, description="Learning rate at the start.")
    momentum: float = Field(0.9, ge=0, lt=1, description="Momentum of sgd.")
    weight_decay: float = Field(1e-4, ge=0, le=1, description="Weight decay.")
    schedule: Literal["step", "exponential", "constant"] = Field(
        "step",
        description="step: a tenth after each of step_epochs; exponential: decay each epoch.",
    )
    step_epochs: tuple[PositiveInt, ...] = Field(
        (15, 30), description="Epochs after which the rate is divided by 10 (schedule step)."
    )
    decay: float = Field(
        0.9, gt=0, le=1, description="Factor on the rate after each epoch (schedule exponential)."
    )
    epochs: int = Field(40, ge=1, le=10_000, description="Passes over the training faces.")
    batch_size: int = Field(
        1024, ge=2, description="Faces per step; batch normalisation needs two."
    )
    image_size_px: int = Field(224, ge=32, le=1024, description="Side of the input, in pixels.")
    centre_share: float = Field(
        1.0,
        gt=0.2,
        le=1,
        description="Middle part of the crop that is used, as a share of its side.",
    )
    augmentation: Augmentation = Field(
        Augmentation(), description="Random changes of training images."
    )
    holdout_share: float = Field(
        0.1,
        gt=0,
        lt=1,
        description="Part of train that chooses the checkpoint, where there is no such split.",
    )
    backbone_weights: Path | None = Field(
        None, description="A file of ResNet-18 weights (.safetensors or .pth); empty for random."
    )
    seed: int = Field(0, ge=0, description="Seed of everything that is random.")

    @model_validator(mode="before")
    @classmethod
    def _with_preset(cls, values: Any) -> Any:
        if not isinstance(values, dict):
            return values
        defaults = _PRESETS.get(str(values.get("preset", "paper")), {})
        merged = {**defaults, **values}
        augmentation = values.get("augmentation")
        if isinstance(augmentation, dict):
            merged["augmentation"] = {**defaults.get("augmentation", {}), **augmentation}
        return merged


def preset(name: Preset, **options: Any) -> TrainConfig:
    """The configuration of a preset with some options changed.

    Raises:
        ValueError: an unknown preset or option, or a value out of range.
    """
    return TrainConfig.model_validate({"preset": name, **options})


def rate_at(config: TrainConfig, epoch: int) -> float:
    """Learning rate of an epoch, counted from 1."""
    if config.schedule == "step":
        passed = sum(epoch > after for after in config.step_epochs)
        return config.learning_rate * 0.1**passed
    if config.schedule == "exponential":
        return config.learning_rate * config.decay ** (epoch - 1)
    return config.learning_rate
