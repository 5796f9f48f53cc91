"""Ordinary and hard scripts."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from demo.identities import identities
from demo.scenes import truth_of
from demo.scripts import Director

COMPANY = identities(4, seed=0, group="videos")


def _director(seed: int) -> Director:
    return Director(np.random.default_rng(seed), COMPANY)


@given(seed=st.integers(0, 2**32))
@settings(max_examples=60)
def test_every_part_of_an_ordinary_video_makes_a_clip(seed: int) -> None:
    """It lasts 8 to 20 s, and each face is in view from cut to cut, 5 s at the least."""
    script = _director(seed).ordinary("anger")
    truth = truth_of(script)
    assert 8 <= script.duration_s <= 20
    assert truth.clips(5.0) == len(script.scenes) == len(truth.cuts_s) + 1
    assert {role.expression for scene in script.scenes for role in scene.roles} == {"anger"}


def test_hard_scripts_hold_what_they_promise() -> None:
    """Nobody, a glimpse, a pair and a return have 0, 0, 2 and 2 clips of five seconds."""
    director = _director(0)
    assert truth_of(director.nobody()).appearances == ()
    glimpse = truth_of(director.glimpse("happy")).appearances
    assert [one.end_s - one.start_s for one in glimpse] == [3.0]
    first, second = truth_of(director.pair("happy")).appearances
    assert first.person != second.person
    assert (first.start_s, first.end_s) == (second.start_s, second.end_s)
    before, after = truth_of(director.returning("happy")).appearances
    assert before.person == after.person
    assert after.start_s - before.end_s == 4.0


def test_a_director_needs_two_people() -> None:
    """A company of one raises ValueError."""
    with pytest.raises(ValueError, match="company"):
        Director(np.random.default_rng(0), COMPANY[:1])
