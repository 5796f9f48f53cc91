"""A video file as a stream of frames with their presentation times, within limits.

Decoding is PyAV's (https://pyav.basswood-io.com), in a process of its own that can neither reach
the network nor open a file: videos come from strangers, and decoders have had holes. A process
that dies takes its video with it, nothing else.
"""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import BinaryIO, Final, cast

import numpy as np
import numpy.typing as npt

from webemotion.decoding.decoder_stream import (
    END,
    FRAME,
    START,
    Head,
    Limits,
    Pixels,
    read_end,
    read_frame,
)
from webemotion.errors import CollectionError, LocalFault, TooLarge, Unreadable
from webemotion.faces.harvest_config import HarvestConfig

Image = npt.NDArray[np.uint8]

THUMBNAIL_PX: Final = (128, 72)
# As much again as a decoder needs for the largest frame that a user would allow, 3840 x 2160.
_MEMORY_BYTES: Final = 1 << 30
# The environment holds secrets: no more of it reaches a process that reads a stranger's file.
_ENVIRONMENT: Final = ("PATH", "PYTHONPATH", "LD_LIBRARY_PATH", "LANG")
_PIPE_BYTES: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Frame:
    """One decoded frame."""

    head: Head
    thumbnail_bgr: Image
    """The picture averaged down to uint8 [72, 128, 3], whatever its shape."""
    picture_rgb: Image | None
    """uint8 [H, W, 3] as it is to be shown; of `detect_rate_hz` frames per second only."""

    @property
    def t_s(self) -> float:
        """Presentation time in seconds."""
        return self.head.t_s


def read_frames(path: Path, config: HarvestConfig) -> Iterator[Frame]:
    """Decode a video in order of presentation.

    Frames that no other frame is built from are left out where there are five times as many
    frames as pictures wanted.

    Raises:
        Unreadable: not a video, broken, or cut off; possibly after some frames.
        TooLarge: more pixels, frames, memory or work than allowed.
        TooLong: lasts longer than allowed.
        LocalFault: the decoding process does not start.
        OSError: there is no such file, or it may not be read.
    """
    try:
        yield from _read(path, _limits(config))
    except LocalFault:
        raise
    except CollectionError as error:
        raise type(error)(f"{path.name}: {error}") from error


def _limits(config: HarvestConfig) -> Limits:
    return Limits(
        picture_rate_hz=config.detect_rate_hz,
        thumbnail_width_px=THUMBNAIL_PX[0],
        thumbnail_height_px=THUMBNAIL_PX[1],
        max_pixels=config.max_pixels,
        max_duration_s=config.max_duration_s,
        max_frames=config.max_frames,
        timeout_s=config.timeout_s,
        memory_bytes=_MEMORY_BYTES,
    )


def _read(path: Path, limits: Limits) -> Iterator[Frame]:
    with _process(path, limits) as process:
        stream = cast(BinaryIO, process.stdout)
        if stream.read(1) != START:
            raise _false_start(process, limits)
        try:
            while (kind := stream.read(1)) == FRAME:
                head, thumbnail, picture = read_frame(stream, limits)
                yield Frame(head, _array(thumbnail), _upright(picture) if picture else None)
        except EOFError:
            kind = b""
        failure = read_end(stream) if kind == END else _death(process, limits)
        if failure is not None:
            raise failure


def _array(pixels: Pixels) -> Image:
    rows = np.frombuffer(pixels.data, np.uint8).reshape(pixels.height_px, pixels.row_bytes)
    shape = pixels.height_px, pixels.width_px, 3
    return np.ascontiguousarray(rows[:, : 3 * pixels.width_px]).reshape(shape)


def _upright(pixels: Pixels) -> Image:
    return np.ascontiguousarray(np.rot90(_array(pixels), pixels.quarter_turns))


def _false_start(process: "subprocess.Popen[bytes]", limits: Limits) -> CollectionError:
    complaints = cast(BinaryIO, process.stderr).read().decode(errors="replace")
    if process.wait() == -signal.SIGKILL:
        return _death(process, limits)
    return LocalFault(f"no video can be decoded: {complaints.strip()[-500:]}")


def _death(process: "subprocess.Popen[bytes]", limits: Limits) -> CollectionError:
    """Why a process ended without a word."""
    status = process.wait()
    if status in (-signal.SIGKILL, -signal.SIGXCPU):
        return TooLarge(f"not done after {limits.timeout_s} s, or too much for the memory")
    return Unreadable(f"the decoder died with status {status}")


@contextmanager
def _process(path: Path, limits: Limits) -> Iterator["subprocess.Popen[bytes]"]:
    with path.open("rb") as video:
        process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "webemotion.decoding.decoder_process",
                json.dumps(asdict(limits)),
            ],
            stdin=video,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            bufsize=_PIPE_BYTES,
            env={name: os.environ[name] for name in _ENVIRONMENT if name in os.environ},
        )
    deadline = threading.Timer(limits.timeout_s, process.kill)
    deadline.daemon = True
    deadline.start()
    try:
        with process:
            try:
                yield process
            finally:
                process.kill()
    finally:
        deadline.cancel()
