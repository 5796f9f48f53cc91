"""The contract with the site: each way to fail has its class, its decision, its ledger row.

The real yt-dlp, in its own process, against the stand-in site; yt-dlp itself is not changed.
"""

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from demo.catalogue import Catalogue, CatalogueVideo
from demo.youtube import StandIn
from storage.ledger import Ledger, State, VideoEvent
from storage.store import open_store
from tests.webemotion.stand_in_site import collect_video, downloading, write_media
from webemotion import errors
from webemotion.commit import commit
from webemotion.errors import CollectionError, Decision
from webemotion.faces.harvest_config import HarvestConfig
from webemotion.site.download import download
from webemotion.spool import Spool

VIDEO = CatalogueVideo("", "t", width_px=64, height_px=48)
LICENCE = "Creative Commons Attribution license (reuse allowed)"


@dataclass(frozen=True)
class Scenario:
    """How a video misbehaves, and what has to come of it."""

    how: dict[str, Any]
    expected: type[CollectionError]
    decision: Decision
    settings: dict[str, Any] = field(default_factory=dict)


def _drop(expected: type[CollectionError], settings: Any = None, **how: Any) -> Scenario:
    return Scenario(how, expected, "drop", settings or {})


def _retry(expected: type[CollectionError], settings: Any = None, **how: Any) -> Scenario:
    return Scenario(how, expected, "retry", settings or {})


def _pause(expected: type[CollectionError], **how: Any) -> Scenario:
    return Scenario(how, expected, "pause")


SCENARIOS = {
    "private": _drop(errors.Private, status="private"),
    "removed": _drop(errors.Gone, status="gone"),
    "copyright": _drop(errors.Gone, status="copyright"),
    "terminated": _drop(errors.Gone, status="terminated"),
    "age": _drop(errors.NeedsLogin, status="age"),
    "members": _drop(errors.NeedsLogin, status="members"),
    "geo": _drop(errors.GeoBlocked, status="geo"),
    "live": _drop(errors.Live, status="live"),
    "upcoming": _drop(errors.Live, status="upcoming"),
    "bot_check": _pause(errors.BotCheck, status="bot"),
    "captcha": _pause(errors.BotCheck, status="captcha"),
    "rate_limit": _pause(errors.RateLimited, status="rate_limited"),
    "no_format": _retry(errors.NoFormat, status="no_format"),
    "too_fine": _retry(errors.NoFormat, width_px=1280, height_px=720),
    "unknown": _retry(errors.Unknown, status="strange"),
    "page_403": _retry(errors.Refused, player_status=403),
    "page_404": _drop(errors.Gone, player_status=404),
    "page_410": _drop(errors.Gone, player_status=410),
    "page_429": _pause(errors.RateLimited, player_status=429),
    "page_500": _retry(errors.ServerFailed, player_status=500),
    "page_503": _retry(errors.ServerFailed, player_status=503),
    "media_403": _retry(errors.Refused, media_status=403),
    "media_404": _drop(errors.Gone, media_status=404),
    "media_410": _drop(errors.Gone, media_status=410),
    "media_429": _pause(errors.RateLimited, media_status=429),
    "media_500": _retry(errors.ServerFailed, media_status=500),
    "reset": _retry(errors.ConnectionFailed, media_fault="reset"),
    "stall": _retry(errors.ConnectionFailed, media_fault="stall"),
    "truncated": _retry(errors.ConnectionFailed, media_fault="truncated"),
    "throttled": _retry(errors.DeadlineExceeded, {"deadline_s": 3}, media_fault="throttled"),
    "html": _drop(errors.NotAVideo, media_fault="html"),
    "too_large": _drop(errors.TooLarge, {"max_bytes": 10_000}),
    "swollen": _drop(errors.TooLarge, {"max_bytes": 10_000}, media_fault="no_length"),
    "denied": _drop(errors.ChannelDenied, {"denied_channels": [VIDEO.channel_id]}),
    "licence": _drop(errors.OtherLicence, {"licence": "cc"}),
    "too_long": _drop(errors.TooLong, duration_s=240.0),
}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StandIn]:
    media = write_media(tmp_path_factory.mktemp("media") / "media.mp4")
    videos = {
        _id(name): replace(VIDEO, video_id=_id(name), media=media, **scenario.how)
        for name, scenario in SCENARIOS.items()
    }
    videos[_id("fine")] = replace(VIDEO, video_id=_id("fine"), media=media)
    videos[_id("commons")] = replace(videos[_id("fine")], video_id=_id("commons"), licence=LICENCE)
    with StandIn(Catalogue(videos)) as running:
        yield running


