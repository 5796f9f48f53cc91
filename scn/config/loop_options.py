"""Options of the loop: batches, precision, what is frozen or averaged, and checkpoints."""

from typing import Literal

from pydantic import BaseModel, Field


class LoopOptions(BaseModel):
    """How the work is cut up and done; none of it is a part of the method."""

    batch_size: int = Field(
        1024, ge=2, description="Faces per step, over all processes; the ranking is among these."
    )
    micro_batch: int | None = Field(
        None,
        ge=2,
        description="Most faces of a process at a time; a larger batch is looked at twice, in equal"
        " parts, so that its loss is of the whole batch. Empty for no limit.",
    )
    batch_norm: Literal["batch", "synchronised", "frozen"] = Field(
        "batch",
        description="Statistics of each process's faces; of all processes' (GPU); or as they are.",
    )
    frozen_stages: int = Field(
        0, ge=0, le=5, description="Stages of the backbone that do not learn, from the image on."
    )
    ema_decay: float = Field(
        0.0, ge=0, lt=1, description="Decay a step of a moving average of the weights; 0 for none."
    )
    balanced: bool = Field(
        False, description="Whether all classes are shown equally often (by their given labels)."
    )
    precision: Literal["auto", "bfloat16", "float32", "float64"] = Field(
        "auto",
        description="auto: bfloat16 on a GPU that has it, else float32, so that all CPUs compute"
        " alike. On a CPU with AVX-512 BF16 or AMX, bfloat16 is faster.",
    )
    compile: bool = Field(False, description="Whether the network is compiled (torch.compile).")
    checkpoint_every_s: float = Field(
        600.0, gt=0, description="Longest time between two checkpoints, in seconds."
    )
    checkpoints: int = Field(
        2, ge=1, le=1000, description="The last so many checkpoints are kept, beside the best one."
    )
