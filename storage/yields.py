"""What searches and downloads yielded, counted from the ledger: for tables that a person reads."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Final

from storage.ledger import Finding, VideoEvent

YIELD_COLUMNS: Final = ("emotion", "attempts", "counts")
"""What a yield is counted from, beside the state."""


def outcomes(events: Iterable[VideoEvent]) -> dict[tuple[str, str], int]:
    """Number of videos by state and reason (empty where there is none)."""
    return dict(Counter((event.state, event.reason or "") for event in events).most_common())


def stage_counts(events: Iterable[VideoEvent]) -> dict[str, int]:
    """Sums of the stages' counts over videos: detections, tracks, clips, faces and drops."""
    sums: Counter[str] = Counter()
    for event in events:
        sums.update(event.counts)
    return dict(sums)


def yield_by_emotion(events: Iterable[VideoEvent]) -> list[dict[str, object]]:
    """Per emotion: videos found, collected and dropped, and clips and faces collected."""
    rows: dict[str, Counter[str]] = {}
    for event in events:
        _add(rows.setdefault(event.emotion or "", Counter()), event)
    names = ("found", "collected", "dropped", "failed", "clips", "faces")
    return [
        {"emotion": e, **{name: row[name] for name in names}} for e, row in sorted(rows.items())
    ]


def yield_by_query(events: Iterable[VideoEvent]) -> list[dict[str, object]]:
    """Per query: videos found, collected, dropped and failed, clips, faces; the best yield first.

    A video that several queries found counts for each of them. An attempt is a call of the site.
    """
    rows: dict[tuple[str, str, str, str], Counter[str]] = {}
    for event in events:
        for query in {(f.emotion, f.keyword, f.country, f.age) for f in event.found_by}:
            _add(rows.setdefault(query, Counter()), event)
    names = ("emotion", "keyword", "country", "age")
    counted = ("found", "collected", "dropped", "failed", "attempts", "clips", "faces")
    ordered = sorted(rows.items(), key=lambda item: (-item[1]["faces"], item[0]))
    return [
        dict(zip(names, query, strict=True))
        | {name: row[name] for name in counted}
        | {"faces_per_attempt": round(row["faces"] / max(row["attempts"], 1), 2)}
        for query, row in ordered
    ]


def faces_by_word(
    events: Iterable[VideoEvent],
    faces_of: Mapping[str, int],
    word: Callable[[Finding], str],
) -> dict[str, int]:
    """Number of faces by a word of the queries that found their video, such as its country.

    Args:
        events: the ledger's states.
        faces_of: video id → faces in the store.
        word: which word; a video that was found by several counts under each.
    """
    counts: Counter[str] = Counter()
    for event in events:
        for name in {word(finding) for finding in event.found_by}:
            counts[name] += faces_of.get(event.video_id, 0)
    return dict(counts.most_common())


def _add(row: Counter[str], event: VideoEvent) -> None:
    row["found"] += 1
    row[event.state] += event.state != "found"
    row["attempts"] += event.attempts
    row["clips"] += event.counts.get("clips", 0)
    row["faces"] += event.counts.get("faces", 0)
