"""The ledger of videos."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage.ledger import Finding, Ledger, State, VideoEvent
from storage.store import Dataset, open_store
from storage.tombstones import bury
from tests.storage.rows import faces

NOW = datetime(2026, 1, 1, tzinfo=UTC)
STATES: list[State] = ["found", "collected", "dropped", "failed"]


def _dataset(folder: Path) -> Dataset:
    return open_store(str(folder), create=True).dataset("webemotion", create=True)


def _finding(emotion: str) -> Finding:
    return Finding(emotion, "word", "Chad", "woman", 1, NOW)


@settings(max_examples=15, deadline=None)
@given(
    events=st.lists(
        st.tuples(st.sampled_from("abc"), st.sampled_from(STATES), st.integers(-999, 999)),
        max_size=12,
    )
)
def test_the_state_is_that_of_the_last_event_in_whatever_calls_they_came_and_however_clocks_jump(
    tmp_path_factory: pytest.TempPathFactory, events: list[tuple[str, State, int]]
) -> None:
    ledger = Ledger(_dataset(tmp_path_factory.mktemp("store")))
    half = len(events) // 2
    for part in (events[:half], events[half:]):
        ledger.record(
            [VideoEvent(v, state, time=NOW + timedelta(days=days)) for v, state, days in part]
        )
    states = {video: event.state for video, event in ledger.states().items()}
    assert states == {video: state for video, state, _ in events}


@settings(max_examples=20, deadline=None)
@given(
    events=st.lists(
        st.tuples(
            st.sampled_from("abcdef"),
            st.sampled_from(STATES),
            st.none() | st.integers(-2, 2),
            st.sampled_from(["here", "gone", None]),
        ),
        max_size=14,
    ),
    collected=st.sets(st.sampled_from("abcdef"), max_size=2),
    forgotten=st.sets(st.sampled_from(["a", "b", "gone"])),
)
def test_the_videos_due_are_those_whose_state_is_due_and_that_nobody_forgot(
    tmp_path_factory: pytest.TempPathFactory,
    events: list[tuple[str, State, int | None, str | None]],
    collected: set[str],
    forgotten: set[str],
) -> None:
    """Read in columns, the answer is that of looking at each video's state."""
    dataset = _dataset(tmp_path_factory.mktemp("store"))
    ledger = Ledger(dataset)
    ledger.record(
        VideoEvent(
            video, state, channel_id=channel,
            next_try_at=None if days is None else NOW + timedelta(days=days),
        )
        for video, state, days, channel in events
    )  # fmt: skip
    dataset.append_faces({key: faces(key, 1) for key in collected})
    for key in sorted(forgotten):
        bury(dataset, "channel" if key == "gone" else "video", [key], "asked", NOW)
    states = ledger.states()
    assert sorted(ledger.due(NOW)) == [
        video
        for video, event in sorted(states.items())
        if event.is_due(NOW) and not {video, event.channel_id} & ledger.forgotten()
    ]
    asked = {video: event.state for video, event in ledger.states("ab").items()}
    assert asked == {video: event.state for video, event in states.items() if video in "ab"}


def test_an_event_comes_back_as_it_was_recorded(tmp_path: Path) -> None:
    ledger = Ledger(_dataset(tmp_path))
    event = VideoEvent(
        "a", "failed", reason="rate_limited", detail="429", attempts=2, next_try_at=NOW,
        found_by=(_finding("happy"), _finding("sad")), emotion="happy", title="t",
        channel_id="c", duration_s=9.5, licence="cc", width_px=640, height_px=360, fps=30.0,
        ytdlp_version="1", counts={"faces": 3}, time=NOW,
    )  # fmt: skip
    ledger.record([event])
    assert ledger.states() == {"a": event}


def test_every_query_that_found_a_video_is_kept(tmp_path: Path) -> None:
    ledger = Ledger(_dataset(tmp_path))
    ledger.record([VideoEvent("a", "found", found_by=(_finding("happy"),))])
    ledger.record([VideoEvent("a", "found", found_by=(_finding("sad"),))])
    ledger.record([VideoEvent("a", "collected")])
    assert [f.emotion for f in ledger.states()["a"].found_by] == ["happy", "sad"]


def test_a_video_whose_faces_are_committed_is_collected_whatever_the_ledger_says(
    tmp_path: Path,
) -> None:
    dataset = _dataset(tmp_path)
    Ledger(dataset).record([VideoEvent("a", "found"), VideoEvent("b", "failed", reason="gone")])
    dataset.append_faces({key: faces(key, 1) for key in "abc"})
    states = Ledger(dataset).states()
    assert {video: event.state for video, event in states.items()} == dict.fromkeys(
        "abc", "collected"
    )


def test_events_under_one_key_are_recorded_once(tmp_path: Path) -> None:
    dataset = _dataset(tmp_path)
    for _ in range(2):
        Ledger(dataset).record([VideoEvent("a", "found")], key="batch-1")
    assert dataset.scan("videos").num_rows == 1


def test_a_video_is_due_when_found_or_when_its_time_has_come() -> None:
    later = NOW + timedelta(hours=1)
    assert VideoEvent("a", "found").is_due(NOW)
    assert VideoEvent("a", "failed", next_try_at=NOW).is_due(NOW)
    assert not VideoEvent("a", "failed", next_try_at=later).is_due(NOW)
    assert not VideoEvent("a", "collected").is_due(NOW)
    assert not VideoEvent("a", "dropped").is_due(NOW)
