"""Films whose faces are known: two portraits with points marked by hand, moved and hidden."""

import math
import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Final

import av
import cv2
import numpy as np
import numpy.typing as npt
from av.video.stream import VideoStream

from demo.face_points import EYES_XY, NAMES
from demo.portraits import Portrait, load_portraits

Image = npt.NDArray[np.uint8]
Points = npt.NDArray[np.float64]
Place = tuple[float, float, float, float]

WIDTH_PX: Final = 640
HEIGHT_PX: Final = 360
LENGTH_S: Final = 12.0
_EYES: Final = (("eye_outer_l", "eye_inner_l"), ("eye_inner_r", "eye_outer_r"))
_FACE_CANVAS: Final = (slice(120, 330), slice(190, 370))


@dataclass(frozen=True, slots=True)
class Person:
    """Where somebody is at a time in seconds, or None; and when the face is hidden.

    Attributes:
        name: of a portrait.
        at: middle of the eyes x, y in pixels, size (1: eyes 80 pixels apart), turn in degrees.
        hidden: whether something is held before the face.
    """

    name: str
    at: Callable[[float], Place | None]
    hidden: Callable[[float], bool] = lambda t_s: False


@dataclass(frozen=True, slots=True)
class TruthFilm:
    """A film: who is in it, its light, its frames' times; and how long each person is there.

    Attributes:
        present_s: for each person, the spans in which a face should be followed.
    """

    name: str
    people: tuple[Person, ...]
    present_s: tuple[tuple[tuple[float, float], ...], ...]
    light: Callable[[float], float] = lambda t_s: 1.0
    fps: Fraction = Fraction(25)
    jitter: float = 0.0
    noise: float = 2.0
    quarter_turns: int = 0
    backdrop: Callable[[float], int] = field(default=lambda t_s: 0)

    def times_ms(self) -> list[int]:
        """Presentation times, at a variable rate if there is jitter."""
        rng = np.random.default_rng(0)
        count = int(LENGTH_S * self.fps)
        periods = 1 + self.jitter * rng.uniform(-1, 1, count)
        times_s = np.concatenate([[0], np.cumsum(periods)[:-1]]) / float(self.fps)
        return [round(1000 * t_s) for t_s in times_s]


def still(x: float, y: float = 150, size: float = 0.8) -> Callable[[float], Place]:
    """Somebody who stays."""
    return lambda t_s: (x + 4 * math.sin(2 * t_s), y + 2 * math.sin(3 * t_s), size, 0.0)


def _between(start_s: float, end_s: float) -> Callable[[float], bool]:
    return lambda t_s: start_s <= t_s < end_s


def landmarks_px(portrait: Portrait, place: Place) -> Points:
    """Eyes, nose tip and mouth corners, float64 [5, 2]."""
    points = dict(zip(NAMES, portrait.picture_xy, strict=True))
    eyes = [(points[a] + points[b]) / 2 for a, b in _EYES]
    five = np.array([*eyes, points["nose_tip"], points["mouth_l"], points["mouth_r"]])
    matrix = _matrix(place)
    return np.asarray(five @ matrix[:, :2].T + matrix[:, 2], np.float64)


def write(film: TruthFilm, folder: Path) -> Path:
    """Render and encode a film."""
    path = folder / f"{film.name.replace(' ', '-').replace('/', '-')}.mp4"
    portraits = load_portraits()
    rng = np.random.default_rng(1)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=1000, options={"crf": "23", "bf": "0"})
        assert isinstance(stream, VideoStream)
        stream.time_base = stream.codec_context.time_base = Fraction(1, 1000)
        stream.pix_fmt = "yuv420p"
        for number, t_ms in enumerate(film.times_ms()):
            image = np.rot90(_draw(film, portraits, t_ms / 1000, rng), film.quarter_turns)
            if not number:
                stream.height, stream.width = image.shape[:2]
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(image), format="rgb24")
            frame.pts, frame.time_base = t_ms, Fraction(1, 1000)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    if film.quarter_turns:
        _state_turn(path)
    return path


