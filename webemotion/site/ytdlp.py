"""yt-dlp with this project's settings: a search, and the download of one video.

Runs in a process of its own (see ``ytdlp_process``). Reference: the docstring of
``yt_dlp.YoutubeDL`` (https://github.com/yt-dlp/yt-dlp).
"""

import io
import logging
import os
from pathlib import Path
from typing import Any, Final

import yt_dlp
from yt_dlp.networking.exceptions import RequestError
from yt_dlp.utils import YoutubeDLError

from webemotion import errors
from webemotion.site import secrets
from webemotion.site.containers import container_of
from webemotion.site.formats import choose
from webemotion.site.licences import is_creative_commons
from webemotion.site.web_config import DownloadConfig, SearchConfig, WebConfig
from webemotion.site.ytdlp_errors import classify

_TEXT_LIMIT: Final = 300
_NOT_YET: Final = frozenset({"is_live", "is_upcoming", "post_live"})


class Session(yt_dlp.YoutubeDL):  # type: ignore[misc]  # yt-dlp has no types
    """A ``YoutubeDL`` that remembers its failed requests, oldest first."""

    def __init__(self, options: dict[str, Any]) -> None:
        self.failures: list[Exception] = []
        super().__init__(options)

    def urlopen(self, req: Any) -> Any:
        """Send a request."""
        try:
            return super().urlopen(req)
        except RequestError as error:
            self.failures.append(error)
            raise


def search(text: str, config: SearchConfig) -> list[dict[str, Any]]:
    """Return the raw results of a search, best first; raises ``CollectionError``."""
    count = round(config.top * config.over_fetch)
    options = _options(config) | {"extract_flat": True, "skip_download": True}
    with Session(options) as session:
        try:
            found = session.extract_info(f"ytsearch{count}:{text}", download=False)
        except (YoutubeDLError, OSError) as error:
            raise classify(error, session.failures) from error
    return [_hit(entry) for entry in found["entries"]]


def page(video_id: str, config: DownloadConfig) -> dict[str, Any]:
    """The fields of ``Page``; raises ``CollectionError``."""
    with Session(_options(config)) as session:
        try:
            found = _page(session, video_id)
        except (YoutubeDLError, OSError) as error:
            raise classify(error, session.failures) from error
    return {
        "title": str(found.get("title") or "")[:_TEXT_LIMIT],
        "channel_id": found.get("channel_id"),
        "licence": found.get("license"),
    }


def download(video_id: str, folder: Path, config: DownloadConfig) -> dict[str, Any]:
    """Fetch one video into ``folder`` and return the fields of ``Video``.

    Raises:
        CollectionError: whatever kept the video from becoming a file.
    """
    with Session(_options(config) | _download_options(folder, config)) as session:
        try:
            # The page first, alone: a refusal must not cost the media's bytes.
            found = _page(session, video_id)
            _refuse(found, config)
            info = session.process_ie_result(found, download=True)
        except (YoutubeDLError, OSError) as error:
            raise classify(error, session.failures) from error
    return _video(info, _checked_file(folder, config))


def _page(session: Session, video_id: str) -> dict[str, Any]:
    address = f"https://www.youtube.com/watch?v={video_id}"
    found = session.extract_info(address, ie_key="Youtube", process=False)
    return dict(found)


def _options(config: WebConfig) -> dict[str, Any]:
    cookies = secrets.cookies()
    # Fragments, media and pages wait alike; yt-dlp itself would not wait at all.
    waits = dict.fromkeys(
        ("http", "fragment", "extractor"), lambda n: config.retry_wait_s * 2 ** min(n, 6)
    )
    return {
        "logger": logging.getLogger(__name__),
        "quiet": True,
        "noprogress": True,
        "cachedir": False,
        "noplaylist": True,
        "allowed_extractors": ["youtube", "youtube:search"],
        "proxy": secrets.proxy() or config.proxy,
        # A stream, not a file: yt-dlp writes cookies back to where they came from.
        "cookiefile": None if cookies is None else io.StringIO(cookies),
        "nocheckcertificate": not config.verify_tls,
        # yt-dlp prefers certifi's authorities even where the environment names others.
        "compat_opts": {"no-certifi"} if "SSL_CERT_FILE" in os.environ else set(),
        "extractor_args": config.extractor_args,
        "socket_timeout": config.socket_timeout_s,
        "retries": config.retries,
        "fragment_retries": config.retries,
        "extractor_retries": config.retries,
        "retry_sleep_functions": waits,
        "sleep_interval_requests": config.request_wait_s,
    }


