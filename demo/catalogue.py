"""What the stand-in site holds: its videos, how each of them misbehaves, and its search results."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Literal

from pydantic import TypeAdapter

Status = Literal[
    "ok", "private", "gone", "copyright", "terminated", "age", "members", "geo", "live", "upcoming",
    "bot", "captcha", "rate_limited", "no_format", "strange",
]  # fmt: skip
MediaFault = Literal["none", "reset", "stall", "throttled", "truncated", "html", "no_length"]


@dataclass(frozen=True, slots=True)
class CatalogueVideo:
    """One video of the stand-in site."""

    video_id: str
    title: str
    media: Path | None = None
    """An MP4 file with H.264 and no sound."""
    channel_id: str = "UC" + "A" * 22
    duration_s: float | None = 10.0
    """None is left out of the answers, as the real site does for some short videos."""
    width_px: int = 640
    height_px: int = 360
    fps: int = 25
    licence: str | None = None
    status: Status = "ok"
    """What the player says."""
    player_status: int = 200
    """HTTP status of the player's answer."""
    media_status: int = 200
    """HTTP status of the media's answer."""
    media_fault: MediaFault = "none"
    faults: int | None = None
    """How many requests meet ``player_status``, ``media_status`` or ``media_fault`` before
    things go well; None is every request."""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The whole stand-in site."""

    videos: Mapping[str, CatalogueVideo]
    results: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Text of a query → identifiers of the videos found, best first."""
    search_status: int = 200
    """HTTP status of searches."""
    searches_answered: int = 0
    """How many searches go well before ``search_status``."""

    @classmethod
    def read(cls, path: Path) -> "Catalogue":
        """Read the JSON that ``write`` wrote; a wrong field raises ``pydantic.ValidationError``."""
        return TypeAdapter(cls).validate_json(path.read_bytes())

    def write(self, path: Path) -> None:
        """Write the catalogue as JSON."""
        path.write_text(json.dumps(asdict(self), default=str, indent=1), encoding="utf-8")