def _draw(
    film: TruthFilm, portraits: dict[str, Portrait], t_s: float, rng: np.random.Generator
) -> Image:
    x, y = np.meshgrid(np.arange(WIDTH_PX), np.arange(HEIGHT_PX))
    period = 23 + 40 * film.backdrop(t_s)
    wall = 100 + 30 * film.backdrop(t_s) + 12 * np.sin(x / period) + 12 * np.cos(y / (period + 8))
    frame = np.repeat(wall[..., None], 3, axis=2)
    for person in film.people:
        if (place := person.at(t_s)) is not None:
            frame = _painted(frame, portraits[person.name], place, person.hidden(t_s))
    noisy = frame * film.light(t_s) + rng.normal(0, film.noise, frame.shape)
    return np.asarray(noisy.clip(0, 255), np.uint8)


def _painted(
    frame: npt.NDArray[np.float64],
    portrait: Portrait,
    place: Place,
    hidden: bool,
) -> npt.NDArray[np.float64]:
    image = portrait.image_rgba.copy()
    if hidden:
        image[(*_FACE_CANVAS, slice(0, 3))] = (60, 90, 70)
    size = (WIDTH_PX, HEIGHT_PX)
    warped = cv2.warpAffine(image, _matrix(place), size, flags=cv2.INTER_AREA)
    share = warped[..., 3:].astype(np.float64) / 255
    return np.asarray(frame * (1 - share) + warped[..., :3] * share, np.float64)


def _matrix(place: Place) -> Points:
    x, y, size, turn_deg = place
    middle_x, middle_y = np.mean(EYES_XY, axis=0)
    matrix = cv2.getRotationMatrix2D((float(middle_x), float(middle_y)), turn_deg, size)
    matrix[:, 2] += (x - middle_x, y - middle_y)
    return np.asarray(matrix, np.float64)


def _state_turn(path: Path) -> None:
    """Write into an MP4's track header that players turn the picture by a quarter, clockwise."""
    data = bytearray(path.read_bytes())
    place = data.index(b"tkhd") + 44
    one = 1 << 16
    data[place : place + 36] = struct.pack(">9i", 0, one, 0, -one, 0, 0, 0, 0, 1 << 30)
    path.write_bytes(data)


def films() -> Sequence[TruthFilm]:
    """One film for each difficulty."""
    whole = ((0.0, math.inf),)
    one = (Person("hopper", still(320)),)
    both = (Person("hopper", still(190)), Person("astronaut", still(450)))
    made = [TruthFilm("one", one, (whole,)), TruthFilm("two", both, (whole, whole))]
    for hidden_s in (0.3, 1.0, 3.0):
        spans = whole if hidden_s < 1 else ((0.0, 5.0), (5.0 + hidden_s, math.inf))
        person = Person("hopper", still(320), _between(5, 5 + hidden_s))
        made.append(TruthFilm(f"hidden {hidden_s} s", (person,), (spans,)))
    cross = (
        Person("hopper", lambda t: (140 + 30 * t, 150, 0.7, 0.0)),
        Person("astronaut", lambda t: (500 - 30 * t, 150, 0.7, 0.0)),
    )
    # The one in front hides the other for about two seconds.
    made.append(TruthFilm("crossing", cross, (((0.0, 4.8), (7.2, math.inf)), whole)))
    cut = (
        Person("hopper", lambda t: still(250)(t) if t < 6 else None),
        Person("astronaut", lambda t: still(400)(t) if t >= 6 else None),
    )
    made.append(
        TruthFilm("cut", cut, (((0.0, 6.0),), ((6.0, math.inf),)), backdrop=lambda t: int(t >= 6))
    )
    # Of the light, a tenth is enough to be seen.
    fade = TruthFilm("fade", one, (((0.2, 11.8),),), light=lambda t: min(1, t / 2, (12 - t) / 2))
    zoom = Person("hopper", lambda t: (320, 150, 0.35 + 0.08 * t, 0.0))
    turn = Person("hopper", lambda t: (320, 170, 0.8, 45 * math.sin(t / 2)))
    made += [fade, TruthFilm("zoom", (zoom,), (whole,)), TruthFilm("turn 45°", (turn,), (whole,))]
    made.append(TruthFilm("low light", one, (whole,), light=lambda t: 0.12, noise=4))
    made += [
        TruthFilm(f"{fps} frames/s", one, (whole,), fps=Fraction(fps)) for fps in (15, 24, 30, 60)
    ]
    made.append(TruthFilm("variable rate", one, (whole,), jitter=0.8))
    made.append(TruthFilm("turn in header", one, (whole,), quarter_turns=1))
    return made