def _download_options(folder: Path, config: DownloadConfig) -> dict[str, Any]:
    return {
        "format": lambda offered: filter(
            None, [choose(offered["formats"], config.max_resolution_px)]
        ),
        "format_sort": ["res", "proto"],
        "outtmpl": "%(id)s.%(ext)s",
        "paths": {"home": str(folder)},
        "fixup": "never",
        "sleep_interval": config.download_wait_s,
        "max_sleep_interval": config.download_wait_s * 2,
        "max_filesize": config.max_bytes,
        "progress_hooks": [lambda progress: _refuse_bytes(progress, config.max_bytes)],
    }


def _refuse(page: dict[str, Any], config: DownloadConfig) -> None:
    """Raise if what the page says already rules the video out."""
    if page.get("_type", "video") != "video":
        msg = f"the page holds a {page['_type']}, not one video"
        raise errors.NotAVideo(msg)
    if page.get("live_status") in _NOT_YET:
        msg = f"live status {page['live_status']}"
        raise errors.Live(msg)
    _refuse_owner(page, config)
    duration_s = _seconds(page)
    if duration_s is not None and duration_s >= config.max_duration_s:
        msg = f"{duration_s} s; the limit is {config.max_duration_s} s"
        raise errors.TooLong(msg)


def _refuse_owner(page: dict[str, Any], config: DownloadConfig) -> None:
    """Raise if the video is of a channel or under a licence that is not wanted."""
    channel, licence = page.get("channel_id"), page.get("license")
    if channel in config.denied_channels:
        msg = f"channel {channel}"
        raise errors.ChannelDenied(msg)
    if config.licence == "cc" and not is_creative_commons(licence):
        msg = f"licence {licence or 'standard'}; wanted is Creative Commons"
        raise errors.OtherLicence(msg)


def _refuse_bytes(progress: dict[str, Any], max_bytes: int) -> None:
    """Stop a download that outgrows the limit, whatever size the site had promised."""
    if (progress.get("downloaded_bytes") or 0) > max_bytes:
        msg = f"more than {max_bytes} bytes"
        raise errors.TooLarge(msg)


def _checked_file(folder: Path, config: DownloadConfig) -> Path:
    files = [path for path in folder.iterdir() if path.is_file()]
    if not files:
        # yt-dlp leaves quietly when the promised size is over the limit.
        msg = f"more than {config.max_bytes} bytes"
        raise errors.TooLarge(msg)
    container_of(files[0])
    return files[0]


def _hit(entry: dict[str, Any]) -> dict[str, Any]:
    return {
        "video_id": entry["id"],
        "title": str(entry.get("title") or "")[:_TEXT_LIMIT],
        "duration_s": _seconds(entry),
        "channel_id": entry.get("channel_id"),
        "live": entry.get("live_status") in _NOT_YET,
    }


def _video(info: dict[str, Any], path: Path) -> dict[str, Any]:
    return {
        "path": str(path),
        "title": str(info.get("title") or "")[:_TEXT_LIMIT],
        "channel_id": info.get("channel_id"),
        "duration_s": _seconds(info),
        "licence": info.get("license"),
        "width_px": info.get("width") or 0,
        "height_px": info.get("height") or 0,
        "fps": info.get("fps"),
        "ytdlp_version": yt_dlp.version.__version__,
    }


def _seconds(info: dict[str, Any]) -> float | None:
    duration = info.get("duration")
    return None if duration is None else float(duration)
