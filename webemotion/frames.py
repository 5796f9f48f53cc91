"""A video file as a stream of frames with their presentation times, within limits.

Decoding is PyAV's (https://pyav.basswood-io.com), one frame in memory at a time. The file comes
from strangers: only the containers that YouTube serves are opened, and nothing but that file.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt
from av.container import InputContainer
from av.video.stream import VideoStream

from webemotion.errors import TooLarge, TooLong, Unreadable
from webemotion.harvest_config import HarvestConfig

# Playlists and the like would let a file name other files to read.
_OPEN_OPTIONS = {"format_whitelist": "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm"}
# Sound may outlast the pictures a little without the file being cut off.
_MISSING_END_S = 1.0
# By default each conversion starts threads of its own, which takes longer than the conversion.
_THREADS = 1


@dataclass(frozen=True, slots=True)
class Frame:
    """One decoded picture; pixels are converted only when asked for."""

    pts: int
    time_base: Fraction
    """Seconds per unit of pts."""
    picture: av.VideoFrame

    @property
    def t_s(self) -> float:
        """Presentation time in seconds."""
        return float(self.time_base * self.pts)

    @property
    def end_s(self) -> float:
        """When the next frame is due, in seconds; t_s if the file does not say."""
        return float(self.time_base * (self.pts + (self.picture.duration or 0)))

    def rgb(self) -> npt.NDArray[np.uint8]:
        """The picture, uint8 [H, W, 3]."""
        return np.asarray(self.picture.to_ndarray(format="rgb24", threads=_THREADS), np.uint8)

    def thumbnail_bgr(self, width_px: int, height_px: int) -> npt.NDArray[np.uint8]:
        """The picture averaged down to uint8 [height_px, width_px, 3], whatever its shape."""
        small = self.picture.reformat(
            width_px, height_px, "bgr24", interpolation="AREA", threads=_THREADS
        )
        return np.asarray(small.to_ndarray(), np.uint8)


def read_frames(path: Path, config: HarvestConfig) -> Iterator[Frame]:
    """Decode every frame in order of presentation.

    Raises:
        Unreadable: not a video, broken, or cut off; possibly after some frames.
        TooLarge: more pixels, frames or work than allowed.
        TooLong: lasts longer than allowed.
        OSError: there is no such file, or it may not be read.
    """
    try:
        # "file:" keeps a path from being taken for a network address.
        with av.open(f"file:{path}", options=_OPEN_OPTIONS) as container:
            yield from _decode(container, path.name, config)
    except (FileNotFoundError, IsADirectoryError, PermissionError):
        raise
    except av.FFmpegError as error:
        raise Unreadable(f"{path.name}: {error.strerror}") from error


def _decode(container: InputContainer, name: str, config: HarvestConfig) -> Iterator[Frame]:
    if not container.streams.video:
        raise Unreadable(f"{name}: holds no pictures")
    stream = container.streams.video[0]
    _check_pixels(stream.width, stream.height, name, config)
    deadline_s = time.monotonic() + config.timeout_s
    first, last = None, None
    for count, picture in enumerate(container.decode(stream), start=1):
        _check_cost(picture, count, deadline_s, name, config)
        frame = _timed(picture, name)
        first = first or frame
        _check_time(first, last, frame, name, config)
        yield frame
        last = frame
    _check_end(first, last, stream, container, name)


def _timed(picture: av.VideoFrame, name: str) -> Frame:
    if picture.pts is None or picture.time_base is None:
        raise Unreadable(f"{name}: a frame has no presentation time")
    return Frame(picture.pts, picture.time_base, picture)


def _check_pixels(width_px: int, height_px: int, name: str, config: HarvestConfig) -> None:
    if width_px * height_px > config.max_pixels:
        raise TooLarge(f"{name}: {width_px} x {height_px} is over {config.max_pixels} pixels")


def _check_cost(
    picture: av.VideoFrame, count: int, deadline_s: float, name: str, config: HarvestConfig
) -> None:
    _check_pixels(picture.width, picture.height, name, config)
    if count > config.max_frames:
        raise TooLarge(f"{name}: more than {config.max_frames} frames")
    if time.monotonic() > deadline_s:
        raise TooLarge(f"{name}: not done after {config.timeout_s} s")


def _check_time(
    first: Frame, last: Frame | None, frame: Frame, name: str, config: HarvestConfig
) -> None:
    if last is not None and frame.t_s <= last.t_s:
        raise Unreadable(f"{name}: time stands still at {frame.t_s:.3f} s")
    if frame.t_s - first.t_s > config.max_duration_s:
        raise TooLong(f"{name}: lasts longer than {config.max_duration_s} s")


def _check_end(
    first: Frame | None,
    last: Frame | None,
    stream: VideoStream,
    container: InputContainer,
    name: str,
) -> None:
    if first is None or last is None:
        raise Unreadable(f"{name}: holds no pictures")
    stated_s = _stated_duration_s(stream, container)
    seen_s = last.end_s - first.t_s
    if seen_s + _MISSING_END_S < stated_s:
        raise Unreadable(f"{name}: ends after {seen_s:.1f} of {stated_s:.1f} s")


def _stated_duration_s(stream: VideoStream, container: InputContainer) -> float:
    if stream.duration and stream.time_base:
        return float(stream.duration * stream.time_base)
    return (container.duration or 0) / av.time_base
