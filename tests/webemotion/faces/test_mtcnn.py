"""Faces in a frame."""

import numpy as np
import pytest
from facenet_pytorch import MTCNN

from tests.webemotion.recordings import Image, collins, hopper, room, scene
from webemotion.faces.detection import Detection
from webemotion.faces.mtcnn import detect_faces, follow_faces
from webemotion.faces.picture import Picture


def _detect(frame_rgb: Image, min_face_px: int = 40) -> tuple[Detection, ...]:
    return detect_faces(Picture(frame_rgb), t_s=1.5, min_face_px=min_face_px)


def test_all_faces_are_found_the_largest_first() -> None:
    """Two portraits side by side give two sure detections, and nobody gives none."""
    larger, smaller = _detect(scene((collins(), 10), (hopper(), 190)))
    assert larger.size_px >= smaller.size_px >= 40
    assert min(larger.probability, smaller.probability) > 0.99
    assert larger.t_s == 1.5
    assert _detect(room()) == ()


@pytest.mark.parametrize("left_px", [0, 100, 200])
def test_boxes_and_landmarks_are_relative_and_lie_on_the_face(left_px: int) -> None:
    """The landmarks stand in a face's order inside the box, and the box inside the head."""
    (face,) = _detect(scene((hopper(), left_px)))
    x0, y0, x1, y1 = face.box_xyxy
    assert left_px / 320 <= x0 < x1 <= (left_px + 120) / 320
    assert 30 / 180 <= y0 < y1 <= 150 / 180
    left_eye, right_eye, nose, left_mouth, right_mouth = face.landmarks_xy
    assert x0 < left_eye[0] < nose[0] < right_eye[0] < x1
    assert x0 < left_mouth[0] < nose[0] < right_mouth[0] < x1
    assert max(left_eye[1], right_eye[1]) < nose[1] < min(left_mouth[1], right_mouth[1])
    assert face.size_px == pytest.approx(min((x1 - x0) * 320, (y1 - y0) * 180), abs=0.51)


def test_a_frame_gives_the_same_detections_in_any_company() -> None:
    """What was examined before, in whatever order, changes no bit of a frame's detections."""
    frames = [
        scene((collins(), 10), (hopper(), 190)),
        room(),
        scene((hopper(), 60)),
        np.random.default_rng(0).integers(0, 255, (97, 131, 3), np.uint8),
        scene((collins(), 150), level=30),
    ]
    alone = [_detect(frame) for frame in frames]
    backwards = [_detect(frame) for frame in reversed(frames)]
    assert alone == backwards[::-1]
    assert [len(found) for found in alone] == [2, 0, 1, 0, 1]


@pytest.mark.parametrize("min_face_px", [20, 47])
def test_frames_of_any_size_are_examined_without_failure(min_face_px: int) -> None:
    """From one pixel to just above the smallest face, which 47 / 12 does not divide exactly."""
    for side_px in range(1, min_face_px + 3):
        for shape in ((side_px, side_px), (side_px, 200), (200, side_px)):
            assert _detect(np.zeros((*shape, 3), np.uint8), min_face_px) == ()


@pytest.mark.parametrize("min_face_px", [20, 40])
def test_detections_are_those_of_the_library_that_published_the_weights(min_face_px: int) -> None:
    """facenet-pytorch's own cascade finds the same faces, in the same places."""
    frame = scene((collins(), 10), (hopper(), 190))
    theirs = MTCNN(min_face_size=min_face_px, keep_all=True).detect(frame, landmarks=True)
    expected = sorted(zip(*theirs, strict=True), key=lambda face: float(face[0][0]))
    found = sorted(_detect(frame, min_face_px), key=lambda face: face.box_xyxy[0])
    size_px = np.array([320, 180])
    assert len(found) == len(expected) == 2
    for face, (box_px, probability, points_px) in zip(found, expected, strict=True):
        assert np.abs(np.array(face.box_xyxy) * np.tile(size_px, 2) - box_px).max() < 4
        assert np.abs(np.array(face.landmarks_xy) * size_px - points_px).mean() < 1
        assert face.probability == pytest.approx(float(probability), abs=0.01)


@pytest.mark.parametrize("widely", [False, True])
@pytest.mark.parametrize("shift_px", [-12, 0, 12])
def test_a_face_is_found_again_near_where_it_was(shift_px: int, widely: bool) -> None:
    """From the box it had before it moved, the same face is found, and nothing in an empty room."""
    (before,) = _detect(scene((hopper(), 100)))
    moved = scene((hopper(), 100 + shift_px))
    (expected,) = _detect(moved)
    again, *more = follow_faces(Picture(moved), [before.box_xyxy], t_s=2, widely=widely)
    assert not more
    assert again.t_s == 2
    points, places = np.array(again.landmarks_xy), np.array(expected.landmarks_xy)
    assert np.abs((points - places) * (320, 180)).mean() < 3
    assert follow_faces(Picture(room()), [before.box_xyxy], t_s=2, widely=widely) == ()
    assert follow_faces(Picture(moved), [], t_s=2, widely=widely) == ()


def test_a_face_that_has_gone_far_is_found_by_looking_widely() -> None:
    """Where a quarter of its size is too far for one look, a look around finds it."""
    (before,) = _detect(scene((hopper(), 100)))
    moved = Picture(scene((hopper(), 122)))
    assert len(follow_faces(moved, [before.box_xyxy], t_s=2, widely=True)) == 1
