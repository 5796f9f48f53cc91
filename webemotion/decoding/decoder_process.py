"""The process that decodes: ``python -m webemotion.decoding.decoder_process LIMITS < video``.

Before it looks at the video it gives up network, files and memory (see ``confinement``). What it
sees it writes to standard output: for each frame a head, a thumbnail and, now and then, the whole
picture; at the end one line of JSON. It imports little, since it starts anew for each video.
"""

import json
import sys
import time
from collections.abc import Iterator
from importlib import import_module
from typing import Any, BinaryIO

import av
from av.container import InputContainer
from av.video.stream import VideoStream

from sandbox.confinement import limit_resources, refuse_system_calls
from webemotion.decoding.decoder_stream import (
    Head,
    Limits,
    Pixels,
    write_end,
    write_frame,
    write_start,
)
from webemotion.errors import CollectionError, LocalFault, TooLarge, TooLong, Unreadable
from webemotion.faces.sampling import Pace

# Only the containers that YouTube serves; playlists would let a file name other files to read.
_OPEN_OPTIONS = {
    "fd": "0",
    "protocol_whitelist": "fd",
    "format_whitelist": "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm",
}
# Sound may outlast the pictures a little without the file being cut off.
_MISSING_END_S = 1.0
# By default each conversion starts threads of its own, which takes longer than the conversion.
_THREADS = 1
# Of frames this much more frequent than the pictures wanted, half need not be decoded.
_DISPENSABLE_RATE = 5


def main() -> None:
    """Decode what standard input holds."""
    limits, out = Limits(**json.loads(sys.argv[1])), sys.stdout.buffer
    _import_all()
    limit_resources(memory_bytes=limits.memory_bytes, cpu_s=int(limits.timeout_s) + 1)
    refuse_system_calls()
    write_start(out)
    write_end(out, _failure(limits, out))


def _failure(limits: Limits, out: BinaryIO) -> CollectionError | None:
    """Decode, and say what went wrong."""
    try:
        _decode(limits, out)
    except CollectionError as error:
        return error
    except (MemoryError, av.MemoryError):
        return TooLarge(f"takes more than {limits.memory_bytes >> 20} MiB to decode")
    except av.FFmpegError as error:
        return Unreadable(str(error.strerror))
    except PermissionError as error:
        # Not the video's fault: something here wants to open a file, see _import_all.
        return LocalFault(f"decoding: {error}")
    except (ArithmeticError, LookupError, TypeError, ValueError) as error:
        return Unreadable(f"{type(error).__name__}: {error}")
    return None


def _import_all() -> None:
    """PyAV imports parts of itself when they are needed, when no file can be opened any more."""
    for kind in ("audio", "video", "subtitles"):
        for module in ("stream", "codeccontext"):
            import_module(f"av.{kind}.{module}")


def _decode(limits: Limits, out: BinaryIO) -> None:
    with av.open("fd:", options=_OPEN_OPTIONS) as container:
        if not container.streams.video:
            raise Unreadable("holds no pictures")
        stream = container.streams.video[0]
        _check_pixels(stream.width, stream.height, limits)
        _leave_out(stream, limits)
        pace = Pace(limits.picture_rate_hz)
        first = last = None
        for frame in _frames(container, stream, limits):
            head = _head(frame)
            first = first or head
            _check_time(first, last, head, limits)
            wanted = pace.due(head.t_s)
            picture = _picture(frame) if wanted else None
            write_frame(out, head, _thumbnail(frame, limits), picture)
            last = head
        _check_end(first, last, stream, container)


def _leave_out(stream: VideoStream, limits: Limits) -> None:
    """Decode on one core, and only the frames that others are built from if those suffice."""
    codec = stream.codec_context
    codec.thread_count = 1
    if stream.average_rate and stream.average_rate >= _DISPENSABLE_RATE * limits.picture_rate_hz:
        codec.skip_frame = "NONREF"


def _frames(
    container: InputContainer, stream: VideoStream, limits: Limits
) -> Iterator[av.VideoFrame]:
    deadline_s = time.monotonic() + limits.timeout_s
    for count, frame in enumerate(container.decode(stream), start=1):
        _check_pixels(frame.width, frame.height, limits)
        if count > limits.max_frames:
            raise TooLarge(f"more than {limits.max_frames} frames")
        if time.monotonic() > deadline_s:
            raise TooLarge(f"not done after {limits.timeout_s} s")
        yield frame


def _head(frame: av.VideoFrame) -> Head:
    if frame.pts is None or frame.time_base is None:
        raise Unreadable("a frame has no presentation time")
    scale = frame.time_base
    return Head(frame.pts, frame.duration or 0, scale.numerator, scale.denominator)


def _thumbnail(frame: av.VideoFrame, limits: Limits) -> Pixels:
    """The picture averaged down, whatever its shape."""
    size = limits.thumbnail_width_px, limits.thumbnail_height_px
    return _pixels(frame.reformat(*size, "bgr24", interpolation="AREA", threads=_THREADS))


def _picture(frame: av.VideoFrame) -> Pixels:
    return _pixels(frame.reformat(format="rgb24", threads=_THREADS))


def _pixels(frame: av.VideoFrame) -> Pixels:
    plane = frame.planes[0]
    turns = frame.rotation // 90 % 4
    return Pixels(frame.width, frame.height, plane.line_size, turns, memoryview(plane))


def _check_pixels(width_px: int, height_px: int, limits: Limits) -> None:
    if width_px * height_px > limits.max_pixels:
        raise TooLarge(f"{width_px} x {height_px} is over {limits.max_pixels} pixels")


def _check_time(first: Head, last: Head | None, head: Head, limits: Limits) -> None:
    if last is not None and head.t_s <= last.t_s:
        raise Unreadable(f"time stands still at {head.t_s:.3f} s")
    if head.t_s - first.t_s > limits.max_duration_s:
        raise TooLong(f"lasts longer than {limits.max_duration_s} s")


def _check_end(
    first: Head | None, last: Head | None, stream: VideoStream, container: InputContainer
) -> None:
    if first is None or last is None:
        raise Unreadable("holds no pictures")
    stated_s = _stated_duration_s(stream, container)
    seen_s = last.end_s - first.t_s
    if seen_s + _MISSING_END_S < stated_s:
        raise Unreadable(f"ends after {seen_s:.1f} of {stated_s:.1f} s")


def _stated_duration_s(stream: VideoStream, container: InputContainer) -> Any:
    if stream.duration and stream.time_base:
        return float(stream.duration * stream.time_base)
    return (container.duration or 0) / av.time_base


if __name__ == "__main__":
    main()
