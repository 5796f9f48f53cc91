"""Options of the optimiser, and its learning rate over time.

The paper's schedule (learning rate, epochs) is reported in the paper (unverified).
"""

import math
from typing import Literal

from pydantic import BaseModel, Field, PositiveInt


class ScheduleOptions(BaseModel):
    """Optimiser, learning rate and length."""

    optimiser: Literal["sgd", "adam", "adamw"] = Field(
        "sgd", description="sgd (with momentum), adam or adamw."
    )
    learning_rate: float = Field(0.1, gt=0, le=10, description="Learning rate at the start.")
    head_rate: float = Field(
        1.0, gt=0, le=1000, description="Factor on the rate of what is not the backbone (rul: 10)."
    )
    momentum: float = Field(0.9, ge=0, lt=1, description="Momentum of sgd.")
    weight_decay: float = Field(1e-4, ge=0, le=1, description="Weight decay.")
    schedule: Literal["step", "exponential", "cosine", "constant"] = Field(
        "step",
        description="step: a tenth after each of step_epochs; exponential: decay each epoch;"
        " cosine: down to 0 at the last epoch's end.",
    )
    step_epochs: tuple[PositiveInt, ...] = Field(
        (15, 30), description="Epochs after which the rate is divided by 10 (schedule step)."
    )
    decay: float = Field(
        0.9, gt=0, le=1, description="Factor on the rate after each epoch (schedule exponential)."
    )
    warm_up_epochs: float = Field(
        0.0, ge=0, description="Epochs in which the rate rises from 0 to its start."
    )
    epochs: int = Field(40, ge=1, le=10_000, description="Passes over the training faces.")
    patience: int | None = Field(
        None, ge=1, description="Epochs without a better validation that end the run; or never."
    )


def rate_at(options: ScheduleOptions, done_epochs: float) -> float:
    """Learning rate after so many epochs; parts of an epoch count for warm-up and cosine."""
    rate = options.learning_rate
    if options.schedule == "step":
        rate *= 0.1 ** sum(int(done_epochs) >= after for after in options.step_epochs)
    elif options.schedule == "exponential":
        rate *= options.decay ** int(done_epochs)
    elif options.schedule == "cosine":
        rate *= 0.5 * (1 + math.cos(math.pi * min(done_epochs / options.epochs, 1)))
    if done_epochs < options.warm_up_epochs:
        rate *= done_epochs / options.warm_up_epochs
    return rate
