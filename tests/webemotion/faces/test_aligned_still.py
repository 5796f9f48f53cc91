"""Stills are aligned as collected faces are, and none is lost."""

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from demo.portraits import load_portraits
from storage.alignment_template import TEMPLATE_XY
from webemotion.faces.aligned_still import AlignedStill, align_still
from webemotion.faces.alignment import similarity, template_px
from webemotion.faces.harvest_config import HarvestConfig
from webemotion.faces.mtcnn import detect_faces
from webemotion.faces.picture import Picture

Image = npt.NDArray[np.uint8]
CONFIG = HarvestConfig()


@pytest.fixture(scope="module")
def portrait() -> Image:
    """A portrait of 560 x 540 pixels on grey."""
    cut_out = next(iter(load_portraits().values())).image_rgba
    person = cut_out[..., 3:] / 255
    return (cut_out[..., :3] * person + 128 * (1 - person)).astype(np.uint8)


def _decoded(still: AlignedStill) -> Image:
    found = cv2.imdecode(np.frombuffer(still.image_jpeg, np.uint8), cv2.IMREAD_COLOR_RGB)
    assert found is not None
    return found.astype(np.uint8)


def _landmarks_px(crop_rgb: Image) -> npt.NDArray[np.float64]:
    """Where an independent look at the crop, with a border, finds the landmarks."""
    framed = cv2.copyMakeBorder(crop_rgb, 100, 100, 100, 100, cv2.BORDER_REPLICATE)
    (face, *_) = detect_faces(Picture(framed.astype(np.uint8)), t_s=0.0, min_face_px=60)
    return np.asarray(np.array(face.landmarks_xy) * framed.shape[1::-1] - 100, np.float64)


@pytest.mark.parametrize(("turn_deg", "scale"), [(0, 1.0), (20, 1.0), (-15, 0.25), (0, 2.5)])
def test_the_landmarks_of_a_turned_and_scaled_portrait_lie_in_the_template(
    portrait: Image, turn_deg: float, scale: float
) -> None:
    """Within 5 % of its scale, 3 pixels and 3 degrees."""
    height, width = portrait.shape[:2]
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), turn_deg, 1)
    turned = cv2.warpAffine(portrait, matrix, (width, height), borderMode=cv2.BORDER_REPLICATE)
    turned = cv2.resize(turned, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    still = align_still(turned.astype(np.uint8), config=CONFIG)
    assert still.how == "detector"
    assert still.detection is not None
    crop = _decoded(still)
    assert crop.shape == (224, 224, 3)
    # A face's own proportions stay; what is left to turn, scale and move is next to nothing.
    left = similarity(_landmarks_px(crop), template_px(CONFIG.crop_px, CONFIG.margin))
    np.testing.assert_allclose(left[:, :2], np.eye(2), atol=0.05)
    middle = np.array([112.0, 112.0])
    np.testing.assert_allclose(left[:, :2] @ middle + left[:, 2], middle, atol=3)


def test_of_two_faces_the_marked_one_is_aligned(portrait: Image) -> None:
    """The box decides, not the size; what is stored is relative to the whole picture."""
    small = cv2.resize(portrait, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    canvas = np.full((portrait.shape[0], portrait.shape[1] + small.shape[1], 3), 128, np.uint8)
    canvas[:, : portrait.shape[1]] = portrait
    canvas[: small.shape[0], portrait.shape[1] :] = small
    faces = sorted(
        detect_faces(Picture(canvas), t_s=0.0, min_face_px=40), key=lambda f: f.box_xyxy[0]
    )
    assert len(faces) == 2
    still = align_still(canvas, box_xyxy=faces[1].box_xyxy, config=CONFIG)
    assert still.how == "detector"
    assert still.detection is not None
    np.testing.assert_allclose(still.detection.box_xyxy, faces[1].box_xyxy, atol=0.03)
    np.testing.assert_allclose(still.detection.landmarks_xy, faces[1].landmarks_xy, atol=0.02)
    assert still.detection.size_px == pytest.approx(faces[1].size_px, rel=0.15)


def test_without_a_face_the_sources_landmarks_then_its_box_then_the_picture_serve() -> None:
    """A picture of nobody is kept in each case, cut at the place that is known."""
    image = np.zeros((120, 200, 3), np.uint8)
    image[40:80, 100:140] = 255
    points = tuple((0.5 + 0.2 * x, 0.3 + 0.3 * y) for x, y in TEMPLATE_XY)
    by_points = align_still(image, landmarks_xy=points, config=CONFIG)
    assert (by_points.how, by_points.detection) == ("landmarks of the source", None)
    assert by_points.pose_deg is not None
    box = (0.5, 1 / 3, 0.7, 2 / 3)
    by_box = align_still(image, box_xyxy=box, config=CONFIG)
    assert (by_box.how, by_box.pose_deg) == ("box of the source", None)
    assert _decoded(by_box)[5:-5, 5:-5].min() > 240
    whole = align_still(image, config=CONFIG)
    assert whole.how == "whole picture"
    # The square around the middle: a fifth of the side, squared, of the picture is white.
    assert (_decoded(whole) > 128).mean() == pytest.approx((40 / 200) ** 2, rel=0.15)
