"""What the decoding process tells its parent, as bytes in a pipe.

One byte says what follows: ``S`` nothing, the process is confined and begins; ``F`` a frame's
head, its thumbnail, and perhaps its picture; ``E`` one line of JSON with a failure's reason and
message, or null. Pixels go as the decoder lays them out: the process need not know NumPy, whose
import would take as long as some seconds of video.
"""

import json
from dataclasses import dataclass
from fractions import Fraction
from struct import Struct
from typing import BinaryIO, Final

from webemotion.errors import ERRORS, CollectionError, Unreadable

START, FRAME, END = b"S", b"F", b"E"
_HEAD: Final = Struct("<qqii")
_SHAPE: Final = Struct("<IIIB")
_MOST_PADDING: Final = 4096
_ASTRAY: Final = "the decoder was led astray"
_NO_PICTURE: Final = _SHAPE.pack(0, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Limits:
    """What one video may cost, and what is wanted of it; `HarvestConfig` explains each."""

    picture_rate_hz: float
    thumbnail_width_px: int
    thumbnail_height_px: int
    max_pixels: int
    max_duration_s: float
    max_frames: int
    timeout_s: float
    memory_bytes: int


@dataclass(frozen=True, slots=True)
class Head:
    """When a frame is shown, and for how long, in units of numerator / denominator seconds."""

    pts: int
    duration: int
    numerator: int
    denominator: int

    @property
    def time_base(self) -> Fraction:
        """Seconds per unit of pts."""
        return Fraction(self.numerator, self.denominator)

    @property
    def t_s(self) -> float:
        """Presentation time in seconds."""
        return float(self.time_base * self.pts)

    @property
    def end_s(self) -> float:
        """When the next frame is due, in seconds; t_s if the file does not say."""
        return float(self.time_base * (self.pts + self.duration))


def write_start(out: BinaryIO) -> None:
    """Say that the process is ready."""
    out.write(START)


@dataclass(frozen=True, slots=True)
class Pixels:
    """A picture in three bytes per pixel, row by row."""

    width_px: int
    height_px: int
    row_bytes: int
    """Length of a row, with what is only there for alignment."""
    quarter_turns: int
    """How often it is to be turned by 90 degrees, counterclockwise, to be upright."""
    data: bytes | memoryview


def write_frame(out: BinaryIO, head: Head, thumbnail: Pixels, picture: Pixels | None) -> None:
    """Hand on a frame."""
    out.write(FRAME)
    out.write(_HEAD.pack(head.pts, head.duration, head.numerator, head.denominator))
    for pixels in (thumbnail, picture):
        if pixels is None:
            out.write(_NO_PICTURE)
        else:
            shape = pixels.width_px, pixels.height_px, pixels.row_bytes, pixels.quarter_turns
            out.write(_SHAPE.pack(*shape))
            out.write(pixels.data)


def write_end(out: BinaryIO, error: CollectionError | None) -> None:
    """Say how it went."""
    failure = None if error is None else {"reason": error.reason, "message": str(error)}
    out.write(END + json.dumps(failure).encode())
    out.flush()


def read_frame(stream: BinaryIO, limits: Limits) -> tuple[Head, Pixels, Pixels | None]:
    """The frame that follows.

    Raises:
        EOFError: the process ended in the midst of it.
        Unreadable: it is larger than the limits allow.
    """
    head = Head(*_HEAD.unpack(_exactly(stream, _HEAD.size)))
    thumbnail = _read_pixels(stream, limits)
    if thumbnail is None:
        raise Unreadable(_ASTRAY)
    return head, thumbnail, _read_pixels(stream, limits)


def read_end(stream: BinaryIO) -> CollectionError | None:
    """How it went."""
    try:
        failure = json.loads(stream.read(1 << 16))
        return None if failure is None else ERRORS[failure["reason"]](str(failure["message"]))
    except (ValueError, KeyError, TypeError):
        return Unreadable(_ASTRAY)


def _read_pixels(stream: BinaryIO, limits: Limits) -> Pixels | None:
    width_px, height_px, row_bytes, turns = _SHAPE.unpack(_exactly(stream, _SHAPE.size))
    if not width_px:
        return None
    # The process reads a stranger's file: its word is checked.
    fits = 0 < width_px * height_px <= limits.max_pixels
    if not fits or not 3 * width_px <= row_bytes <= 3 * width_px + _MOST_PADDING:
        raise Unreadable(_ASTRAY)
    return Pixels(width_px, height_px, row_bytes, turns, _exactly(stream, height_px * row_bytes))


def _exactly(stream: BinaryIO, count: int) -> bytes:
    data = stream.read(count)
    if len(data) < count:
        raise EOFError
    return data