@pytest.mark.parametrize("name", SCENARIOS)
def test_each_way_to_fail_has_its_class_its_decision_and_its_row(
    name: str, site: StandIn, tmp_path: Path
) -> None:
    """A permanent failure drops the video, a transient one brings it back, a wall blames nobody."""
    scenario, before = SCENARIOS[name], datetime.now(UTC)
    settings = downloading(site, **{"socket_timeout_s": 1, **scenario.settings})
    with pytest.raises(CollectionError) as caught:
        download(_id(name), tmp_path, settings)
    assert type(caught.value) is scenario.expected
    assert caught.value.decision == scenario.decision
    assert str(caught.value)
    assert list(tmp_path.iterdir()) == []
    row = _collected(_id(name), settings, tmp_path)
    states: dict[Decision, State] = {"drop": "dropped", "retry": "failed", "pause": "found"}
    assert row.state == states[scenario.decision]
    if scenario.decision == "pause":
        assert (row.reason, row.attempts, row.next_try_at) == (None, 0, None)
    else:
        assert (row.reason, row.attempts) == (scenario.expected.reason, 1)
        assert row.detail
        assert (row.next_try_at is not None) == (scenario.decision == "retry")
        assert row.next_try_at is None or row.next_try_at > before


def _collected(video_id: str, settings: Any, folder: Path) -> VideoEvent:
    """The ledger's row after one attempt at a video."""
    dataset = open_store(str(folder / "store"), create=True).dataset("webemotion", create=True)
    found = VideoEvent(video_id, "found", emotion="happy")
    Ledger(dataset).record([found])
    scratch = folder / "scratch"
    scratch.mkdir()
    spool = Spool.under(scratch, "store", settings)
    try:
        event = collect_video(
            found, spool=spool, scratch=scratch, downloading=settings, harvesting=HarvestConfig()
        )
    except CollectionError:
        pass
    else:
        commit(dataset, spool, [event])
    return Ledger(dataset).states()[video_id]


def test_creative_commons_alone_lets_such_a_video_pass(site: StandIn, tmp_path: Path) -> None:
    """The site's own words for the licence are recognised."""
    video = download(_id("commons"), tmp_path, downloading(site, licence="cc"))
    assert video.licence == LICENCE


_ON_A_FULL_DISK = """
import sys
from pathlib import Path
from webemotion.site.download import download
from webemotion.errors import CollectionError
from webemotion.site.web_config import DownloadConfig

try:
    download(sys.argv[2], Path(sys.argv[1]), DownloadConfig.model_validate_json(sys.argv[3]))
except CollectionError as error:
    print(type(error).__name__, error.decision, error)
"""


def test_a_full_disk_is_this_machines_fault(site: StandIn, tmp_path: Path) -> None:
    """The scratch folder is a tmpfs too small for the video, in a mount namespace of its own."""
    mount = f"mount -t tmpfs -o size=16k tmpfs {tmp_path}"
    namespace = ["unshare", "--map-root-user", "--mount", "sh", "-c"]
    if subprocess.run([*namespace, mount], capture_output=True).returncode:
        pytest.skip("this machine allows no mount namespaces")
    script = [sys.executable, "-c", _ON_A_FULL_DISK, str(tmp_path), _id("fine")]
    done = subprocess.run(
        [*namespace, f'{mount} && exec "$@"', "sh", *script, downloading(site).model_dump_json()],
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[3],
        check=False,
    )
    assert done.stdout.startswith("LocalFault pause "), done.stdout + done.stderr
    assert "space" in done.stdout


def _id(name: str) -> str:
    return f"{name:-<11}"
