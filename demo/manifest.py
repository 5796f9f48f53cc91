"""What the demo's world holds and what should become of it, as one JSON file."""

from pathlib import Path
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, Field

FILE_NAME: Final = "world.json"

Trait = Literal[
    "ordinary",
    "no_face",
    "glimpse",
    "pair",
    "returning",
    "too_long",
    "truncated",
    "private",
    "gone",
    "text",
    "popular",
]
"""What is special about a video."""
State = Literal["collected", "dropped", "failed"]
Reason = Literal[
    "no_face", "face_too_short", "too_long", "unreadable", "private", "gone", "not_a_video"
]
"""Words of the ledger."""

OUTCOMES: Final[dict[Trait, tuple[State, Reason | None]]] = {
    "ordinary": ("collected", None),
    "popular": ("collected", None),
    "pair": ("collected", None),
    "returning": ("collected", None),
    "no_face": ("dropped", "no_face"),
    "glimpse": ("dropped", "face_too_short"),
    "too_long": ("dropped", "too_long"),
    "truncated": ("dropped", "unreadable"),
    "private": ("dropped", "private"),
    "gone": ("dropped", "gone"),
    "text": ("dropped", "not_a_video"),
}


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class WorldVideo(_Frozen):
    """One video of the world."""

    video_id: str = Field(pattern=r"^[A-Za-z0-9_-]{11}$", description="As YouTube writes them.")
    trait: Trait = Field(description="What is special about it.")
    title: str = Field(description="As the site shows it.")
    channel_id: str = Field(pattern=r"^UC[A-Za-z0-9_-]{22}$", description="Who published it.")
    duration_s: float = Field(gt=0, description="Length the site states, in seconds.")
    licence: str | None = Field(None, description="None is the site's standard licence.")
    file: str | None = Field(None, description="Name of its file in the world's folder, if any.")
    found_under: str = Field(description="Emotion of the queries that return it.")
    shown: str | None = Field(description="Emotion that its faces show; None where none is seen.")
    queries: tuple[str, ...] = Field(min_length=1, description="Texts that return it.")
    clips: int | None = Field(None, description="Clips of 5 s or more, where it is collected.")

    @property
    def expected_state(self) -> State:
        """State that the ledger should end with."""
        return OUTCOMES[self.trait][0]

    @property
    def expected_reason(self) -> Reason | None:
        """Reason that the ledger should give, if any."""
        return OUTCOMES[self.trait][1]

    @property
    def off_topic(self) -> bool:
        """Whether it shows something else than it is found under."""
        return self.shown is not None and self.shown != self.found_under


class World(_Frozen):
    """The whole world."""

    seed: int = Field(description="From which all of it follows.")
    videos: tuple[WorldVideo, ...] = Field(description="In the order in which searches list them.")

    @classmethod
    def load(cls, folder: Path) -> "World":
        """Read a built world; what is no manifest raises ``pydantic.ValidationError``."""
        return cls.model_validate_json((folder / FILE_NAME).read_bytes())

    def save(self, folder: Path) -> None:
        """Write the manifest into the world's folder."""
        text = self.model_dump_json(indent=1)
        (folder / FILE_NAME).write_text(text + "\n", encoding="utf-8")

    def results(self) -> dict[str, tuple[str, ...]]:
        """Text of a query → the videos it returns."""
        texts = dict.fromkeys(text for video in self.videos for text in video.queries)
        return {
            text: tuple(video.video_id for video in self.videos if text in video.queries)
            for text in texts
        }
