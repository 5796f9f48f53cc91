"""A downloaded video: a file in scratch and what its page said about it."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Video:
    """One video file with its provenance; whoever asked for it deletes the file."""

    video_id: str
    path: Path
    title: str
    channel_id: str | None
    duration_s: float | None
    """As the site states it; None if it does not."""
    licence: str | None
    """None is the site's standard licence."""
    width_px: int
    height_px: int
    fps: float | None
    ytdlp_version: str
