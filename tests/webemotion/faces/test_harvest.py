"""From a video file to rows of faces."""

import re
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from storage.schema import FACES
from tests.webemotion.recordings import (
    Image,
    as_video,
    carphone,
    collins,
    every,
    hopper,
    room,
    scene,
    write_video,
)
from webemotion.errors import Unreadable
from webemotion.faces.alignment import template_px
from webemotion.faces.harvest import Harvest, harvest
from webemotion.faces.harvest_config import HarvestConfig
from webemotion.faces.mtcnn import detect_faces
from webemotion.faces.picture import Picture

SHORT = HarvestConfig(min_face_s=2)


def _harvest(
    folder: Path, until_ms: int, picture: Callable[[int], Image], config: HarvestConfig = SHORT
) -> Harvest:
    times_ms = every(100, until_ms)
    path = write_video(folder / "film.mp4", [picture(t_ms) for t_ms in times_ms], times_ms)
    return harvest(as_video(path), emotion="happy", config=config)


def _assert_balanced(result: Harvest) -> None:
    counts = result.counts
    left_out = [value for key, value in counts.items() if key.startswith("detections_")]
    assert counts["detections"] == counts["faces"] + sum(left_out)
    assert counts["tracks"] == counts["clips"] + counts["tracks_too_short"]
    assert counts["faces"] == result.faces.num_rows


def test_two_people_give_two_clips_of_sampled_faces(tmp_path: Path) -> None:
    """Each person in view is a clip, from left to right, with two faces a second."""
    people = scene((hopper(), 10), (collins(), 190))
    result = _harvest(tmp_path, 3000, lambda t_ms: people)
    rows = result.faces.to_pylist()
    _assert_balanced(result)
    assert result.faces.schema.equals(FACES)
    assert result.drop_reason is None
    assert [row["clip_id"] for row in rows] == ["film/00"] * 6 + ["film/01"] * 6
    assert [row["t_s"] for row in rows] == [0, 0.5, 1, 1.5, 2, 2.5] * 2
    assert max(row["box_xyxy"][2] for row in rows[:6]) < min(row["box_xyxy"][0] for row in rows[6:])
    assert result.counts["shots"] == 1
    assert result.counts["frames"] == 30
    assert result.counts["frames_examined"] == 12


def test_rows_name_their_face_and_carry_its_image(tmp_path: Path) -> None:
    """Each face has a name of its own, the label given, and an image of the size asked for."""
    config = HarvestConfig(min_face_s=2, crop_px=112)
    result = _harvest(tmp_path, 3000, lambda t_ms: scene((hopper(), 10), (collins(), 190)), config)
    rows = result.faces.to_pylist()
    assert len({row["face_id"] for row in rows}) == len(rows)
    for row in rows:
        assert re.fullmatch(r"film/\d{2}/\d{7}", row["face_id"])
        assert row["face_id"] == f"{row['clip_id']}/{round(row['t_s'] * 1000):07d}"
        assert row["clip_start_s"] <= row["t_s"] <= row["clip_end_s"]
        assert (row["split"], row["source"], row["emotion"]) == ("train", "youtube", "happy")
        assert len(row["landmarks_xy"]) == 10
        assert len(row["phash"]) == 16
        assert _decoded(row["image"]).shape == (112, 112, 3)


