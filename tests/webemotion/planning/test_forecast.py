"""What a plan would cost, computed before anything is sent."""

from dataclasses import replace
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from storage.ledger import Finding, VideoEvent
from webemotion.planning.forecast import Past, forecast, past_of
from webemotion.planning.lexicon import Query, load_lexicon, plan
from webemotion.site.manners import Manners
from webemotion.site.web_config import SearchConfig

NOW = datetime(2026, 1, 1, tzinfo=UTC)
PAPER = plan(load_lexicon())


def _event(video_id: str, *queries: Query, attempts: int = 0, faces: int = 0) -> VideoEvent:
    found = tuple(Finding(q.emotion, q.keyword, q.country, q.age, 1, NOW) for q in queries)
    return VideoEvent(
        video_id, "found", attempts=attempts, found_by=found, counts={"faces": faces}, time=NOW
    )


def test_the_papers_plan_takes_months_for_a_guest() -> None:
    """40 keywords x 45 countries x 5 age words, 20 videos each, at 300 calls an hour."""
    expected = forecast(PAPER, Past(), SearchConfig(), Manners())
    assert expected.queries == 40 * 45 * 5
    assert expected.videos == expected.queries * 20
    assert expected.requests == expected.queries * 2 + expected.videos * 3
    # 5,000 calls a day are fewer than 300 an hour.
    assert expected.hours == (expected.queries + expected.videos) / (5_000 / 24)
    assert expected.store_bytes == expected.videos * 10 * 12_000


@given(st.lists(st.sets(st.sampled_from(PAPER[:30]), min_size=1), max_size=20))
def test_queries_that_found_videos_ask_for_no_more_of_them(found_by: list[set[Query]]) -> None:
    """Each video counts once, however many queries found it; only new queries add videos."""
    events = [_event(f"video{number:06d}", *queries) for number, queries in enumerate(found_by)]
    asked = PAPER[10:40]
    past = past_of(events, asked, NOW, 0)
    expected = forecast(asked, replace(past, videos=10**6), SearchConfig(top=7), Manners())
    known = [queries for queries in found_by if queries & set(asked)]
    assert expected.known == len(known)
    assert expected.answered == len(set().union(*found_by) & set(asked))
    assert expected.videos == len(events) + 7 * (len(asked) - expected.answered)


def test_the_past_says_what_to_expect() -> None:
    """Faces of the videos tried, their size, and how few results are new."""
    first, second = PAPER[:2]
    events = [
        _event("a", first, attempts=1, faces=30),
        _event("b", first, second, attempts=1),
        _event("c", second),
    ]
    past = past_of(iter(events), PAPER, NOW, store_bytes=30 * 9_000)
    assert past.new_share(top=5) == 3 / 10
    assert (past.faces_a_video(), past.bytes_a_face()) == (15, 9_000)
    assert past_of([], PAPER, NOW, 0) == Past()


@given(st.integers(1, 1000), st.integers(1, 10_000), st.integers(1, 100_000), st.integers(0, 10**6))
def test_no_limit_on_calls_is_exceeded(minute: int, hour: int, day: int, calls: int) -> None:
    """The time is long enough for every one of the three limits."""
    manners = Manners(calls_per_minute=minute, calls_per_hour=hour, calls_per_day=day)
    hours = manners.hours(calls)
    slack = 1 + 1e-9
    assert calls <= hours * 60 * minute * slack
    assert calls <= hours * hour * slack
    assert calls <= hours / 24 * day * slack


@given(st.integers(1, 60))
def test_pauses_double_up_to_the_longest(failed: int) -> None:
    """Each failed trial makes the pause longer, but never longer than a day."""
    manners = Manners()
    pauses = [manners.pause(reason, failed) for reason in ("rate_limited", "bot_check", "gone")]
    later = [manners.pause(reason, failed + 1) for reason in ("rate_limited", "bot_check", "gone")]
    longest = Manners().longest_pause_s
    for now, then in zip(pauses, later, strict=True):
        assert then.total_seconds() == min(2 * now.total_seconds(), longest)
