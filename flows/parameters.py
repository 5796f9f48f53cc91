"""What a user may set on a flow.

The same frozen models are a deployment's form, the command line's options and the saved
configuration of a run. A wrong value is refused before a run starts, with the field's name.
"""

from pathlib import Path
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, FilePath, model_validator

from webemotion.planning.lexicon import Query, load_lexicon, plan

DatasetName = Annotated[
    str, Field(pattern="^[a-z0-9][a-z0-9-]*$", max_length=64, description="Name of a dataset.")
]

ProcessCount = Annotated[
    int, Field(ge=1, le=64, description="Processes that train together; with GPUs, one for each.")
]

SeedCount = Annotated[
    int, Field(ge=1, le=100, description="Trainings of each cell, with seeds from 0 on.")
]

ParallelRuns = Annotated[
    int, Field(ge=0, le=256, description="Runs sent to workers at a time; 0 does them here.")
]

RayAddress = Annotated[
    str,
    Field(
        pattern=r"^(auto|ray://\S+|[\w.-]+:\d+)$",
        description="A Ray cluster: host:6379, ray://host:10001, or auto.",
    ),
]


class PlanParameters(BaseModel):
    """Which queries to send."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    lexicon: FilePath | None = Field(
        None, description="A lexicon file of your own; empty for the one that is shipped."
    )
    emotions: tuple[str, ...] | None = Field(
        None, description="Emotions to collect, by name; empty for all eight."
    )
    keywords_per_emotion: int | None = Field(
        None, ge=1, description="Keywords used of each emotion; empty for all."
    )
    countries: tuple[str, ...] | None = Field(
        None, description="Countries used, by name; empty for all."
    )
    ages: tuple[str, ...] | None = Field(None, description="Age words used; empty for all.")
    include_children: bool = Field(
        False, description="Whether to use age words that target children."
    )

    @model_validator(mode="after")
    def _names_known_words(self) -> Self:
        self.queries()
        return self

    def queries(self) -> tuple[Query, ...]:
        """The plan, balanced over emotions.

        Raises:
            ValueError: an unknown name, or nothing left to search for.
        """
        return plan(
            load_lexicon(self.lexicon),
            emotions=self.emotions,
            keywords_per_emotion=self.keywords_per_emotion,
            countries=self.countries,
            ages=self.ages,
            include_children=self.include_children,
        )


class WorkParameters(BaseModel):
    """How the work of a collection is dealt out."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    searches_only: bool = Field(
        False, description="Search and record what is found; download nothing."
    )
    scratch: Path = Field(Path("data/scratch"), description="Folder for files of passing use.")
    batch_size: int = Field(20, ge=1, le=500, description="Videos that are committed together.")
    parallel_batches: int = Field(
        0,
        ge=0,
        le=256,
        description="Batches sent to workers at a time as runs of their own; 0 does them here.",
    )
    batch_timeout_s: float = Field(
        7200.0, gt=0, description="Longest time a batch may take on a worker, in seconds."
    )
    ray_address: RayAddress | None = Field(
        None,
        description="A Ray cluster that finds the faces: host:6379, ray://host:10001, or auto; "
        "empty finds them where the video was downloaded.",
    )
