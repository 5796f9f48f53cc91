"""What a plan would cost, before anything is sent: requests, time, disk, and what is there already.

Figures that are not counts come from what the dataset holds; before it holds anything, from the
defaults named here.
"""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from storage.ledger import VideoEvent
from webemotion.planning.lexicon import Query
from webemotion.site.manners import Manners
from webemotion.site.web_config import SearchConfig

# yt-dlp reads so many results from a page of a search.
_RESULTS_A_PAGE: Final = 20
# The video's page, the player's answer, the media.
_REQUESTS_A_VIDEO: Final = 3
# The shortest clip (5 s at 2 faces a second), and a crop of 224 x 224 pixels.
_FACES_A_VIDEO: Final = 10.0
_BYTES_A_FACE: Final = 12_000.0

Words = tuple[str, str, str, str]


@dataclass(frozen=True, slots=True)
class Forecast:
    """What a plan would do.

    Attributes:
        queries: of the plan; each is sent, because what a site finds changes.
        answered: of these, the queries that have found videos before.
        known: videos that they found; none is fetched again.
        waiting: videos that are known and due, of whatever plan.
        videos: most videos that would be tried, waiting ones among them.
        requests: to the site, for searches and videos.
        hours: at the limits on calls.
        store_bytes: that the faces would take.
    """

    queries: int
    answered: int
    known: int
    waiting: int
    videos: int
    requests: int
    hours: float
    store_bytes: int


@dataclass(frozen=True, slots=True)
class Past:
    """What a dataset holds and has shown so far.

    Attributes:
        videos: that searches have found.
        asked: the queries that found them.
        known: videos that queries of the plan have found.
        waiting: videos that are due.
        tried: videos that were tried.
        faces: that these gave.
        store_bytes: size of the faces.
    """

    videos: int = 0
    asked: frozenset[Words] = frozenset()
    known: int = 0
    waiting: int = 0
    tried: int = 0
    faces: int = 0
    store_bytes: int = 0

    def new_share(self, top: int) -> float:
        """Videos that a query found, by the `top` it asked for: others found the rest; 0 to 1."""
        return min(1.0, self.videos / (len(self.asked) * top)) if self.asked else 1.0

    def faces_a_video(self) -> float:
        """Faces of a video that was tried; a default before the first."""
        return self.faces / self.tried if self.tried else _FACES_A_VIDEO

    def bytes_a_face(self) -> float:
        """Size of a face in the store; a default before the first."""
        return self.store_bytes / self.faces if self.faces else _BYTES_A_FACE


def past_of(
    events: Iterable[VideoEvent], queries: Iterable[Query], now: datetime, store_bytes: int
) -> Past:
    """Count what a dataset has shown so far, in one pass.

    Args:
        events: the ledger's states, each read once.
        queries: the plan.
        now: when videos are due.
        store_bytes: size of the faces.
    """
    planned = {words(query) for query in queries}
    asked: set[Words] = set()
    counts: Counter[str] = Counter()
    for event in events:
        finders = found_by(event)
        asked |= finders
        counts["videos"] += 1
        counts["known"] += not planned.isdisjoint(finders)
        counts["waiting"] += event.is_due(now)
        if event.attempts:
            counts["tried"] += 1
            counts["faces"] += event.counts.get("faces", 0)
    return Past(asked=frozenset(asked), store_bytes=store_bytes, **counts)


def forecast(
    queries: Sequence[Query], past: Past, searching: SearchConfig, manners: Manners
) -> Forecast:
    """Compute what sending `queries` would come to.

    Args:
        queries: the plan.
        past: what the dataset has shown so far.
        searching: how many results a query asks for.
        manners: the limits on calls.
    """
    answered = len(past.asked & {words(query) for query in queries})
    fresh = (len(queries) - answered) * searching.top * past.new_share(searching.top)
    videos = past.waiting + math.ceil(fresh)
    pages = math.ceil(searching.top * searching.over_fetch / _RESULTS_A_PAGE)
    return Forecast(
        queries=len(queries),
        answered=answered,
        known=past.known,
        waiting=past.waiting,
        videos=videos,
        requests=len(queries) * pages + videos * _REQUESTS_A_VIDEO,
        hours=manners.hours(len(queries) + videos),
        store_bytes=round(videos * past.faces_a_video() * past.bytes_a_face()),
    )


def found_by(event: VideoEvent) -> set[Words]:
    """The words of the queries that found a video."""
    return {(f.emotion, f.keyword, f.country, f.age) for f in event.found_by}


def words(query: Query) -> Words:
    """The words of a query."""
    return (query.emotion, query.keyword, query.country, query.age)
