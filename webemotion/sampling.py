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


def thin(items: Iterable[T], rate_hz: float) -> Iterator[T]:
    """Keep the first item in each interval of 1 / rate_hz seconds, counted from the first item.

    Args:
        items: In order of time.
        rate_hz: At most so many are kept per second.
    """
    origin_s, latest = None, -1
    for item in items:
        origin_s = item.t_s if origin_s is None else origin_s
        # A nanosecond of slack: 0.3 * 10 must count as 3 whatever the rounding.
        interval = floor((item.t_s - origin_s) * rate_hz + 1e-9)
        if interval > latest:
            latest = interval
            yield item
