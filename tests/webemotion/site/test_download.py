"""The real yt-dlp, in its own process, against the stand-in site."""

import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import av
import pytest
from hypothesis import given
from hypothesis import strategies as st

from demo.catalogue import Catalogue, CatalogueVideo
from demo.youtube import StandIn
from tests.webemotion.stand_in_site import downloading, write_media
from webemotion import errors
from webemotion.site.download import download
from webemotion.site.web_config import DownloadConfig

FINE = CatalogueVideo(
    "fine-video_",
    "A \u201cfine\u201d /../ video",
    licence="Creative Commons",
    width_px=64,
    height_px=48,
)


def _like_fine(name: str, **how: Any) -> CatalogueVideo:
    return replace(FINE, video_id=f"{name:-<11}", **how)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StandIn]:
    media = write_media(tmp_path_factory.mktemp("media") / "media.mp4")
    videos = [FINE, replace(FINE, video_id="flaky-video", media_status=500, faults=1)]
    videos += [replace(FINE, video_id="no_length--", media_fault="no_length")]
    videos += [_like_fine("stall", media_fault="stall"), _like_fine("long", duration_s=240.0)]
    catalogue = Catalogue({video.video_id: replace(video, media=media) for video in videos})
    with StandIn(catalogue) as running:
        yield running


def test_a_video_becomes_a_file_with_its_provenance(site: StandIn, tmp_path: Path) -> None:
    """With default settings a video arrives whole, named by its identifier alone."""
    video = download(FINE.video_id, tmp_path, downloading(site))
    assert list(tmp_path.iterdir()) == [video.path] == [tmp_path / f"{FINE.video_id}.mp4"]
    assert (video.title, video.channel_id) == (FINE.title, FINE.channel_id)
    assert (video.duration_s, video.licence) == (FINE.duration_s, FINE.licence)
    assert (video.width_px, video.height_px, video.fps) == (64, 48, FINE.fps)
    with av.open(str(video.path)) as container:
        assert sum(1 for _ in container.decode(video=0)) == 50


def test_a_server_that_recovers_is_asked_again(site: StandIn, tmp_path: Path) -> None:
    """One HTTP 500 in the media does not fail a download that may retry."""
    assert download("flaky-video", tmp_path, downloading(site)).path.stat().st_size > 0


def test_a_video_nobody_knows_is_gone(site: StandIn, tmp_path: Path) -> None:
    """An identifier the site never had is dropped like one it removed."""
    with pytest.raises(errors.Gone):
        download("nonexistent", tmp_path, downloading(site))


def test_a_long_video_costs_no_media(site: StandIn, tmp_path: Path) -> None:
    """Length is checked on the page, before a byte of the media is asked for."""
    before = len(site.requests)
    with pytest.raises(errors.TooLong):
        download("long-------", tmp_path, downloading(site))
    assert not [r for r in site.requests[before:] if r.path.startswith("/videoplayback")]


@pytest.mark.parametrize("promise", ["true", "none"])
def test_a_file_over_the_limit_is_stopped(promise: str, site: StandIn, tmp_path: Path) -> None:
    """The size limit holds for the promised size, and for the bytes that arrive without one."""
    video_id = {"true": FINE.video_id, "none": "no_length--"}[promise]
    with pytest.raises(errors.TooLarge):
        download(video_id, tmp_path, downloading(site, max_bytes=10_000))
    assert list(tmp_path.iterdir()) == []


def test_a_stalled_download_ends_by_its_deadline(site: StandIn, tmp_path: Path) -> None:
    """The deadline kills the download, and no process and no file outlives it."""
    start = time.monotonic()
    with pytest.raises(errors.DeadlineExceeded):
        download("stall------", tmp_path, downloading(site, deadline_s=2, socket_timeout_s=60))
    assert time.monotonic() - start < 2 + 1
    assert list(tmp_path.iterdir()) == []
    assert _processes_with(f"TMPDIR={tmp_path}") == []


def test_a_site_that_is_down_is_worth_another_try(tmp_path: Path) -> None:
    """A proxy nobody listens on is a failed connection, to be retried."""
    settings = DownloadConfig(proxy="http://127.0.0.1:1", retries=0, request_wait_s=0)
    with pytest.raises(errors.ConnectionFailed):
        download(FINE.video_id, tmp_path, settings)


def test_a_certificate_that_nobody_vouches_for_is_refused(site: StandIn, tmp_path: Path) -> None:
    """With TLS verification on, as by default, the stand-in is no trusted site."""
    with pytest.raises(errors.ConnectionFailed):
        download(FINE.video_id, tmp_path, downloading(site, verify_tls=True, retries=0))


def test_a_missing_scratch_folder_is_this_machines_fault(tmp_path: Path) -> None:
    """What fails before the site is asked pauses the collection instead of dropping videos."""
    with pytest.raises(errors.LocalFault):
        download(FINE.video_id, tmp_path / "missing", DownloadConfig())


@given(st.text(max_size=13).filter(lambda text: len(text) != 11) | st.just("../../../ab"))
def test_only_identifiers_are_downloaded(video_id: str) -> None:
    """Whatever is no video identifier is refused before anything is started or written."""
    with pytest.raises(ValueError, match="video_id"):
        download(video_id, Path("/nonexistent"), DownloadConfig())


def _processes_with(setting: str) -> list[str]:
    """Numbers of the processes that have ``setting`` in their environment."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        # A process may end, or belong to somebody else, while it is looked at.
        with suppress(OSError):
            if setting.encode() in (folder / "environ").read_bytes():
                found.append(folder.name)
    return found
