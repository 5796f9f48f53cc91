"""The frames of a script: people before a place, under changing light, by a moving camera."""

import math
from collections.abc import Iterator, Mapping
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from demo.expressions import warp
from demo.face_points import EYES_XY
from demo.identities import dress
from demo.places import lit, random_light, random_place
from demo.portraits import Portrait
from demo.scenes import SLIDE_S, Role, Scene, Script, intensity_at

Image = npt.NDArray[np.uint8]
Matrix = npt.NDArray[np.float64]

FRAME_WIDTH_PX: Final = 640
FRAME_HEIGHT_PX: Final = 360
_FRAME: Final = (FRAME_WIDTH_PX, FRAME_HEIGHT_PX)
_BORDER_PX: Final = 60
_CANVAS_FACE_PX: Final = 166
_LEVELS: Final = 8


class Cast:
    """The people of a video, each expression warped once per level of intensity."""

    def __init__(self, script: Script, portraits: Mapping[str, Portrait]) -> None:
        self._people = [dress(portraits[one.portrait], one) for one in script.cast]
        self._shown: dict[tuple[int, str, int], Image] = {}

    def image(self, person: int, expression: str, intensity: float) -> Image:
        """The person, premultiplied by how much each pixel is the person: uint8 RGBA."""
        key = (person, expression, round(intensity * _LEVELS))
        if key not in self._shown:
            image_rgba = warp(self._people[person], expression, key[2] / _LEVELS)
            self._shown[key] = _premultiplied(image_rgba)
        return self._shown[key]


def frames(script: Script, portraits: Mapping[str, Portrait]) -> Iterator[Image]:
    """All frames in order: uint8 RGB [360, 640, 3]."""
    cast = Cast(script, portraits)
    for scene in script.scenes:
        yield from _scene_frames(scene, script.fps, cast)


def _scene_frames(scene: Scene, fps: int, cast: Cast) -> Iterator[Image]:
    rng = np.random.default_rng(scene.place_seed)
    place = random_place(rng, FRAME_WIDTH_PX + 2 * _BORDER_PX, FRAME_HEIGHT_PX + 2 * _BORDER_PX)
    light = random_light(rng, *_FRAME)
    phase = rng.uniform(0, 2 * math.pi)
    for number in range(round(scene.start_s * fps), round(scene.end_s * fps)):
        t_s = number / fps
        camera = _camera(t_s, phase)
        image = cv2.warpAffine(place, _seen(camera, _place_shift()), _FRAME).astype(np.uint8)
        for role in scene.roles:
            if role.start_s <= t_s < role.end_s:
                person = cast.image(role.person, role.expression, intensity_at(role, t_s))
                image = _stand(image, person, _seen(camera, _pose(role, scene, t_s)))
        yield lit(image, light, 1 + 0.15 * math.sin(0.9 * t_s + phase))


def _premultiplied(image_rgba: Image) -> Image:
    red, green, blue, alpha = cv2.split(image_rgba)
    shares = [cv2.multiply(channel, alpha, scale=1 / 255) for channel in (red, green, blue)]
    return np.asarray(cv2.merge([*shares, alpha]), np.uint8)


def _stand(image_rgb: Image, person_rgba: Image, matrix: Matrix) -> Image:
    """Lay a premultiplied person over the picture."""
    moved = cv2.warpAffine(person_rgba, matrix, _FRAME, flags=cv2.INTER_LINEAR)
    behind = cv2.cvtColor(255 - moved[..., 3], cv2.COLOR_GRAY2RGB)
    seen = cv2.multiply(image_rgb, behind, scale=1 / 255)
    return np.asarray(cv2.add(seen, moved[..., :3]), np.uint8)


def _camera(t_s: float, phase: float) -> Matrix:
    """Pan, zoom and a slight turn about the middle of the frame: float64 [3, 3]."""
    zoom = 1.05 + 0.05 * math.sin(0.5 * t_s + phase)
    angle = math.radians(2 * math.sin(0.7 * t_s + 2 * phase))
    pan_xy = (14 * math.sin(0.6 * t_s + 3 * phase), 5 * math.sin(0.8 * t_s + phase))
    middle_xy = (FRAME_WIDTH_PX / 2, FRAME_HEIGHT_PX / 2)
    return _similarity(zoom, angle, middle_xy, (middle_xy[0] + pan_xy[0], middle_xy[1] + pan_xy[1]))


def _pose(role: Role, scene: Scene, t_s: float) -> Matrix:
    """From the canvas to where the person's head is now: float64 [3, 3]."""
    scale = role.face_px / _CANVAS_FACE_PX
    angle = math.radians(5 * math.sin(1.1 * t_s + role.phase))
    x = FRAME_WIDTH_PX * role.x + 8 * math.sin(0.9 * t_s + 2 * role.phase)
    y = max(138.0, 368 - 350 * scale) + 4 * math.sin(1.7 * t_s + role.phase)
    eyes_xy = (EYES_XY[0][0] + EYES_XY[1][0]) / 2, EYES_XY[0][1]
    return _similarity(scale, angle, eyes_xy, (x + _walk(role, scene, t_s), y))


def _walk(role: Role, scene: Scene, t_s: float) -> float:
    """How far the person still is from its place, in pixels."""
    coming = 1 - (t_s - role.start_s) / SLIDE_S if role.start_s > scene.start_s else 0.0
    going = 1 - (role.end_s - t_s) / SLIDE_S if role.end_s < scene.end_s else 0.0
    return FRAME_WIDTH_PX * max(coming, going, 0.0) ** 2


def _place_shift() -> Matrix:
    shift = np.eye(3)
    shift[:2, 2] = -_BORDER_PX
    return shift


def _similarity(
    scale: float, angle: float, source_xy: tuple[float, float], target_xy: tuple[float, float]
) -> Matrix:
    cosine, sine = scale * math.cos(angle), scale * math.sin(angle)
    turn = np.array([[cosine, -sine], [sine, cosine]])
    result = np.eye(3)
    result[:2, :2] = turn
    result[:2, 2] = np.array(target_xy) - turn @ np.array(source_xy)
    return result


def _seen(camera: Matrix, pose: Matrix) -> Matrix:
    return np.asarray((camera @ pose)[:2], np.float64)