def test_the_same_file_gives_the_same_rows(tmp_path: Path) -> None:
    """Harvesting twice gives equal tables, to the last bit of each image."""
    first = _harvest(tmp_path, 2500, lambda t_ms: scene((hopper(), t_ms // 20)))
    again = harvest(as_video(tmp_path / "film.mp4"), emotion="happy", config=SHORT)
    assert first.faces.num_rows == 5
    assert again.faces.equals(first.faces)
    assert again.counts == first.counts


def test_a_face_that_leaves_and_returns_is_two_clips(tmp_path: Path) -> None:
    """Someone out of the picture for longer than max_gap_s comes back as another clip."""

    def picture(t_ms: int) -> Image:
        away = np.interp(t_ms, [2500, 4000, 4800, 6300], [0, 1, 1, 0])
        return scene((hopper(), round(100 + 220 * away)))

    parted = _harvest(tmp_path, 8800, picture)
    assert parted.counts["shots"] == 1
    assert parted.counts["clips"] == 2
    rows = parted.faces.to_pylist()
    (gone_s,) = {row["clip_end_s"] for row in rows if row["clip_id"] == "film/00"}
    (back_s,) = {row["clip_start_s"] for row in rows if row["clip_id"] == "film/01"}
    assert 2.25 <= gone_s < 4
    assert 4.8 < back_s <= 6.5
    patient = HarvestConfig(min_face_s=2, max_gap_s=5, min_iou=0.05)
    joined = harvest(as_video(tmp_path / "film.mp4"), emotion="sad", config=patient)
    assert joined.counts["clips"] == 1
    _assert_balanced(parted)
    _assert_balanced(joined)


def test_a_cut_ends_a_clip_even_where_faces_coincide(tmp_path: Path) -> None:
    """Two people shown one after the other in one place are not taken for one."""
    result = _harvest(
        tmp_path, 5000, lambda t_ms: scene((collins() if t_ms < 2500 else hopper(), 100))
    )
    ends = {(row["clip_start_s"], row["clip_end_s"]) for row in result.faces.to_pylist()}
    assert sorted(ends) == [(0.0, 2.5), (2.5, pytest.approx(4.901))]
    assert result.counts["shots"] == 2


def test_a_video_without_faces_says_so(tmp_path: Path) -> None:
    """An empty room is dropped for want of a face."""
    result = _harvest(tmp_path, 3000, lambda t_ms: room())
    assert result.drop_reason == "no_face"
    assert result.faces.num_rows == 0
    assert result.faces.schema.equals(FACES)
    _assert_balanced(result)


def test_a_video_of_fleeting_faces_says_so(tmp_path: Path) -> None:
    """Faces that stay for less than min_face_s are counted as such."""
    longer = HarvestConfig(min_face_s=4)
    result = _harvest(tmp_path, 3000, lambda t_ms: scene((hopper(), 100)), longer)
    assert result.drop_reason == "face_too_short"
    assert result.counts["tracks_too_short"] == 1
    assert result.counts["detections_in_short_tracks"] == result.counts["detections"] == 12
    _assert_balanced(result)


@pytest.mark.parametrize(
    ("setting", "reason"),
    [
        ({"min_face_px": 50}, "detections_too_small"),
        ({"max_faces": 1}, "detections_beyond_limit"),
        ({"min_probability": 1.0}, "detections_improbable"),
    ],
)
def test_each_refusal_of_a_detection_is_counted_under_its_reason(
    tmp_path: Path, setting: dict[str, float], reason: str
) -> None:
    """A stricter setting moves detections from the faces to its own count."""
    small = np.asarray(cv2.resize(collins(), (96, 96)), np.uint8)
    people = scene((hopper(), 10))
    people[40:136, 200:296] = small
    lax = _harvest(tmp_path, 2500, lambda t_ms: people, SHORT)
    config = SHORT.model_copy(update=setting)
    strict = harvest(as_video(tmp_path / "film.mp4"), emotion="happy", config=config)
    assert lax.counts[reason] == 0
    assert strict.counts[reason] > 0
    assert strict.counts["faces"] < lax.counts["faces"]
    _assert_balanced(strict)


def test_a_broken_video_yields_nothing_but_its_error(tmp_path: Path) -> None:
    """A file that decodes for a while and then ends is refused as a whole."""
    times_ms = every(100, 4000)
    frames = [scene((hopper(), t_ms // 40)) for t_ms in times_ms]
    path = write_video(tmp_path / "film.mp4", frames, times_ms, {"movflags": "faststart"})
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 9 // 10])
    with pytest.raises(Unreadable, match="film"):
        harvest(as_video(path), emotion="happy", config=HarvestConfig(min_face_s=0))


def test_a_real_recording_gives_one_clip_of_aligned_faces() -> None:
    """A man talking in a car is one clip, and in each crop the face lies on the template."""
    result = harvest(as_video(carphone()), emotion="surprise", config=HarvestConfig(min_face_s=3))
    assert result.counts["clips"] == 1
    assert result.faces.num_rows == 8
    places = np.array([_landmarks(image) for image in result.faces["image"].to_pylist()])
    away_px = np.abs(places - template_px(224, 0.1))
    eyes_px = away_px[:, :2]
    assert eyes_px.max() < 12
    assert np.median(away_px) < 5


def _decoded(image: bytes) -> npt.NDArray[np.uint8]:
    image_bgr = cv2.imdecode(np.frombuffer(image, np.uint8), cv2.IMREAD_COLOR)
    return np.asarray(image_bgr, np.uint8)[..., ::-1]


def _landmarks(image: bytes) -> npt.NDArray[np.float64]:
    frame_rgb = np.ascontiguousarray(_decoded(image))
    face, *_ = detect_faces(Picture(frame_rgb), t_s=0, min_face_px=60)
    return np.array(face.landmarks_xy) * 224
