"""Still faces for the demo's benchmarks, of people whom no video shows."""

from collections.abc import Iterator, Mapping
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from demo.expressions import landmarks_of, warp
from demo.face_points import Points
from demo.identities import dress, identities
from demo.places import lit, random_light, random_place
from demo.portraits import Portrait, load_portraits
from scn.emotions import EMOTIONS
from webemotion.faces.alignment import similarity, template_px

Image = npt.NDArray[np.uint8]

_PEOPLE: Final = 40
_MARGIN: Final = 0.1
_MARK_ERROR: Final = 0.012
"""Standard deviation of the landmarks' error, as a share of the crop's side."""
_MIN_INTENSITY: Final = 0.6


def benchmark_faces(
    n_per_class: Mapping[str, int] | int, *, seed: int, size_px: int
) -> Iterator[tuple[Image, str]]:
    """Draw faces roughly aligned to the collector's template, with their true emotion.

    Args:
        n_per_class: how many faces of each emotion; a number means so many of all eight.
        seed: from which people, places and light follow; the same seed gives the same faces.
        size_px: side of the square picture.

    Yields:
        uint8 RGB [size_px, size_px, 3] and the emotion; classes come in turn while they last.

    Raises:
        ValueError: an emotion is unknown, a count negative, or the size below 32 px.
    """
    counts = dict.fromkeys(EMOTIONS, n_per_class) if isinstance(n_per_class, int) else n_per_class
    _check(counts, size_px)
    return _draw(counts, np.random.default_rng([seed, size_px]), _people(seed), size_px)


def _check(counts: Mapping[str, int], size_px: int) -> None:
    if unknown := set(counts) - set(EMOTIONS):
        raise ValueError(f"n_per_class: {sorted(unknown)} are none of {EMOTIONS}")
    if min(counts.values(), default=0) < 0:
        raise ValueError(f"n_per_class: must be 0 or more, was {dict(counts)}")
    if size_px < 32:
        raise ValueError(f"size_px: must be at least 32, was {size_px}")


def _people(seed: int) -> list[Portrait]:
    portraits = load_portraits()
    chosen = identities(_PEOPLE, seed=seed, group="benchmarks")
    return [dress(portraits[one.portrait], one) for one in chosen]


def _draw(
    counts: Mapping[str, int], rng: np.random.Generator, people: list[Portrait], size_px: int
) -> Iterator[tuple[Image, str]]:
    for number in range(max(counts.values(), default=0)):
        for emotion in (name for name, count in counts.items() if number < count):
            person = people[int(rng.integers(len(people)))]
            yield _face(person, emotion, rng, size_px), emotion


def _face(person: Portrait, emotion: str, rng: np.random.Generator, size_px: int) -> Image:
    intensity = float(rng.uniform(_MIN_INTENSITY, 1))
    image_rgba = warp(person, emotion, intensity)
    matrix = _alignment(landmarks_of(person, emotion, intensity), rng, size_px)
    face = cv2.warpAffine(image_rgba, matrix, (size_px, size_px), flags=cv2.INTER_AREA)
    weight = face[..., 3:].astype(np.float32) / 255
    place = random_place(rng, size_px, size_px)
    image = np.rint(face[..., :3] * weight + place * (1 - weight)).astype(np.uint8)
    return lit(image, random_light(rng, size_px, size_px), rng.uniform(0.8, 1.2))


def _alignment(landmarks_xy: Points, rng: np.random.Generator, size_px: int) -> Points:
    """Onto the template, but for the error that a detector makes: float64 [2, 3]."""
    target_xy = template_px(size_px, _MARGIN)
    return similarity(landmarks_xy, target_xy + rng.normal(0, _MARK_ERROR * size_px, (5, 2)))
