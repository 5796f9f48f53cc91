"""The real yt-dlp's search against the stand-in site."""

import pytest

from demo.catalogue import Catalogue, CatalogueVideo
from demo.youtube import StandIn
from tests.webemotion.stand_in_site import QUERY, searching
from webemotion import errors
from webemotion.site.search import SearchHit, rejection, search
from webemotion.site.web_config import SearchConfig


def _catalogue(*videos: CatalogueVideo, search_status: int = 200) -> Catalogue:
    by_id = {video.video_id: video for video in videos}
    return Catalogue(by_id, {QUERY.text: tuple(by_id)}, search_status)


def _videos(count: int) -> list[CatalogueVideo]:
    return [CatalogueVideo(f"video-{i:05}", f"Title {i}") for i in range(count)]


def test_results_keep_their_order_across_pages() -> None:
    """Forty-five results on three pages arrive once each, ranked from 1."""
    videos = _videos(60)
    with StandIn(_catalogue(*videos)) as site:
        hits = search(QUERY, searching(site, top=45, over_fetch=1))
        pages = [r for r in site.requests if r.path.startswith("/youtubei/v1/search")]
    assert [hit.video_id for hit in hits] == [video.video_id for video in videos[:45]]
    assert [hit.rank for hit in hits] == list(range(1, 46))
    assert len(pages) == 3


def test_a_hit_carries_what_the_result_page_says() -> None:
    """Title, channel, length and live status come from the page; a length may be missing."""
    short, live, soon, plain = (
        CatalogueVideo("short-video", "S", duration_s=None),
        CatalogueVideo("live--video", "L", status="live"),
        CatalogueVideo("soon--video", "U", status="upcoming"),
        CatalogueVideo("plain-video", "P", channel_id="UC" + "b" * 22, duration_s=187.0),
    )
    with StandIn(_catalogue(short, live, soon, plain)) as site:
        hits = search(QUERY, searching(site))
    assert hits[3] == SearchHit("plain-video", "P", 187.0, "UC" + "b" * 22, False, 4)
    assert [hit.duration_s for hit in hits[:3]] == [None, None, None]
    assert [hit.live for hit in hits] == [False, True, True, False]


def test_rejected_results_are_made_up_for() -> None:
    """The list reaches the wanted number of acceptable results and keeps the rejected ones."""
    long = [CatalogueVideo(f"long-{i:06}", "Long", duration_s=240.0) for i in range(3)]
    with StandIn(_catalogue(*long, *_videos(10))) as site:
        config = searching(site, top=5, over_fetch=2)
        hits = search(QUERY, config)
    assert [rejection(hit, config) for hit in hits] == ["too_long"] * 3 + [None] * 5


def test_a_query_without_results_is_no_failure() -> None:
    """Nothing found is an empty list."""
    with StandIn(Catalogue({})) as site:
        assert search(QUERY, searching(site)) == []


@pytest.mark.parametrize(
    ("status", "kind"),
    [(403, errors.Refused), (429, errors.RateLimited), (502, errors.ServerFailed)],
)
def test_a_failed_search_has_its_class(status: int, kind: type[errors.CollectionError]) -> None:
    """The HTTP status of a failed search decides its leaf of the error tree."""
    with StandIn(_catalogue(search_status=status)) as site, pytest.raises(kind):
        search(QUERY, searching(site))


@pytest.mark.parametrize(
    ("duration_s", "live", "reason"),
    [
        (239.0, False, None),
        (None, False, None),
        (240.0, False, "too_long"),
        (10.0, True, "live"),
    ],
)
def test_a_hit_is_rejected_for_its_length_or_for_being_live(
    duration_s: float | None, live: bool, reason: str | None
) -> None:
    """Four minutes are too long, and an unknown length is left to the download."""
    hit = SearchHit("plain-video", "P", duration_s, None, live, 1)
    assert rejection(hit, SearchConfig()) == reason


def test_a_hit_of_a_denied_channel_is_rejected() -> None:
    """A channel that is not wanted costs no download."""
    config = SearchConfig(denied_channels=("UC1",))
    hits = [SearchHit("plain-video", "P", 9.0, channel, False, 1) for channel in ("UC1", "UC2")]
    assert [rejection(hit, config) for hit in hits] == ["channel_denied", None]
