"""What yt-dlp raises → the collector's error tree.

The site's sentences and yt-dlp's own are matched in order, the most telling first: several
different refusals begin with "Video unavailable". Sources: yt_dlp/extractor/youtube/_video.py,
yt_dlp/downloader/http.py (https://github.com/yt-dlp/yt-dlp).
"""

import errno
import re
from collections.abc import Iterator, Sequence
from typing import Any, Final

from yt_dlp.networking.exceptions import TransportError
from yt_dlp.utils import GeoRestrictedError, PostProcessingError

from webemotion import errors
from webemotion.errors import CollectionError

_MESSAGE_LIMIT: Final = 500

_SENTENCES: Final[Sequence[tuple[str, type[CollectionError]]]] = (
    (r"rate.?limited|try again later|too many requests", errors.RateLimited),
    (r"not a bot|captcha|ip is likely being blocked|unusual traffic", errors.BotCheck),
    (r"in your country|from your location", errors.GeoBlocked),
    (r"private video|video is private", errors.Private),
    (r"will begin in|premieres? in|live event|waiting for the (stream|video)", errors.Live),
    (r"confirm your age|age.restricted|inappropriate for some", errors.NeedsLogin),
    (r"join this channel|members.only|channel's members", errors.NeedsLogin),
    (r"requires payment|premium members|drm protected|\b(sign|log) in\b", errors.NeedsLogin),
    (r"video (is )?(unavailable|not available)|no longer available", errors.Gone),
    (r"has been (removed|terminated)|does not exist|copyright|recording is not", errors.Gone),
    (r"requested format is not available|no video formats", errors.NoFormat),
    (r"no space left|disk quota exceeded|permission denied|read-only file", errors.LocalFault),
)
_HTTP_STATUS: Final = re.compile(r"http error (\d{3})")
_GAVE_UP: Final = re.compile(r"giving up after \d+ retries")
# yt-dlp's words when every call of the player failed; it keeps the reasons to itself.
_HIDDEN: Final = "failed to extract any player response"
_LOCAL_ERRNOS: Final = frozenset(
    {errno.ENOSPC, errno.EDQUOT, errno.EACCES, errno.EPERM, errno.EROFS, errno.EMFILE}
)
_COLOUR: Final = re.compile(r"\x1b\[[0-9;]*m")
_NOISE: Final = re.compile(r"^ERROR:\s*|\[[\w:+.]+\] |; please report this .*", re.S)


def classify(error: BaseException, network: Sequence[Exception] = ()) -> CollectionError:
    """Return the leaf of the tree for what yt-dlp raised.

    Args:
        error: The exception as it came out of ``YoutubeDL``.
        network: Failed requests of the same call, oldest first; the last one speaks where
            yt-dlp only says that it got no player response.
    """
    causes = list(_causes(error))
    text = " ".join(str(cause) for cause in causes).replace("\u2019", "'").lower()
    if _HIDDEN in text and network:
        causes += _causes(network[-1])
        text += f" {network[-1]}".lower()
    kind = _kind_by_class(causes) or _kind_by_text(text) or _kind_by_connection(causes, text)
    return (kind or errors.Unknown)(_clean(str(error)))


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """The exception and everything it wraps, in Python's ways and in yt-dlp's."""
    seen: set[int] = set()
    waiting: list[Any] = [error]
    while waiting:
        current = waiting.pop(0)
        if not isinstance(current, BaseException) or id(current) in seen:
            continue
        seen.add(id(current))
        yield current
        info = getattr(current, "exc_info", None) or (None, None)
        waiting += [info[1], getattr(current, "cause", None), current.__cause__]


def _kind_by_class(causes: Sequence[BaseException]) -> type[CollectionError] | None:
    for cause in causes:
        if isinstance(cause, GeoRestrictedError):
            return errors.GeoBlocked
        if isinstance(cause, PostProcessingError):
            return errors.LocalFault
        if isinstance(cause, OSError) and cause.errno in _LOCAL_ERRNOS:
            return errors.LocalFault
    return None


def _kind_by_text(text: str) -> type[CollectionError] | None:
    sentence = next((kind for pattern, kind in _SENTENCES if re.search(pattern, text)), None)
    status = _HTTP_STATUS.search(text)
    return sentence or (_kind_by_status(int(status[1])) if status else None)


def _kind_by_connection(causes: Sequence[BaseException], text: str) -> type[CollectionError] | None:
    lost = any(
        isinstance(cause, TransportError | TimeoutError | ConnectionError) for cause in causes
    )
    return errors.ConnectionFailed if lost or _GAVE_UP.search(text) else None


def _kind_by_status(status: int) -> type[CollectionError] | None:
    if status >= 500:
        return errors.ServerFailed
    return {
        401: errors.NeedsLogin,
        403: errors.Refused,
        404: errors.Gone,
        410: errors.Gone,
        429: errors.RateLimited,
    }.get(status)


def _clean(text: str) -> str:
    """The message without colours, prefixes and yt-dlp's plea for a bug report."""
    return _NOISE.sub("", _COLOUR.sub("", text)).strip()[:_MESSAGE_LIMIT]
