"""Which of a video's streams is downloaded.

Fields of a format as in yt-dlp (``YoutubeDL.process_video_result``, sorted worst to best).
"""

from collections.abc import Sequence
from typing import Any


def choose(formats: Sequence[dict[str, Any]], max_resolution_px: int) -> dict[str, Any] | None:
    """The best stream whose shorter side is at most ``max_resolution_px``, or None.

    Pictures alone before pictures with sound, which some old videos only have; then H.264, which
    every decoder reads fastest.

    Args:
        formats: streams that the site offers, worst first; a size that is not said is no reason.
        max_resolution_px: largest shorter side, in pixels.
    """
    fitting = [
        (stream.get("acodec") == "none", str(stream.get("vcodec")).startswith("avc1"), rank)
        for rank, stream in enumerate(formats)
        if stream.get("vcodec") != "none" and _shorter_side_px(stream) <= max_resolution_px
    ]
    return formats[max(fitting)[-1]] if fitting else None


def _shorter_side_px(stream: dict[str, Any]) -> int:
    return min(stream.get("width") or 0, stream.get("height") or 0)
