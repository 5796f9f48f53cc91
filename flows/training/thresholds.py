"""Which of the collected faces a training reads, by what was measured on each."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field, FilePath

Condition = tuple[str, str, Any]

_LEAST: Final = ("size_px", "probability", "sharpness", "brightness", "contrast")
_MOST: Final = ("brightness", "asymmetry", "disagreement")
_TURN: Final = ("yaw_deg", "pitch_deg", "roll_deg")
_MOST_IDS: Final = 1_000_000


class Thresholds(BaseModel):
    """Faces beyond a threshold stay in the store and are not trained on; empty means all."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    min_size_px: int | None = Field(
        None, ge=1, description="Shorter side of the face's box in its video, in pixels."
    )
    min_probability: float | None = Field(
        None, ge=0, le=1, description="The detector's probability that it is a face."
    )
    min_sharpness: float | None = Field(
        None, ge=0, description="Variance of the Laplacian of the grey crop."
    )
    min_brightness: float | None = Field(None, ge=0, le=1, description="Mean grey level, 0 to 1.")
    max_brightness: float | None = Field(None, ge=0, le=1, description="Mean grey level, 0 to 1.")
    min_contrast: float | None = Field(
        None, ge=0, le=0.5, description="Standard deviation of the grey level, 0 to 0.5."
    )
    max_yaw_deg: float | None = Field(None, ge=0, le=90, description="Turn to either side.")
    max_pitch_deg: float | None = Field(None, ge=0, le=90, description="Turn up or down.")
    max_roll_deg: float | None = Field(None, ge=0, le=180, description="Tilt to either side.")
    max_asymmetry: float | None = Field(
        None, ge=0, le=2, description="How unlike its mirror image: a hint of occlusion."
    )
    max_disagreement: float | None = Field(
        None, ge=0, le=1, description="Share of the video's queries that meant another emotion."
    )
    licences: tuple[str, ...] | None = Field(
        None, description="Licences of videos, as their pages name them."
    )
    without_videos: FilePath | None = Field(
        None, description="A text file of video ids to leave out, one a line."
    )

    def conditions(self) -> tuple[Condition, ...]:
        """Conditions on columns, as the reader takes them; a face without a value fails them.

        Raises:
            ValueError: the file of ids is no such file.
        """
        found = [*self._bounds()]
        if self.licences is not None:
            found.append(("licence", "in", list(self.licences)))
        if self.without_videos is not None:
            found.append(("video_id", "not in", self._unwanted(self.without_videos)))
        return tuple(found)

    def _bounds(self) -> Iterator[Condition]:
        columns = [(column, "min", ">=") for column in _LEAST]
        columns += [(column, "max", "<=") for column in (*_MOST, *_TURN)]
        for column, end, comparison in columns:
            if (bound := getattr(self, f"{end}_{column}")) is not None:
                yield column, comparison, bound
                if column in _TURN:
                    yield column, ">=", -bound

    def _unwanted(self, path: Path) -> list[str]:
        try:
            ids = path.read_text(encoding="utf-8").split()
        except UnicodeDecodeError as error:
            raise ValueError(f"without_videos: {path} is no text file") from error
        if not 0 < len(ids) <= _MOST_IDS:
            raise ValueError(
                f"without_videos: {path} holds {len(ids)} ids, must be 1 to {_MOST_IDS}"
            )
        return ids
