"""What can go wrong between a query and a face, as one tree that alone decides what happens next.

Reasons follow what yt-dlp reports for each case (https://github.com/yt-dlp/yt-dlp).

::

    CollectionError
    ├── PermanentError        drop: this video will never yield a face
    │   ├── Gone              removed, or its account is closed
    │   ├── Private           its owner shows it to nobody else
    │   ├── NeedsLogin        age check, members only, paid, or any other sign-in
    │   ├── GeoBlocked        not shown in the country this machine is in
    │   ├── Live              a broadcast that runs now or has yet to begin
    │   ├── ChannelDenied     of a channel that the settings exclude
    │   ├── OtherLicence      not of the licence that the settings ask for
    │   ├── TooLong           longer than the longest video wanted
    │   ├── TooLarge          more bytes, pixels or frames than the limit
    │   ├── NotAVideo         what came back is no media file
    │   └── Unreadable        a media file that cannot be decoded
    ├── TransientError        retry: the same request may succeed later
    │   ├── Refused           HTTP 403, usually an address that has expired
    │   ├── ServerFailed      HTTP 5xx
    │   ├── ConnectionFailed  reset, refused, cut short or timed out
    │   ├── NoFormat          no stream offered, often because yt-dlp is too old
    │   ├── DeadlineExceeded  the download was killed at its deadline
    │   └── Unknown           an answer nobody has classified yet
    └── PauseError            pause: every further request would meet the same wall
        ├── RateLimited       HTTP 429, or told to try again later
        ├── BotCheck          asked to prove not to be a robot
        └── LocalFault        this machine: disk full, no permission, yt-dlp broken
"""

from typing import ClassVar, Final, Literal

Decision = Literal["drop", "retry", "pause"]


class CollectionError(Exception):
    """A failure of the world, not of the caller."""

    reason: ClassVar[str] = "failed"
    """The word the ledger stores."""
    decision: ClassVar[Decision] = "retry"
    """What to do with the video (drop, retry) or with the whole collection (pause)."""


class PermanentError(CollectionError):
    """Trying again is pointless: drop the video."""

    reason: ClassVar[str] = "permanent"
    decision: ClassVar[Decision] = "drop"


class Gone(PermanentError):
    """The video was removed, or the account that held it is closed."""

    reason: ClassVar[str] = "gone"


class Private(PermanentError):
    """The owner shows the video to nobody else."""

    reason: ClassVar[str] = "private"


class NeedsLogin(PermanentError):
    """The video is shown only after a sign-in: age check, members only, paid."""

    reason: ClassVar[str] = "needs_login"


class GeoBlocked(PermanentError):
    """The video is not shown in the country this machine is in."""

    reason: ClassVar[str] = "geo_blocked"


class Live(PermanentError):
    """A broadcast that runs now, or has yet to begin."""

    reason: ClassVar[str] = "live"


class ChannelDenied(PermanentError):
    """The video is of a channel that the settings exclude."""

    reason: ClassVar[str] = "channel_denied"


class OtherLicence(PermanentError):
    """The video does not have the licence that the settings ask for."""

    reason: ClassVar[str] = "other_licence"


class TooLong(PermanentError):
    """The video lasts longer than the longest wanted."""

    reason: ClassVar[str] = "too_long"


class TooLarge(PermanentError):
    """More bytes, pixels or frames than the limit."""

    reason: ClassVar[str] = "too_large"


class NotAVideo(PermanentError):
    """What came back is no media file, such as a page of HTML."""

    reason: ClassVar[str] = "not_a_video"


class Unreadable(PermanentError):
    """A media file that cannot be decoded."""

    reason: ClassVar[str] = "unreadable"


class TransientError(CollectionError):
    """The same request may succeed later: retry."""

    reason: ClassVar[str] = "transient"
    decision: ClassVar[Decision] = "retry"


class Refused(TransientError):
    """HTTP 403: usually an address that has expired; repeated, treat it as a bot check."""

    reason: ClassVar[str] = "refused"


class ServerFailed(TransientError):
    """HTTP 5xx."""

    reason: ClassVar[str] = "server_failed"


class ConnectionFailed(TransientError):
    """The connection was reset, refused, cut short or timed out."""

    reason: ClassVar[str] = "connection_failed"


class NoFormat(TransientError):
    """No stream was offered; many in a row hint at an old yt-dlp or no JavaScript runtime."""

    reason: ClassVar[str] = "no_format"


class DeadlineExceeded(TransientError):
    """The download was killed at its deadline."""

    reason: ClassVar[str] = "deadline_exceeded"


class Unknown(TransientError):
    """An answer that nobody has classified yet; its text is worth reading."""

    reason: ClassVar[str] = "unknown"


class PauseError(CollectionError):
    """Every further request would meet the same wall: pause the whole collection."""

    reason: ClassVar[str] = "paused"
    decision: ClassVar[Decision] = "pause"


class RateLimited(PauseError):
    """HTTP 429, or told to try again later: wait an hour."""

    reason: ClassVar[str] = "rate_limited"


class BotCheck(PauseError):
    """Asked to prove not to be a robot: only a person can go on."""

    reason: ClassVar[str] = "bot_check"


class LocalFault(PauseError):
    """This machine is at fault: disk full, no permission, or yt-dlp broken."""

    reason: ClassVar[str] = "local_fault"


def _leaves(kind: type[CollectionError]) -> list[type[CollectionError]]:
    below = kind.__subclasses__()
    return [leaf for child in below for leaf in _leaves(child)] if below else [kind]


ERRORS: Final = {leaf.reason: leaf for leaf in _leaves(CollectionError)}
"""The ledger's word → the leaf of the tree it names."""
