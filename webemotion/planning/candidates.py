"""Search results merged by video: what to try, and what to drop before any download."""

from collections import Counter
from collections.abc import Iterable, Mapping, Set
from dataclasses import replace
from datetime import datetime

from storage.ledger import Finding, VideoEvent
from webemotion.planning.lexicon import Query
from webemotion.site.search import SearchHit, rejection
from webemotion.site.web_config import SearchConfig


def weak_label(found_by: Iterable[Finding]) -> str:
    """The emotion that most queries agree on; ties go to the best rank, then to the alphabet."""
    findings = list(found_by)
    votes = Counter(finding.emotion for finding in findings)
    best_rank = {
        emotion: min(finding.rank for finding in findings if finding.emotion == emotion)
        for emotion in votes
    }
    return min(votes, key=lambda emotion: (-votes[emotion], best_rank[emotion], emotion))


def disagreement(found_by: Iterable[Finding], emotion: str | None) -> float:
    """Share of the findings under another emotion, 0 to 1."""
    others = [finding.emotion != emotion for finding in found_by]
    return sum(others) / max(len(others), 1)


def candidates(
    hits: Iterable[tuple[Query, SearchHit]],
    known: Mapping[str, VideoEvent],
    forgotten: Set[str],
    config: SearchConfig,
    now: datetime,
) -> list[VideoEvent]:
    """Ledger events that a round of searches gives rise to.

    Args:
        hits: every result with the query that returned it.
        known: the ledger's states.
        forgotten: keys of videos and channels that must never come back; these leave no event.
        config: limits on duration and kind.
        now: time of the searches.

    Returns:
        One event per video that is new, or that a new query has found. A new video is `found`, or
        `dropped` with a reason; a known one keeps its state and gains findings, and its weak label
        follows them until its faces are in the store.
    """
    events = []
    for video_id, found in _by_video(hits).items():
        hit = found[0][1]
        if video_id in forgotten or hit.channel_id in forgotten:
            continue
        findings = tuple(_finding(query, seen, now) for query, seen in found)
        before = known.get(video_id)
        if before is None:
            events.append(_new(hit, findings, config, now))
        elif fresh := _fresh(findings, before):
            events.append(_found_again(before, fresh, now))
    return events


def _by_video(
    hits: Iterable[tuple[Query, SearchHit]],
) -> dict[str, list[tuple[Query, SearchHit]]]:
    grouped: dict[str, list[tuple[Query, SearchHit]]] = {}
    for query, hit in hits:
        grouped.setdefault(hit.video_id, []).append((query, hit))
    return grouped


def _finding(query: Query, hit: SearchHit, now: datetime) -> Finding:
    return Finding(query.emotion, query.keyword, query.country, query.age, hit.rank, now)


def _new(
    hit: SearchHit, findings: tuple[Finding, ...], config: SearchConfig, now: datetime
) -> VideoEvent:
    reason = rejection(hit, config)
    return VideoEvent(
        video_id=hit.video_id,
        state="dropped" if reason else "found",
        reason=reason,
        found_by=findings,
        emotion=weak_label(findings),
        disagreement=disagreement(findings, weak_label(findings)),
        title=hit.title,
        channel_id=hit.channel_id,
        duration_s=hit.duration_s,
        time=now,
    )


def _found_again(before: VideoEvent, fresh: tuple[Finding, ...], now: datetime) -> VideoEvent:
    emotion, findings = before.emotion, before.found_by + fresh
    if before.state in ("found", "failed"):
        emotion = weak_label(findings)
    return replace(
        before,
        emotion=emotion,
        disagreement=disagreement(findings, emotion),
        found_by=fresh,
        time=now,
    )


def _fresh(findings: tuple[Finding, ...], before: VideoEvent) -> tuple[Finding, ...]:
    """Findings by queries that had not returned the video before."""

    def query(finding: Finding) -> tuple[str, str, str, str]:
        return (finding.emotion, finding.keyword, finding.country, finding.age)

    seen = {query(finding) for finding in before.found_by}
    return tuple(finding for finding in findings if query(finding) not in seen)
