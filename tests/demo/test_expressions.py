"""Eight expressions: smooth, different from one another, and where they say they are."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from demo.expressions import (
    backward_field,
    jacobian_determinant,
    landmarks_of,
    points_of,
    warp,
)
from demo.face_points import CANVAS_WIDTH_PX
from demo.identities import Group, dress, identities
from demo.landmarks import find_landmarks
from demo.portraits import Portrait
from scn.emotions import EMOTIONS

FACE = np.s_[130:320, 200:360, :3]
NAMES = ("astronaut", "hopper")


@given(
    emotion=st.sampled_from(EMOTIONS),
    intensity=st.floats(0, 1),
    seed=st.integers(0, 10_000),
    group=st.sampled_from(("videos", "benchmarks")),
)
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_no_face_is_torn_or_folded(
    portraits: dict[str, Portrait], emotion: str, intensity: float, seed: int, group: Group
) -> None:
    """The warp keeps every patch of every person's skin the right way round."""
    identity = identities(1, seed=seed, group=group)[0]
    person = dress(portraits[identity.portrait], identity)
    assert jacobian_determinant(backward_field(person, emotion, intensity)).min() > 0


def test_a_mirror_image_counts_as_folded() -> None:
    """A field that runs backwards has a negative determinant, an unchanged one has 1."""
    grid_xy = np.stack(np.meshgrid(np.arange(0.0, 40, 4), np.arange(0.0, 24, 4)), axis=-1)
    np.testing.assert_allclose(jacobian_determinant(grid_xy), 1)
    np.testing.assert_allclose(jacobian_determinant(grid_xy * (-1, 1)), -1)


@pytest.mark.parametrize("name", NAMES)
def test_all_expressions_are_plainly_different(portraits: dict[str, Portrait], name: str) -> None:
    """Any two full expressions differ by over 2 grey levels on the mean of the whole face."""
    faces = {
        emotion: warp(portraits[name], emotion, 1.0)[FACE].astype(float) for emotion in EMOTIONS
    }
    for first, second in combinations(EMOTIONS, 2):
        assert np.abs(faces[first] - faces[second]).mean() > 2, (first, second)


def test_without_intensity_all_are_neutral(portraits: dict[str, Portrait]) -> None:
    """At intensity 0 every expression is the neutral face, but for paint that has no strength."""
    neutral = warp(portraits["hopper"], "neutral", 1.0)
    calm = warp(portraits["hopper"], "sad", 0.0)
    np.testing.assert_array_equal(calm, neutral)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("emotion", EMOTIONS)
def test_landmarks_are_where_mtcnn_sees_them(
    portraits: dict[str, Portrait], name: str, emotion: str
) -> None:
    """Eyes, nose and mouth corners known from the warp are MTCNN's within 14 of 80 pixels."""
    person = portraits[name]
    found_xy = find_landmarks(warp(person, emotion, 0.8)[..., :3].copy())
    assert np.abs(found_xy - landmarks_of(person, emotion, 0.8)).max() < 14


def test_a_mirrored_person_has_mirrored_landmarks(portraits: dict[str, Portrait]) -> None:
    """The left eye of a mirrored person is the mirror image of the right eye."""
    identity = next(one for one in identities(50, seed=0, group="videos") if one.mirrored)
    person = dress(portraits[identity.portrait], identity)
    landmarks_xy = landmarks_of(person, "contempt", 1.0)
    corners_xy = points_of(person, "contempt", 1.0)
    assert landmarks_xy[0, 0] < landmarks_xy[1, 0]
    assert landmarks_xy[3, 0] < landmarks_xy[4, 0]
    assert np.isclose(corners_xy[:, 0], CANVAS_WIDTH_PX - 1 - landmarks_xy[3, 0]).any()


@pytest.mark.parametrize(
    ("emotion", "intensity", "field"),
    [("bored", 0.5, "expression"), ("happy", 1.1, "intensity"), ("happy", -0.1, "intensity")],
)
def test_what_no_face_can_show_is_refused(
    portraits: dict[str, Portrait], emotion: str, intensity: float, field: str
) -> None:
    """An unknown expression or an intensity outside 0 to 1 raises ValueError."""
    with pytest.raises(ValueError, match=field):
        warp(portraits["hopper"], emotion, intensity)
