"""Faces brought to the template."""

import cv2
import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.alignment_template import TEMPLATE_XY
from tests.webemotion.recordings import hopper, scene
from webemotion.faces.alignment import align, similarity, template_px
from webemotion.faces.mtcnn import detect_faces
from webemotion.faces.picture import Picture

Points = npt.NDArray[np.float64]

angles = st.floats(-3.1, 3.1)
scales = st.floats(0.05, 20)
shifts = st.tuples(st.floats(-500, 500), st.floats(-500, 500))
jitters = st.lists(st.floats(-8, 8), min_size=10, max_size=10).map(
    lambda values: np.array(values).reshape(5, 2)
)


def _moved(points: Points, angle: float, scale: float, shift: tuple[float, float]) -> Points:
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    return np.asarray(scale * points @ turn.T + shift)


def _apply(matrix: Points, points: Points) -> Points:
    return np.asarray(points @ matrix[:, :2].T + matrix[:, 2])


@given(angles, scales, shifts, st.integers(32, 512), st.floats(0, 0.45))
def test_any_similar_face_comes_back_to_the_template(
    angle: float, scale: float, shift: tuple[float, float], crop_px: int, margin: float
) -> None:
    """Landmarks moved by any similarity are taken back without residual."""
    template = template_px(crop_px, margin)
    landmarks = _moved(template, angle, scale, shift)
    np.testing.assert_allclose(
        _apply(similarity(landmarks, template), landmarks), template, atol=1e-6 * crop_px
    )


@given(jitters, angles, scales, shifts)
def test_the_transform_is_the_least_squares_solution(
    jitter: Points, angle: float, scale: float, shift: tuple[float, float]
) -> None:
    """For real faces it agrees with solving the four linear unknowns of a similarity."""
    template = template_px(224, 0.1)
    landmarks = _moved(template + jitter, angle, scale, shift)
    zero, one = np.zeros(5), np.ones(5)
    x, y = landmarks.T
    rows = np.stack([np.stack([x, -y, one, zero]), np.stack([y, x, zero, one])], axis=1)
    (a, b, tx, ty), *_ = np.linalg.lstsq(rows.reshape(4, 10).T, template.T.ravel(), rcond=None)
    expected = np.array([[a, -b, tx], [b, a, ty]])
    np.testing.assert_allclose(
        _apply(similarity(landmarks, template), landmarks),
        _apply(expected, landmarks),
        atol=1e-3,
    )


def test_the_template_is_symmetric_and_the_margin_only_shrinks_it() -> None:
    """The template is its own mirror image, and a margin draws it towards the centre."""
    mirrored = np.array(TEMPLATE_XY)[[1, 0, 2, 4, 3]] * (-1, 1) + (1, 0)
    np.testing.assert_allclose(mirrored, TEMPLATE_XY)
    centre = (224 - 1) / 2
    np.testing.assert_allclose(
        template_px(224, 0.1) - centre, 0.8 * (template_px(224, 0) - centre), atol=1e-9
    )


@pytest.mark.parametrize("enlarge", [2, 4, 8])
def test_a_face_gives_the_same_crop_at_any_resolution(enlarge: int) -> None:
    """A picture shown larger gives the crop of the small one, not shifted by half a pixel."""
    small = scene((hopper(), 100))
    large = cv2.resize(small, None, fx=enlarge, fy=enlarge, interpolation=cv2.INTER_CUBIC)
    landmarks = _moved(template_px(64, 0.1), 0.2, 1, (120, 55))
    crop = align(small, landmarks, crop_px=64).astype(int)
    same = align(np.asarray(large, np.uint8), (landmarks + 0.5) * enlarge - 0.5, crop_px=64)
    shifted = align(small, landmarks + 0.35, crop_px=64)
    assert np.abs(crop - same).mean() < 0.5 * np.abs(crop - shifted).mean()


def test_grain_finer_than_a_pixel_of_the_crop_averages_out() -> None:
    """Shrunk eightfold, noise loses most of its contrast instead of being picked at random."""
    noise = np.random.default_rng(0).integers(0, 256, (512, 512, 3)).astype(np.uint8)
    crop = align(noise, 8 * template_px(64, 0.1), crop_px=64)
    assert crop.std() < noise.std() / 4


def test_a_found_face_is_aligned_upright() -> None:
    """A tilted portrait is put upright: found again in its crop, it lies on the template."""
    turn = cv2.getRotationMatrix2D((160, 90), 25, 1)
    frame = np.asarray(cv2.warpAffine(scene((hopper(), 100)), turn, (320, 180)), np.uint8)
    (face,) = detect_faces(Picture(frame), t_s=0, min_face_px=40)
    crop = align(frame, np.array(face.landmarks_xy) * (320, 180))
    (again,) = detect_faces(Picture(crop), t_s=0, min_face_px=40)
    assert crop.shape == (224, 224, 3)
    away_px = np.array(again.landmarks_xy) * 224 - template_px(224, 0.1)
    assert np.abs(away_px).max() < 15


def test_points_in_one_place_have_no_alignment() -> None:
    """Five landmarks on one spot are refused."""
    with pytest.raises(ValueError, match="source_xy"):
        similarity(np.full((5, 2), 3.0), template_px(224, 0.1))
