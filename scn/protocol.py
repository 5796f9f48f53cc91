"""How a benchmark is used: its classes and folds, what selects, which labels are made wrong."""

from pathlib import Path
from typing import Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

Selection = Literal["validation", "test"]
CHOSEN_ON_TEST: Final = "CHOSEN ON THE TEST SPLIT: better than it is, to compare with papers only"
_SELECTING: Final = ("validation_accuracy", "validation_mean_class_accuracy", "average_accuracy")


def marked(title: str, selection: Selection) -> str:
    """A title, with a warning where the test split selected what it is of."""
    return f"{title} ({CHOSEN_ON_TEST})" if selection == "test" else title


def shown_as(column: str, selection: Selection) -> str:
    """What a column of a training's log is called where people read it.

    Scores on what selects are called validation's in every log; where that is the test split, the
    name says so.
    """
    chosen = selection == "test" and column in _SELECTING
    return f"{column.removeprefix('validation_')}_on_test_which_selects" if chosen else column


class Noise(BaseModel):
    """Wrong labels on purpose, on all faces but those tested on; the truth stays in the store."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["symmetric", "pair", "file"] = Field(
        "symmetric",
        description="symmetric: another class at random; pair: the next class, always the same;"
        " file: as a list says, one 'name label' a line.",
    )
    share: float = Field(0.1, ge=0, le=1, description="Of labels that become wrong; not for file.")
    seed: int = Field(0, ge=0, description="Another seed makes other labels wrong; not for file.")
    file: Path | None = Field(None, description="The list, for file.")

    @model_validator(mode="after")
    def _has_its_file(self) -> Self:
        if (self.kind == "file") != (self.file is not None):
            raise ValueError(f"file: is {self.file}, must be given for kind file, and only for it")
        return self


class Protocol(BaseModel):
    """What is trained on, what selects the checkpoint, and what is tested on."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    selection: Selection = Field(
        "validation",
        description="test lets the test split choose the checkpoint, as published numbers often"
        " did: only to reproduce them, for the result is too good; every output says so.",
    )
    without: tuple[str, ...] = Field(
        (), description='Emotions that are left out, such as ["contempt"] for seven classes.'
    )
    folds: int | None = Field(
        None,
        ge=2,
        le=1000,
        description="For datasets without a test split: so many parts, of different people where"
        " they are known, each tested on once by a run of its own. Empty for 10.",
    )
    noise: Noise | None = Field(None, description="Wrong labels on purpose; empty for none.")
