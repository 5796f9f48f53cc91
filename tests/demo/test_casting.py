"""The plan of the world."""

import re
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from demo.casting import Plan, plan_world
from demo.manifest import OUTCOMES
from scn.emotions import EMOTIONS
from tests.demo.queries import QUERIES


def _plan(
    *, seed: int = 0, videos_per_emotion: int = 3, off_topic_share: float = 0.25
) -> tuple[Plan, ...]:
    return plan_world(
        QUERIES, seed=seed, videos_per_emotion=videos_per_emotion, off_topic_share=off_topic_share
    )


@given(count=st.integers(1, 9), share=st.floats(0, 1), seed=st.integers(0, 99))
@settings(max_examples=25, deadline=None)
def test_the_share_of_off_topic_videos_is_met(count: int, share: float, seed: int) -> None:
    """Every emotion has its videos, and the wrong ones are the share, rounded down."""
    plans = _plan(seed=seed, videos_per_emotion=count, off_topic_share=share)
    ordinary = [plan.video for plan in plans if plan.video.trait == "ordinary"]
    assert Counter(video.found_under for video in ordinary) == dict.fromkeys(EMOTIONS, count)
    assert sum(video.off_topic for video in ordinary) == int(8 * count * share + 1e-9)


def test_every_hard_case_is_there() -> None:
    """Each trait but the ordinary belongs to exactly one video."""
    traits = Counter(plan.video.trait for plan in _plan())
    del traits["ordinary"]
    assert traits == dict.fromkeys(set(OUTCOMES) - {"ordinary"}, 1)


def test_queries_return_what_belongs_to_them() -> None:
    """One or two queries of its emotion return a video; three of two emotions the popular one."""
    for plan in _plan():
        video = plan.video
        own = [text for text in video.queries if text in QUERIES[video.found_under]]
        if video.trait == "popular":
            assert (len(own), len(set(video.queries))) == (2, 3)
        else:
            assert len(own) == len(set(video.queries)) in (1, 2)


def test_identifiers_are_unique_and_truth_is_consistent() -> None:
    """No two videos share an id; clips are known where one is collected, files where one is."""
    videos = [plan.video for plan in _plan()]
    assert len({video.video_id for video in videos}) == len(videos)
    for video in videos:
        assert (video.clips is not None) == (video.expected_state == "collected")
        assert (video.file is None) == (video.trait in ("too_long", "private", "gone"))
        assert (video.shown is None) == (
            video.trait in ("no_face", "too_long", "private", "gone", "text")
        )


def test_the_seed_decides() -> None:
    """The same seed gives the same plan, another one a different plan."""
    assert _plan(seed=3) == _plan(seed=3)
    assert _plan(seed=3) != _plan(seed=4)


def test_wrong_arguments_are_refused() -> None:
    """Missing or repeated queries, no videos, or an impossible share raise ValueError."""
    arguments = {"seed": 0, "videos_per_emotion": 1, "off_topic_share": 0.0}
    repeated = dict(QUERIES) | {"sad": QUERIES["happy"]}
    missing = {emotion: texts for emotion, texts in QUERIES.items() if emotion != "fear"}
    for queries in (repeated, missing, dict(QUERIES) | {"sad": ("one",)}):
        with pytest.raises(ValueError, match="queries"):
            plan_world(queries, seed=0, videos_per_emotion=1, off_topic_share=0.0)
    for field, value in (("videos_per_emotion", 0), ("off_topic_share", 1.5)):
        with pytest.raises(ValueError, match=re.escape(f"{field}: must be")):
            plan_world(QUERIES, **(arguments | {field: value}))  # type: ignore[arg-type]
