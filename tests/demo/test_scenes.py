"""The truth that follows from a script."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from demo.scenes import Role, Scene, Script, intensity_at, truth_of


def _role(start_s: float, end_s: float, *, phase: float = 0.0) -> Role:
    return Role(0, "fear", start_s, end_s, x=0.5, face_px=100, phase=phase)


@given(start_s=st.floats(0, 20), after_s=st.floats(0, 20), phase=st.floats(0, 2 * math.pi))
def test_intensity_rises_from_nothing_and_then_stays_high(
    start_s: float, after_s: float, phase: float
) -> None:
    """It is 0 at the start, never above 1, and at least 0.6 once the onset is over."""
    role = _role(start_s, start_s + 30, phase=phase)
    intensity = intensity_at(role, start_s + after_s)
    assert intensity_at(role, start_s) == 0
    assert 0 <= intensity <= 1 + 1e-9
    assert intensity >= 0.6 - 1e-9 or after_s < 0.81


@given(start=st.integers(0, 40), length=st.integers(4, 60), phase=st.floats(0, 2 * math.pi))
def test_truth_states_every_second_in_view(start: int, length: int, phase: float) -> None:
    """Moments begin where the person does, follow second by second, and are honest means."""
    role = _role(start / 4, (start + length) / 4, phase=phase)
    script = Script((Scene(0.0, 30.0, 0, (role,)),))
    moments = truth_of(script).appearances[0].moments
    assert moments[0].start_s == role.start_s
    assert [moment.start_s for moment in moments[1:]] == [
        float(second) for second in range(math.floor(role.start_s) + 1, math.ceil(role.end_s))
    ]
    assert all((moment.expression == "fear") == (moment.intensity >= 0.3) for moment in moments)


def test_only_long_appearances_make_clips() -> None:
    """Clips are the appearances of at least the given length, and cuts are where scenes meet."""
    scenes = (
        Scene(0.0, 7.0, 0, (_role(0, 7), _role(0, 4))),
        Scene(7.0, 13.0, 1, (_role(7, 13),)),
    )
    truth = truth_of(Script(scenes))
    assert truth.clips(5.0) == 2
    assert truth.clips(3.0) == 3
    assert truth.cuts_s == (7.0,)
    assert truth.duration_s == pytest.approx(13.0)
