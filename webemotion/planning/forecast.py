"""What a plan would cost, before anything is sent: requests, time, disk, and what is there already.

Figures that are not counts come from what the dataset holds; before it holds anything, from the
defaults named here.
"""

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass
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
    """What a dataset has shown so far.

    Attributes:
        new_share: videos that a query found, by videos it asked for: others found the rest, or
            there were fewer; 0 to 1.
        faces_a_video: of videos that were tried.
        bytes_a_face: in the store.
    """

    new_share: float = 1.0
    faces_a_video: float = _FACES_A_VIDEO
    bytes_a_face: float = _BYTES_A_FACE


def past_of(events: Collection[VideoEvent], top: int, store_bytes: int) -> Past:
    """What a dataset has shown so far; the defaults where it has shown nothing.

    Args:
        events: the ledger's states.
        top: videos wanted of a query.
        store_bytes: size of the faces.
    """
    asked = len({words for event in events for words in found_by(event)})
    tried = [event for event in events if event.attempts]
    faces = sum(event.counts.get("faces", 0) for event in tried)
    return Past(
        new_share=min(1.0, len(events) / (asked * top)) if asked else 1.0,
        faces_a_video=faces / len(tried) if tried else _FACES_A_VIDEO,
        bytes_a_face=store_bytes / faces if faces else _BYTES_A_FACE,
    )


def forecast(
    queries: Sequence[Query],
    events: Collection[VideoEvent],
    *,
    waiting: int,
    past: Past,
    searching: SearchConfig,
    manners: Manners,
) -> Forecast:
    """Compute what sending `queries` would come to.

    Args:
        queries: the plan.
        events: the ledger's states.
        waiting: videos that are due.
        past: what the dataset has shown so far.
        searching: how many results a query asks for.
        manners: the limits on calls.
    """
    planned = {words(query) for query in queries}
    hits = [planned.intersection(found_by(event)) for event in events]
    answered = len(set().union(*hits))
    videos = waiting + math.ceil((len(queries) - answered) * searching.top * past.new_share)
    pages = math.ceil(searching.top * searching.over_fetch / _RESULTS_A_PAGE)
    return Forecast(
        queries=len(queries),
        answered=answered,
        known=sum(map(bool, hits)),
        waiting=waiting,
        videos=videos,
        requests=len(queries) * pages + videos * _REQUESTS_A_VIDEO,
        hours=manners.hours(len(queries) + videos),
        store_bytes=round(videos * past.faces_a_video * past.bytes_a_face),
    )


def found_by(event: VideoEvent) -> set[Words]:
    """The words of the queries that found a video."""
    return {(f.emotion, f.keyword, f.country, f.age) for f in event.found_by}


def words(query: Query) -> Words:
    """The words of a query."""
    return (query.emotion, query.keyword, query.country, query.age)
