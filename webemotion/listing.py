"""A list of clips that someone shared, read with distrust.

The format is that of `storage.export_ids`.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from webemotion.planning.lexicon import Word

_MAX_LINE_BYTES: Final = 1 << 20
_MAX_FILE_BYTES: Final = 8 << 30

Share = Annotated[float, Field(ge=-1, le=2)]
"""Of a frame's side; a box may reach a little beyond the frame."""
Time = Annotated[float, Field(ge=0, le=1e6)]


class ListedQuery(BaseModel):
    """The query that had found the video."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    emotion: Word
    keyword: Word
    country: Word
    age: Word


class ListedClip(BaseModel):
    """One line of a list."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    video_id: str = Field(pattern=r"^[A-Za-z0-9_-]{11}$")
    clip_start_s: Time
    clip_end_s: Time
    boxes: tuple[tuple[Time, Share, Share, Share, Share], ...] = Field(min_length=1)
    label: Word
    query: ListedQuery | None

    @model_validator(mode="after")
    def _is_in_order(self) -> Self:
        if self.clip_start_s >= self.clip_end_s:
            raise ValueError("clip_end_s must be after clip_start_s")
        for _, x0, y0, x1, y1 in self.boxes:
            if x0 >= x1 or y0 >= y1:
                raise ValueError("a box must have x0 < x1 and y0 < y1")
        return self


@dataclass(frozen=True, slots=True)
class Listing:
    """The clips of a list by video, and a digest of its content."""

    clips: dict[str, tuple[ListedClip, ...]]
    digest: str


def read_listing(path: Path) -> Listing:
    """Read a list.

    Raises:
        ValueError: there is no such file, it is too large, or a line of it is no clip.
    """
    if not path.is_file():
        raise ValueError(f"ids: there is no file {path}")
    if path.stat().st_size > _MAX_FILE_BYTES:
        raise ValueError(f"ids {path}: has more than {_MAX_FILE_BYTES} bytes")
    clips: dict[str, list[ListedClip]] = {}
    digest = hashlib.sha256()
    with path.open("rb") as file:
        for number, line in enumerate(iter(lambda: file.readline(_MAX_LINE_BYTES + 1), b""), 1):
            digest.update(line)
            clip = _parsed(path, number, line)
            clips.setdefault(clip.video_id, []).append(clip)
    if not clips:
        raise ValueError(f"ids {path}: names no clip")
    return Listing({v: tuple(c) for v, c in clips.items()}, digest.hexdigest())


def _parsed(path: Path, number: int, line: bytes) -> ListedClip:
    where = f"ids {path}, line {number}"
    if len(line) > _MAX_LINE_BYTES:
        raise ValueError(f"{where}: has more than {_MAX_LINE_BYTES} bytes")
    try:
        return ListedClip.model_validate_json(line)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        field = ".".join(map(str, first["loc"])) or "line"
        shown = repr(first["input"])[:80]
        raise ValueError(f"{where}: {field} is {shown}: {first['msg']}") from error
