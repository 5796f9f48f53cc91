"""The site's JSON answers, as small as yt-dlp's extractors accept them.

Field names follow what yt_dlp/extractor/youtube/_tab.py and _video.py read
(https://github.com/yt-dlp/yt-dlp).
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import quote

from demo.catalogue import CatalogueVideo, Status

PAGE_SIZE: Final = 20
"""Results per page of a search, as on the real site."""
PLAYER_JS: Final = "/s/player/00000000/player_ias.vflset/en_US/base.js"
PLAYER_CODE: Final = "var player = {signatureTimestamp: 20000};"

# (status, reason, subreason) per kind of refusal, in the site's words.
_REFUSALS: Final[Mapping[Status, tuple[str, str, str]]] = {
    "private": ("LOGIN_REQUIRED", "Private video", ""),
    "gone": ("ERROR", "Video unavailable", "This video has been removed by the uploader"),
    "copyright": (
        "ERROR",
        "Video unavailable",
        "This video is no longer available due to a copyright claim by Example Records.",
    ),
    "terminated": (
        "ERROR",
        "Video unavailable",
        "This video is no longer available because the YouTube account associated with this "
        "video has been terminated.",
    ),
    "age": ("LOGIN_REQUIRED", "Sign in to confirm your age", ""),
    "members": (
        "UNPLAYABLE",
        "Join this channel to get access to members-only content like this video.",
        "",
    ),
    "geo": (
        "UNPLAYABLE",
        "Video unavailable",
        "The uploader has not made this video available in your country",
    ),
    "upcoming": ("LIVE_STREAM_OFFLINE", "This live event will begin in 5 hours.", ""),
    "bot": ("LOGIN_REQUIRED", "Sign in to confirm you\u2019re not a bot", ""),
    "captcha": ("UNPLAYABLE", "Video unavailable", ""),
    "rate_limited": (
        "UNPLAYABLE",
        "Video unavailable. This content isn\u2019t available, try again later.",
        "",
    ),
    "strange": ("UNPLAYABLE", "The moon is in the wrong house", ""),
}


def search_page(query: str, found: Sequence[CatalogueVideo], start: int) -> dict[str, Any]:
    """Return the page of results that begins at rank ``start``."""
    end = start + PAGE_SIZE
    items: list[dict[str, Any]] = [
        {"itemSectionRenderer": {"contents": [_result(video) for video in found[start:end]]}}
    ]
    if end < len(found):
        items.append(_continuation(f"{end}:{query}"))
    if start:
        appended = {"appendContinuationItemsAction": {"continuationItems": items}}
        return {"onResponseReceivedCommands": [appended]}
    sections = {"sectionListRenderer": {"contents": items}}
    return {"contents": {"twoColumnSearchResultsRenderer": {"primaryContents": sections}}}


def player(video: CatalogueVideo) -> dict[str, Any]:
    """Return the player's answer for ``video``: its details and formats, or a refusal."""
    answer: dict[str, Any] = {
        "playabilityStatus": _playability(video),
        "videoDetails": _details(video),
    }
    if video.status == "ok":
        answer["streamingData"] = {"formats": [], "adaptiveFormats": [_format(video)]}
    return answer


def unknown_video(video_id: str) -> dict[str, Any]:
    """Return the player's answer for a video the site never had."""
    return {
        "playabilityStatus": {"status": "ERROR", "reason": "This video is unavailable"},
        "videoDetails": {"videoId": video_id},
    }


def watch_page(video: CatalogueVideo | None) -> str:
    """Return the HTML of a watch page: the player's address and the page's initial data."""
    settings = json.dumps({"PLAYER_JS_URL": PLAYER_JS})
    data = json.dumps(initial_data(video)).replace("<", "\\u003c")
    return (
        "<!doctype html><title>Stand-in</title>"
        f"<script>ytcfg.set({settings});</script><script>var ytInitialData = {data};</script>"
    )


def embed_page() -> str:
    """Return the HTML of an embedded player, asked for when a video has an age check."""
    client = {"clientName": "WEB_EMBEDDED_PLAYER", "clientVersion": "2.20260708.00.00"}
    settings = {"PLAYER_JS_URL": PLAYER_JS, "INNERTUBE_CONTEXT": {"client": client}}
    return f"<!doctype html><script>ytcfg.set({json.dumps(settings)});</script>"


def initial_data(video: CatalogueVideo | None) -> dict[str, Any]:
    """Return the data around the player, which states the licence."""
    rows = []
    if video is not None and video.licence is not None:
        row = {"title": _text("License"), "contents": [_text(video.licence)]}
        rows.append({"metadataRowRenderer": row})
    container = {"metadataRowContainerRenderer": {"rows": rows}}
    secondary = {"videoSecondaryInfoRenderer": {"metadataRowContainer": container}}
    results = {"results": {"results": {"contents": [secondary]}}}
    return {"contents": {"twoColumnWatchNextResults": results}}


def _text(text: str) -> dict[str, Any]:
    return {"simpleText": text}


def _continuation(token: str) -> dict[str, Any]:
    command = {"continuationCommand": {"token": token}}
    return {"continuationItemRenderer": {"continuationEndpoint": command}}


def _result(video: CatalogueVideo) -> dict[str, Any]:
    channel = {"browseEndpoint": {"browseId": video.channel_id}}
    renderer: dict[str, Any] = {
        "videoId": video.video_id,
        "title": {"runs": [{"text": video.title}]},
        "shortBylineText": {"runs": [{"text": "Channel", "navigationEndpoint": channel}]},
    }
    if video.status == "live":
        overlay = {"thumbnailOverlayTimeStatusRenderer": {"style": "LIVE", "text": _text("LIVE")}}
        renderer["thumbnailOverlays"] = [overlay]
    elif video.status == "upcoming":
        renderer["upcomingEventData"] = {"startTime": "4102444800"}
    elif video.duration_s is not None:
        minutes, seconds = divmod(round(video.duration_s), 60)
        renderer["lengthText"] = _text(f"{minutes}:{seconds:02}")
    return {"videoRenderer": renderer}


def _playability(video: CatalogueVideo) -> dict[str, Any]:
    if video.status not in _REFUSALS:
        return {"status": "OK"}
    status, reason, subreason = _REFUSALS[video.status]
    message = {"reason": _text(reason), "subreason": _text(subreason)}
    screen: dict[str, Any] = {"playerErrorMessageRenderer": message} if subreason else {}
    if video.status == "captcha":
        screen["playerCaptchaViewModel"] = {"present": True}
    return {"status": status, "reason": reason, "errorScreen": screen}


def _details(video: CatalogueVideo) -> dict[str, Any]:
    details: dict[str, Any] = {
        "videoId": video.video_id,
        "title": video.title,
        "channelId": video.channel_id,
        "isLiveContent": video.status in ("live", "upcoming"),
    }
    if video.duration_s is not None and video.status not in ("live", "upcoming"):
        details["lengthSeconds"] = str(round(video.duration_s))
    if video.status == "live":
        details["isLive"] = True
    if video.status == "upcoming":
        details["isUpcoming"] = True
    return details


def _format(video: CatalogueVideo) -> dict[str, Any]:
    return {
        "itag": 134,
        "url": f"https://stand-in.googlevideo.com/videoplayback?id={quote(video.video_id)}",
        "mimeType": 'video/mp4; codecs="avc1.4d401e"',
        "width": video.width_px,
        "height": video.height_px,
        "fps": video.fps,
        "quality": "medium",
        "qualityLabel": f"{min(video.width_px, video.height_px)}p",
    }
