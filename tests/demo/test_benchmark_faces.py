"""Still faces for benchmarks."""

from collections import Counter

import numpy as np
import pytest

from demo.benchmark_faces import benchmark_faces
from demo.landmarks import find_landmarks
from scn.emotions import EMOTIONS
from webemotion.faces.alignment import template_px


def test_faces_are_as_many_as_asked_and_the_same_for_the_same_seed() -> None:
    """Counts per emotion hold, pictures are square RGB, and a second draw equals the first."""
    wanted = {"happy": 3, "anger": 1, "contempt": 0}
    first, second = (list(benchmark_faces(wanted, seed=2, size_px=64)) for _ in range(2))
    assert Counter(emotion for _, emotion in first) == {"happy": 3, "anger": 1}
    for (image, emotion), (again, same) in zip(first, second, strict=True):
        assert image.shape == (64, 64, 3)
        assert image.dtype == np.uint8
        assert emotion == same
        np.testing.assert_array_equal(image, again)


def test_faces_are_roughly_aligned() -> None:
    """MTCNN finds eyes, nose and mouth within 8 % of the side from the template, at the median."""
    target_xy = template_px(160, 0.1)
    errors = [
        np.abs(find_landmarks(image) - target_xy).max() / 160
        for image, _ in benchmark_faces(1, seed=0, size_px=160)
    ]
    assert len(errors) == len(EMOTIONS)
    assert np.median(errors) < 0.08


@pytest.mark.parametrize(
    ("n_per_class", "size_px", "field"),
    [({"bored": 1}, 64, "n_per_class"), ({"sad": -1}, 64, "n_per_class"), (1, 8, "size_px")],
)
def test_impossible_wishes_are_refused(
    n_per_class: dict[str, int] | int, size_px: int, field: str
) -> None:
    """An unknown emotion, a negative count or a tiny picture raises ValueError at the call."""
    with pytest.raises(ValueError, match=field):
        benchmark_faces(n_per_class, seed=0, size_px=size_px)
