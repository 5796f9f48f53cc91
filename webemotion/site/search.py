"""Query → the videos a search finds, and which of them are worth a download."""

from dataclasses import dataclass

from webemotion.errors import ChannelDenied, Live, TooLong
from webemotion.planning.lexicon import Query
from webemotion.site.web_config import SearchConfig
from webemotion.site.ytdlp_call import call


@dataclass(frozen=True, slots=True)
class SearchHit:
    """One result of a search."""

    video_id: str
    title: str
    duration_s: float | None
    """None where the site does not say, as for some short videos."""
    channel_id: str | None
    live: bool
    """A broadcast that runs now or has yet to begin."""
    rank: int
    """1 is the best result."""


def search(query: Query, config: SearchConfig) -> list[SearchHit]:
    """Return the results of ``query``, best first, up to the ``top``-th worth a download.

    Results that are not worth one stay in the list, so that the ledger can say why.

    Raises:
        CollectionError: the site or the network failed; its ``decision`` says what to do.
    """
    request = {"task": "search", "text": query.text, "config": config.model_dump()}
    found = call(request, deadline_s=config.deadline_s)
    hits = [SearchHit(**hit, rank=rank) for rank, hit in enumerate(found, start=1)]
    wanted = [hit.rank for hit in hits if rejection(hit, config) is None]
    return hits if len(wanted) < config.top else hits[: wanted[config.top - 1]]


def rejection(hit: SearchHit, config: SearchConfig) -> str | None:
    """Return the ledger's word for why ``hit`` is not worth a download, or None.

    An unknown duration is no reason: the download asks the video's own page.
    """
    if hit.live:
        return Live.reason
    if hit.channel_id in config.denied_channels:
        return ChannelDenied.reason
    if hit.duration_s is not None and hit.duration_s >= config.max_duration_s:
        return TooLong.reason
    return None
