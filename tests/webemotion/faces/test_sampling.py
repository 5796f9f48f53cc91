"""Thinning by time."""

from dataclasses import dataclass
from math import floor

from hypothesis import given
from hypothesis import strategies as st

from webemotion.faces.sampling import thin


@dataclass(frozen=True)
class Moment:
    """Anything with a time."""

    t_s: float


times_ms = st.lists(st.integers(0, 20_000), min_size=1, unique=True).map(sorted)


@given(times_ms, st.sampled_from([0.5, 1, 2, 4, 8, 25, 1000]))
def test_each_interval_gives_its_first_moment(times: list[int], rate_hz: float) -> None:
    """Each interval of 1 / rate_hz seconds that holds a moment gives its first one only."""
    moments = [Moment(time / 1000) for time in times]
    first_of = {floor((time - times[0]) * rate_hz / 1000): time for time in reversed(times)}
    assert [round(kept.t_s * 1000) for kept in thin(moments, rate_hz)] == sorted(first_of.values())


def test_thinning_to_the_rate_itself_keeps_everything() -> None:
    """Rounding of decimal fractions loses no frame of a regular sequence."""
    moments = [Moment(7.3 + i / 10) for i in range(1000)]
    assert list(thin(moments, 10)) == moments
