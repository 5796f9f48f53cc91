"""yt-dlp's exceptions and the site's sentences → the error tree."""

import errno

import pytest
from yt_dlp.networking.exceptions import TransportError
from yt_dlp.utils import DownloadError, ExtractorError, GeoRestrictedError, PostProcessingError

from webemotion import errors
from webemotion.site.ytdlp_errors import classify

# The site's sentences as users report them, with both kinds of apostrophe.
SENTENCES = [
    ("Video unavailable. This video is private", errors.Private),
    ("Video unavailable. This content isn't available, try again later", errors.RateLimited),
    ("Video unavailable", errors.Gone),
    ("This video is not available", errors.Gone),
    ("This video has been removed for violating YouTube's Terms of Service", errors.Gone),
    ("This live stream recording is not available.", errors.Gone),
    ("Premieres in 3 hours", errors.Live),
    ("Sign in to confirm you\u2019re not a bot. Use --cookies", errors.BotCheck),
    ("Sign in to confirm you're not a bot", errors.BotCheck),
    ("Sign in to confirm your age. This video may be inappropriate", errors.NeedsLogin),
    ("This video is available to this channel's members on level: Fan", errors.NeedsLogin),
    ("This video is DRM protected", errors.NeedsLogin),
    ("The uploader has not made this video available in your country", errors.GeoBlocked),
    ("All player responses are invalid. Your IP is likely being blocked", errors.BotCheck),
    ("Requested format is not available. Use --list-formats", errors.NoFormat),
    ("unable to write data: [Errno 28] No space left on device", errors.LocalFault),
    ("unable to download video data: HTTP Error 404: Not Found", errors.Gone),
    ("unable to download video data: HTTP Error 418: I'm a teapot", errors.Unknown),
    ("Got error: 12 bytes read, 99 more. Giving up after 3 retries", errors.ConnectionFailed),
    ("A sentence of next year", errors.Unknown),
]  # fmt: skip


@pytest.mark.parametrize(("sentence", "kind"), SENTENCES)
def test_a_sentence_has_one_class(sentence: str, kind: type[errors.CollectionError]) -> None:
    """The most telling words of a refusal decide, wherever it is wrapped."""
    assert type(classify(ExtractorError(sentence, expected=True))) is kind
    assert type(classify(DownloadError(f"ERROR: [youtube] abc: {sentence}"))) is kind


@pytest.mark.parametrize(
    ("inner", "kind"),
    [
        (GeoRestrictedError("not here", countries=["FR"]), errors.GeoBlocked),
        (PostProcessingError("no muxer"), errors.LocalFault),
        (OSError(errno.ENOSPC, "full"), errors.LocalFault),
        (TransportError("cut"), errors.ConnectionFailed),
        (TimeoutError("slow"), errors.ConnectionFailed),
        (KeyError("videoId"), errors.Unknown),
    ],
)
def test_the_inner_exception_counts(inner: Exception, kind: type[errors.CollectionError]) -> None:
    """What yt-dlp wraps, at any depth, decides where its own words do not."""
    wrapped = ExtractorError("it did not work", cause=inner)
    outer = DownloadError("ERROR: it did not work", (type(wrapped), wrapped, None))
    assert type(classify(outer)) is kind


def test_an_old_failure_does_not_decide_for_a_new_one() -> None:
    """Failed requests count only where yt-dlp hides its own reason, and then the last one."""
    network = [RuntimeError("HTTP Error 404: Not Found"), RuntimeError("HTTP Error 429: Slow")]
    hidden = ExtractorError("Failed to extract any player response")
    assert type(classify(hidden, network)) is errors.RateLimited
    assert type(classify(ExtractorError("moon in the wrong house"), network)) is errors.Unknown


def test_the_message_is_short_and_plain() -> None:
    """Colours, prefixes and pleas for bug reports are cut, and so is an endless text."""
    text = "\x1b[0;31mERROR:\x1b[0m [youtube] abc: Moon" + "; please report this issue on x"
    assert str(classify(DownloadError(text))) == "abc: Moon"
    assert len(str(classify(DownloadError("x" * 10_000)))) == 500
