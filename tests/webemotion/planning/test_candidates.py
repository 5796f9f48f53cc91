"""Search results merged by video."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.ledger import Finding, VideoEvent
from webemotion.planning.candidates import candidates, disagreement, weak_label
from webemotion.planning.lexicon import Query
from webemotion.site.search import SearchHit
from webemotion.site.web_config import SearchConfig

NOW = datetime(2026, 1, 1, tzinfo=UTC)
CONFIG = SearchConfig()


def _query(emotion: str, keyword: str = "word") -> Query:
    return Query(emotion=emotion, keyword=keyword, country="Chad", age="woman")


def _hit(video_id: str, rank: int = 1, duration_s: float | None = 60.0) -> SearchHit:
    return SearchHit(
        video_id=video_id, title="t", duration_s=duration_s, channel_id="c", live=False, rank=rank
    )


def _finding(emotion: str, rank: int, keyword: str = "word") -> Finding:
    return Finding(emotion, keyword, "Chad", "woman", rank, NOW)


def test_the_weak_label_is_the_emotion_most_queries_agree_on_and_ties_go_to_the_best_rank() -> None:
    assert weak_label([_finding("sad", 1), _finding("fear", 9), _finding("fear", 9, "b")]) == "fear"
    assert weak_label([_finding("sad", 2), _finding("fear", 1)]) == "fear"
    assert weak_label([_finding("sad", 1), _finding("fear", 1)]) == "fear"


@given(st.permutations([("sad", 3), ("sad", 1), ("fear", 2), ("fear", 1), ("anger", 1)]))
def test_the_weak_label_does_not_depend_on_the_order_of_findings(
    findings: list[tuple[str, int]],
) -> None:
    assert weak_label([_finding(emotion, rank) for emotion, rank in findings]) == "fear"


def test_disagreement_is_the_share_of_findings_under_another_emotion() -> None:
    """One of four queries disagrees; nobody disagrees about what nobody found."""
    findings = [_finding("sad", 1), *(_finding("fear", rank, str(rank)) for rank in (1, 2, 3))]
    assert disagreement(findings, "fear") == 0.25
    assert disagreement(findings, "sad") == 0.75
    assert disagreement([], "sad") == 0


def test_a_new_video_found_by_three_queries_is_one_event_with_three_findings() -> None:
    hits = [(_query(emotion), _hit("abcdefghijk", 2)) for emotion in ("sad", "fear", "sad")]
    (event,) = candidates(hits, {}, frozenset(), CONFIG, NOW)
    assert (event.state, event.emotion, len(event.found_by)) == ("found", "sad", 3)


def test_a_video_that_is_too_long_is_dropped_with_its_reason() -> None:
    (event,) = candidates(
        [(_query("sad"), _hit("a", duration_s=300))], {}, frozenset(), CONFIG, NOW
    )
    assert (event.state, event.reason) == ("dropped", "too_long")


@pytest.mark.parametrize("state", ["found", "collected", "dropped", "failed"])
def test_a_known_video_keeps_its_state_and_gains_only_new_queries(state: str) -> None:
    known = {"a": VideoEvent("a", state, found_by=(_finding("sad", 1),))}  # type: ignore[arg-type]
    assert candidates([(_query("sad"), _hit("a"))], known, frozenset(), CONFIG, NOW) == []
    (event,) = candidates([(_query("fear"), _hit("a"))], known, frozenset(), CONFIG, NOW)
    assert (event.state, [f.emotion for f in event.found_by]) == (state, ["fear"])


@given(st.permutations(["sad", "sad", "fear", "fear", "fear", "anger"]), st.integers(1, 5))
def test_searches_recorded_bit_by_bit_give_the_weak_label_of_all_together(
    emotions: list[str], first: int
) -> None:
    hits = [(_query(emotion, f"word {n}"), _hit("a")) for n, emotion in enumerate(emotions)]
    (before,) = candidates(hits[:first], {}, frozenset(), CONFIG, NOW)
    (after,) = candidates(hits[first:], {"a": before}, frozenset(), CONFIG, NOW)
    assert after.emotion == "fear"


def test_forgotten_videos_and_channels_leave_no_event() -> None:
    hits = [(_query("sad"), _hit("a")), (_query("sad"), _hit("b"))]
    assert candidates(hits, {}, {"c"}, CONFIG, NOW) == []
    assert [event.video_id for event in candidates(hits, {}, {"a"}, CONFIG, NOW)] == ["b"]
