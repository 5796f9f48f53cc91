"""All options of a training run in one model."""

from pathlib import Path
from typing import Any, Final, Self

from pydantic import ConfigDict, Field, model_validator

from scn.config.augmentation import Augmentation
from scn.config.loop_options import LoopOptions
from scn.config.method_options import MethodOptions
from scn.config.presets import PRESETS, Preset
from scn.config.relabeling_options import RelabelingOptions
from scn.config.schedule import ScheduleOptions

# The others' losses are defined for one class a face.
_SOFT_METHODS: Final = ("scn", "baseline")


class TrainConfig(MethodOptions, RelabelingOptions, ScheduleOptions, LoopOptions):
    """All options of a training run; `preset` gives the defaults of the others."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    preset: Preset = Field(
        "paper",
        description="Whose options: the paper's, the published code's (reference; random changes of"
        " images are drawn otherwise), those that were best on known noise (recommended), plain"
        " cross-entropy's (baseline), rul's or eac's.",
    )
    backbone: str = Field(
        "resnet18",
        pattern=r"^(resnet18|resnet50|ir50|timm:[a-z0-9_.]+)$",
        description="resnet18, resnet50, ir50, or timm:NAME (needs the extra timm).",
    )
    backbone_weights: Path | None = Field(
        None,
        description="A file of the backbone's weights (.safetensors or .pth), or a checkpoint of"
        " the published SCN code, whose importance head is taken too; empty for random weights.",
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
    seed: int = Field(0, ge=0, description="Seed of everything that is random.")

    @model_validator(mode="before")
    @classmethod
    def _with_preset(cls, values: Any) -> Any:
        if not isinstance(values, dict):
            return values
        defaults = PRESETS.get(str(values.get("preset", "paper")), {})
        merged = {**defaults, **values}
        augmentation = values.get("augmentation")
        if isinstance(augmentation, dict):
            merged["augmentation"] = {**defaults.get("augmentation", {}), **augmentation}
        return merged

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        braked = self.relabel_limit < 1 or self.relabel_confirmations > 1
        if self.relabel_counts == "batch" and braked:
            raise ValueError(
                "relabel_counts: is batch, must be next_epoch for relabel_limit below 1 or"
                " relabel_confirmations above 1, which are decided at an epoch's end"
            )
        if self.batch_norm == "synchronised" and self.micro_batch:
            raise ValueError(
                "micro_batch: must be empty for batch_norm synchronised, whose statistics are of"
                " the whole batch"
            )
        return self

    @model_validator(mode="after")
    def _labels_fit(self) -> Self:
        if self.labels == "soft" and self.method not in _SOFT_METHODS:
            raise ValueError(
                f"labels: is soft, must be hard for method {self.method}, whose paper defines it"
                f" for hard labels; soft goes with {' and '.join(_SOFT_METHODS)}"
            )
        return self


def preset(name: Preset, **options: Any) -> TrainConfig:
    """The configuration of a preset with some options changed.

    Raises:
        ValueError: an unknown preset or option, or a value out of range.
    """
    return TrainConfig.model_validate({"preset": name, **options})
