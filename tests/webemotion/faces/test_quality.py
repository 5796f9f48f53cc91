"""Measurements of a face."""

import cv2
import imagehash
import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from tests.webemotion.recordings import collins, hopper, scene
from webemotion.faces.alignment import align, template_px
from webemotion.faces.mtcnn import detect_faces
from webemotion.faces.picture import Picture
from webemotion.faces.quality import Quality, measure, pose_deg

Points = npt.NDArray[np.float64]

FRONTAL = template_px(224, 0.1)
MIRROR = [1, 0, 2, 4, 3]
jitters = st.lists(st.floats(-6, 6), min_size=10, max_size=10).map(
    lambda values: np.array(values).reshape(5, 2)
)


def _crop() -> npt.NDArray[np.uint8]:
    return np.asarray(cv2.resize(collins(), (224, 224)), np.uint8)


def _measure(crop_rgb: npt.NDArray[np.generic]) -> Quality:
    return measure(np.asarray(crop_rgb, np.uint8), FRONTAL)


@given(jitters)
def test_a_mirror_turns_the_head_the_other_way(jitter: Points) -> None:
    """Mirrored landmarks have the opposite yaw and the opposite roll, and the same pitch."""
    landmarks = FRONTAL + jitter
    yaw_deg, pitch_deg, roll_deg = pose_deg(landmarks)
    mirrored = (landmarks * (-1, 1) + (224, 0))[MIRROR]
    assert pose_deg(mirrored) == pytest.approx((-yaw_deg, pitch_deg, -roll_deg), abs=1e-6)


@given(jitters, st.floats(-90, 90), st.floats(0.1, 10))
def test_turning_the_picture_changes_the_roll_alone(
    jitter: Points, turn_deg: float, scale: float
) -> None:
    """A picture turned and enlarged rolls the head by that angle and keeps the rest."""
    landmarks = FRONTAL + jitter
    yaw_deg, pitch_deg, roll_deg = pose_deg(landmarks)
    angle = np.radians(turn_deg)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    turned_yaw_deg, turned_pitch_deg, turned_roll_deg = pose_deg(scale * landmarks @ turn.T)
    assert (turned_yaw_deg, turned_pitch_deg) == pytest.approx((yaw_deg, pitch_deg), abs=1e-6)
    assert (turned_roll_deg - roll_deg - turn_deg + 180) % 360 - 180 == pytest.approx(0, abs=1e-6)


@given(st.floats(-80, 80))
def test_yaw_is_that_of_the_head_assumed(yaw_deg: float) -> None:
    """A head with the assumed nose, turned in space and seen from afar, gives its angle back."""
    eyes = FRONTAL[1, 0] - FRONTAL[0, 0]
    depth = np.array([0, 0, 0.5 * eyes, 0, 0])
    angle = np.radians(yaw_deg)
    turned_x = (FRONTAL[:, 0] - 111.5) * np.cos(angle) + depth * np.sin(angle)
    found_deg, _, roll_deg = pose_deg(np.stack([turned_x, FRONTAL[:, 1]], axis=1))
    assert found_deg == pytest.approx(yaw_deg, abs=1e-6)
    assert roll_deg == pytest.approx(0, abs=1e-9)


@given(st.floats(-70, 70))
def test_pitch_is_that_of_the_head_assumed(pitch_deg: float) -> None:
    """A head bent down in space and seen from afar gives its angle back; yaw and roll stay."""
    eyes = FRONTAL[1, 0] - FRONTAL[0, 0]
    depth = np.array([0, 0, 0.5 * eyes, 0, 0])
    angle = np.radians(pitch_deg)
    upright = FRONTAL.copy()
    upright[:2, 1] = upright[:2, 1].mean()
    upright[3:, 1] = upright[3:, 1].mean()
    bent_y = (upright[:, 1] - 111.5) * np.cos(angle) + depth * np.sin(angle)
    _, found_deg, roll_deg = pose_deg(np.stack([upright[:, 0], bent_y], axis=1))
    assert found_deg == pytest.approx(pitch_deg, abs=0.5)
    assert roll_deg == pytest.approx(0, abs=1e-6)


def _aligned() -> npt.NDArray[np.uint8]:
    frame = scene((collins(), 100))
    (face,) = detect_faces(Picture(frame), t_s=0, min_face_px=40)
    return align(frame, np.array(face.landmarks_xy) * (320, 180))


def test_whatever_covers_half_a_face_makes_it_less_like_its_mirror_image() -> None:
    """A hand's worth of one colour over one side raises the asymmetry; over both it does not."""
    one_side, both_sides = _aligned(), _aligned()
    one_side[60:190, 120:180] = 60
    both_sides[140:190] = 60
    whole = _measure(_aligned()).asymmetry
    assert _measure(one_side).asymmetry > whole + 0.3
    assert _measure(both_sides).asymmetry < whole + 0.1
    half = _aligned()[:, :112]
    mirrored = np.concatenate([half, half[:, ::-1]], axis=1)
    assert _measure(mirrored).asymmetry == pytest.approx(0, abs=1e-6)


def test_blur_lowers_sharpness_at_every_step() -> None:
    """Each wider blur of the same face is less sharp."""
    blurred = [cv2.GaussianBlur(_crop(), (0, 0), sigma) for sigma in (0.5, 1, 2, 4)]
    sharpness = [_measure(_crop()).sharpness, *(_measure(crop).sharpness for crop in blurred)]
    assert sharpness == sorted(sharpness, reverse=True)


@given(st.integers(0, 255), st.integers(0, 255))
def test_light_is_measured_from_black_to_white(dark: int, light: int) -> None:
    """Half an image at each of two levels has their mean and half their distance."""
    crop = np.full((224, 224, 3), dark, np.uint8)
    crop[:, 112:] = light
    quality = _measure(crop)
    assert quality.brightness == pytest.approx((dark + light) / 2 / 255, abs=1e-6)
    assert quality.contrast == pytest.approx(abs(dark - light) / 2 / 255, abs=1e-6)


def test_a_flat_image_has_no_sharpness() -> None:
    """Without any edge the Laplacian does not vary."""
    assert _measure(np.full((224, 224, 3), 77, np.uint8)).sharpness == 0


def test_the_hash_is_close_for_the_same_face_and_far_for_another() -> None:
    """Sixteen digits that JPEG hardly changes tell two people apart."""
    other = _measure(cv2.resize(hopper(), (224, 224))).phash
    mine = _measure(_crop()).phash
    _, encoded = cv2.imencode(".jpg", _crop(), (cv2.IMWRITE_JPEG_QUALITY, 50))
    again = _measure(np.asarray(cv2.imdecode(encoded, cv2.IMREAD_COLOR), np.uint8)).phash
    assert len(mine) == 16
    assert mine == str(imagehash.phash(Image.fromarray(_crop())))
    near, far = (imagehash.hex_to_hash(mine) - imagehash.hex_to_hash(h) for h in (again, other))
    assert near <= 6 < 12 <= far
