"""How often the site may be asked, and how long nobody asks after it said stop.

The limits hold for all workers on all machines together. A call is one search or one video;
yt-dlp's authors give about 300 videos an hour for a guest, and the site speaks of an hour after a
rate limit (https://github.com/yt-dlp/yt-dlp/wiki/Extractors).
"""

from datetime import timedelta
from typing import Final

from pydantic import BaseModel, ConfigDict, Field

from webemotion.errors import BotCheck, RateLimited

_HOUR_S: Final = 3600.0


class Manners(BaseModel):
    """Limits on calls, the slowest of which rules; and pauses, which double each time."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    calls_per_minute: float = Field(
        12.0, gt=0, le=6000, description="Rate at which searches and videos begin, at most."
    )
    calls_per_hour: int = Field(
        300, ge=1, description="Searches and videos that begin in any hour, at most."
    )
    calls_per_day: int = Field(
        5_000, ge=1, description="Searches and videos that begin in any day, at most."
    )
    rate_limited_pause_s: float = Field(
        _HOUR_S, gt=0, description="Pause after a rate limit, in seconds."
    )
    bot_check_pause_s: float = Field(
        6 * _HOUR_S, gt=0, description="Pause after a question whether this is a robot, in seconds."
    )
    local_pause_s: float = Field(
        60.0, gt=0, description="Pause after a fault of disk, network or store, in seconds."
    )
    longest_pause_s: float = Field(24 * _HOUR_S, gt=0, description="Longest pause, in seconds.")
    terms_accepted: bool = Field(
        False, description="That you have read `webemotion terms`, and may collect."
    )
    wait: bool = Field(
        True, description="Whether to wait at a wall and go on; false ends the run, Paused."
    )

    def hours(self, calls: int) -> float:
        """The time that so many calls take, if nothing else is slower."""
        per_hour = min(self.calls_per_minute * 60, self.calls_per_hour, self.calls_per_day / 24)
        return calls / per_hour

    def pause(self, reason: str, failed: int) -> timedelta:
        """The pause after `failed` calls in a row, at least one, that met a wall."""
        first_s = {
            RateLimited.reason: self.rate_limited_pause_s,
            BotCheck.reason: self.bot_check_pause_s,
        }.get(reason, self.local_pause_s)
        return timedelta(seconds=min(first_s * 2.0 ** min(failed - 1, 30), self.longest_pause_s))
