"""Many people out of two portraits: other proportions, colours, age, hair and clothes."""

import dataclasses
from dataclasses import dataclass
from typing import Final, Literal

import cv2
import numpy as np
import numpy.typing as npt

from demo.face_points import CANVAS_HEIGHT_PX, CANVAS_WIDTH_PX, EYES_XY, Points, displacement
from demo.portraits import Portrait

Group = Literal["videos", "benchmarks"]
"""People of one group never appear in the other."""
Colours = npt.NDArray[np.float32]

_GROUPS: Final[tuple[Group, ...]] = ("videos", "benchmarks")
_NOSE_TO_CHIN: Final = ((280, 268), (66, 54))
_FACE: Final = ((280, 222), (84, 98))
_LEAST_BLUR_PX: Final = 0.1
_LIPS: Final = ((279, 262), (42, 17))


@dataclass(frozen=True, slots=True)
class Identity:
    """What makes one person look unlike another; lengths in canvas pixels."""

    portrait: str
    mirrored: bool
    stretch_x: float
    stretch_y: float
    mouth_wider: float
    lips_fuller: float
    nose_wider: float
    eyes_larger: float
    cheeks_wider: float
    chin_lower: float
    brow_width: float
    skin_gamma: float
    """Above 1 is darker."""
    warmth: float
    """Shift from blue to yellow, -1 to 1."""
    hue_turn_deg: float
    """Of hair and clothes."""
    hair_gain: float
    """Brightness of hair and clothes against the portrait's."""
    greying: float
    """0 keeps the hair's colour, 1 takes it away."""
    beard: float
    softness_px: float
    roughness: float
    """Strength of the skin's texture, in grey levels."""
    texture_seed: int


def random_identity(rng: np.random.Generator) -> Identity:
    """Draw a person."""
    return Identity(
        portrait=str(rng.choice(["astronaut", "hopper"])),
        mirrored=bool(rng.integers(2)),
        stretch_x=rng.uniform(0.9, 1.1),
        stretch_y=rng.uniform(0.92, 1.1),
        mouth_wider=rng.uniform(-1.5, 5),
        lips_fuller=rng.uniform(-1, 2),
        nose_wider=rng.uniform(-4, 6),
        eyes_larger=rng.uniform(-0.5, 2.0),
        cheeks_wider=rng.uniform(-5, 6),
        chin_lower=rng.uniform(-5, 8),
        brow_width=rng.uniform(3, 7),
        skin_gamma=rng.uniform(0.8, 1.9),
        warmth=rng.uniform(-1, 1),
        hue_turn_deg=rng.uniform(0, 360),
        hair_gain=rng.uniform(0.5, 1.5),
        greying=rng.choice([0.0, 0.0, 0.5, 1.0]),
        beard=rng.choice([0.0, 0.0, 0.4, 0.8]),
        softness_px=rng.uniform(0, 1.2),
        roughness=rng.uniform(0, 8),
        texture_seed=int(rng.integers(2**31)),
    )


def identities(count: int, *, seed: int, group: Group) -> tuple[Identity, ...]:
    """The first people of a group; a longer list begins with the shorter one."""
    rng = np.random.default_rng([seed, _GROUPS.index(group)])
    return tuple(random_identity(rng) for _ in range(count))


def dress(portrait: Portrait, identity: Identity) -> Portrait:
    """The portrait as this person.

    Raises:
        ValueError: the identity builds on another portrait.
    """
    if portrait.name != identity.portrait:
        raise ValueError(f"portrait: must be {identity.portrait!r}, was {portrait.name!r}")
    matrix = _stretch(identity)
    coloured = np.dstack(
        [_colour(portrait.image_rgba[..., :3], identity), portrait.image_rgba[..., 3]]
    )
    size = (CANVAS_WIDTH_PX, CANVAS_HEIGHT_PX)
    image_rgba = cv2.warpAffine(coloured, matrix, size, borderMode=cv2.BORDER_REPLICATE)
    return dataclasses.replace(
        portrait,
        image_rgba=np.asarray(image_rgba, np.uint8),
        picture_xy=_apply(matrix, portrait.picture_xy),
        rest_xy=_apply(matrix, portrait.rest_xy) + _proportions(identity),
        mirrored=identity.mirrored,
        brow_rgb=_brow_colour(identity),
        brow_width_px=identity.brow_width,
    )


def _stretch(identity: Identity) -> Points:
    """Widen and lengthen the head about the point between the eyes: float64 [2, 3]."""
    centre = np.mean(EYES_XY, axis=0)
    scale = np.array([identity.stretch_x, identity.stretch_y])
    return np.column_stack([np.diag(scale), centre - scale * centre])


