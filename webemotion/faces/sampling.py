"""Thinning of anything that carries a presentation time, without counting frames."""

from collections.abc import Iterable, Iterator
from math import floor
from typing import Protocol, TypeVar


class Timed(Protocol):
    """Something that is seen at one moment."""

    @property
    def t_s(self) -> float:
        """Presentation time in seconds."""


T = TypeVar("T", bound=Timed)


class Pace:
    """Says of moments in order of time which are the first in their interval."""

    def __init__(self, rate_hz: float) -> None:
        """At most so many moments per second are due, counted from the first moment."""
        self._rate_hz = rate_hz
        self._origin_s: float | None = None
        self._latest = -1

    def due(self, t_s: float) -> bool:
        """Whether this moment is the first in its interval of 1 / rate_hz seconds."""
        self._origin_s = t_s if self._origin_s is None else self._origin_s
        # A nanosecond of slack: 0.3 * 10 must count as 3 whatever the rounding.
        interval = floor((t_s - self._origin_s) * self._rate_hz + 1e-9)
        due, self._latest = interval > self._latest, max(interval, self._latest)
        return due


def thin(items: Iterable[T], rate_hz: float) -> Iterator[T]:
    """Keep the first item in each interval of 1 / rate_hz seconds, counted from the first item.

    Args:
        items: In order of time.
        rate_hz: At most so many are kept per second.
    """
    pace = Pace(rate_hz)
    return (item for item in items if pace.due(item.t_s))