def _apply(matrix: Points, points_xy: Points) -> Points:
    return points_xy @ matrix[:, :2].T + matrix[:, 2]


def _proportions(identity: Identity) -> Points:
    return displacement(
        {
            "mouth": (identity.mouth_wider, 0),
            "lip_top": (0, -identity.lips_fuller / 2),
            "lip_bottom": (0, identity.lips_fuller),
            "nostril": (identity.nose_wider, 0),
            "eye_upper": (0, -identity.eyes_larger),
            "eye_lower": (0, identity.eyes_larger),
            "cheek": (identity.cheeks_wider, 0),
            "chin": (0, identity.chin_lower),
        }
    )


def _brow_colour(identity: Identity) -> tuple[int, int, int]:
    dark = np.array([70, 46, 32]) / identity.skin_gamma
    red, green, blue = np.rint(dark + identity.greying * (110 - dark) * 0.6).astype(int).tolist()
    return red, green, blue


def _colour(image_rgb: npt.NDArray[np.uint8], identity: Identity) -> npt.NDArray[np.uint8]:
    rng = np.random.default_rng(identity.texture_seed)
    plain = np.asarray(image_rgb / 255, np.float32)
    skin = _skin(image_rgb)[..., None]
    dyed = skin * _tone(plain, identity) + (1 - skin) * _hair_and_clothes(plain, identity)
    soft = cv2.GaussianBlur(dyed, (0, 0), max(identity.softness_px, _LEAST_BLUR_PX))
    rough = np.asarray(soft + skin * _texture(identity.roughness, rng), np.float32)
    bearded = _with_beard(rough, identity.beard, rng)
    return np.asarray(np.clip(bearded * 255, 0, 255), np.uint8)


def _skin(image_rgb: npt.NDArray[np.uint8]) -> Colours:
    """How much each pixel looks like the skin of the face, 0 to 1: float32 [H, W]."""
    lab = cv2.cvtColor(cv2.GaussianBlur(image_rgb, (0, 0), 2), cv2.COLOR_RGB2LAB).astype(np.float32)
    typical = np.median(lab[195:245, 240:320].reshape(-1, 3), axis=0)
    distance = np.linalg.norm((lab - typical) * (0.25, 1, 1), axis=-1)
    alike = np.exp(-((distance / 22) ** 2)).astype(np.float32)
    return np.asarray(np.maximum(alike, _ellipse(*_FACE, softness_px=7)), np.float32)


def _ellipse(centre: tuple[int, int], axes: tuple[int, int], *, softness_px: float) -> Colours:
    mask = np.zeros((CANVAS_HEIGHT_PX, CANVAS_WIDTH_PX), np.float32)
    cv2.ellipse(mask, centre, axes, 0, 0, 360, 1.0, -1)
    return np.asarray(cv2.GaussianBlur(mask, (0, 0), softness_px), np.float32)


def _tone(image: Colours, identity: Identity) -> Colours:
    warmer = np.array([1 + 0.05 * identity.warmth, 1, 1 - 0.14 * identity.warmth], np.float32)
    brightness = np.maximum(image.max(axis=-1, keepdims=True), 1e-3)
    darker = brightness ** (identity.skin_gamma - 1)
    return np.asarray(np.clip(image * darker * warmer, 0, 1), np.float32)


def _hair_and_clothes(image: Colours, identity: Identity) -> Colours:
    hsv = cv2.cvtColor(image, cv2.COLOR_RGB2HSV)
    hsv[..., 0] = (hsv[..., 0] + identity.hue_turn_deg) % 360
    hsv[..., 1] = hsv[..., 1] * (1 - identity.greying)
    lift = 0.12 * identity.hair_gain
    hsv[..., 2] = np.clip(lift + hsv[..., 2] * identity.hair_gain * (1 - lift), 0, 1)
    return np.asarray(cv2.cvtColor(hsv, cv2.COLOR_HSV2RGB), np.float32)


def _texture(grey_levels: float, rng: np.random.Generator) -> Colours:
    noise = rng.standard_normal((CANVAS_HEIGHT_PX, CANVAS_WIDTH_PX), np.float32)
    patchy = cv2.GaussianBlur(noise, (0, 0), 1.5) * 5
    return np.asarray(patchy[..., None] * grey_levels / 255, np.float32)


def _with_beard(image: Colours, strength: float, rng: np.random.Generator) -> Colours:
    """Darken the lower face around the lips, in fine strokes."""
    area = _ellipse(*_NOSE_TO_CHIN, softness_px=9) * (1 - _ellipse(*_LIPS, softness_px=4))
    strokes = 0.75 + 0.25 * rng.random(area.shape, np.float32)
    cover = (area * strokes * strength * 0.75)[..., None]
    return np.asarray(image * (1 - cover) + 0.14 * cover, np.float32)
