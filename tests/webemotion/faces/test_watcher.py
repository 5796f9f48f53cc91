"""Faces looked for now and then and followed in between."""

from collections.abc import Callable, Iterator

import numpy as np
import pytest

from tests.webemotion.recordings import Image, collins, hopper, room, scene
from webemotion.faces.harvest_config import HarvestConfig
from webemotion.faces.mtcnn import detect_faces
from webemotion.faces.picture import Picture
from webemotion.faces.watcher import Seen, watch

CONFIG = HarvestConfig(probe_interval_s=2)


def _frames(draw: Callable[[float], Image], until_s: float = 6) -> Iterator[tuple[float, Picture]]:
    return ((t_s, Picture(draw(t_s))) for t_s in np.arange(0, until_s, 0.25).tolist())


def _watch(draw: Callable[[float], Image]) -> list[Seen]:
    return list(watch(_frames(draw), CONFIG))


@pytest.mark.parametrize("comes_s", [0.25, 0.75, 1.75, 2.0, 3.5])
def test_a_face_that_comes_between_two_looks_is_seen_from_its_first_frame(comes_s: float) -> None:
    """Found at the next look at everything, it is followed back to where it appeared."""
    seen = _watch(lambda t_s: scene((hopper(), 100)) if t_s >= comes_s else room())
    assert [len(each.faces) for each in seen] == [int(each.t_s >= comes_s) for each in seen]


def test_following_finds_what_looking_at_everything_would() -> None:
    """Two people on the move are found in every frame, where the whole cascade finds them."""

    def draw(t_s: float) -> Image:
        return scene((collins(), round(10 + 12 * t_s)), (hopper(), round(190 - 3 * t_s)))

    for each, (t_s, picture) in zip(_watch(draw), _frames(draw), strict=True):
        direct = detect_faces(picture, t_s=t_s, min_face_px=40)
        ours = sorted(face.landmarks_xy for face in each.faces)
        theirs = sorted(face.landmarks_xy for face in direct)
        assert len(ours) == len(theirs) == 2
        away_px = (np.array(ours) - np.array(theirs)) * (320, 180)
        assert np.abs(away_px).mean() < 2.5


def test_after_a_cut_the_new_faces_are_seen_at_once() -> None:
    """A lost face has everything looked at again in the same frame."""

    def draw(t_s: float) -> Image:
        return scene((collins(), 10)) if t_s < 2.5 else scene((hopper(), 190), level=150)

    seen = _watch(draw)
    assert [len(each.faces) for each in seen] == [1] * len(seen)
    assert all((each.faces[0].box_xyxy[0] > 0.5) == (each.t_s >= 2.5) for each in seen)


def test_who_hides_for_a_moment_is_found_again() -> None:
    """A face that is gone for half a second is there before and after, and not in between."""
    seen = _watch(lambda t_s: room() if 2.25 <= t_s < 2.75 else scene((hopper(), 100)))
    hidden = [each.t_s for each in seen if not each.faces]
    assert hidden == [2.25, 2.5]


def test_frames_are_handed_on_in_order_and_few_are_held() -> None:
    """However long the video, only those of one interval are in memory."""
    drawn = []

    def frames() -> Iterator[tuple[float, Picture]]:
        for t_s, picture in _frames(lambda t_s: room(), until_s=20):
            drawn.append(t_s)
            yield t_s, picture

    times_s = []
    for each in watch(frames(), CONFIG):
        times_s.append(each.t_s)
        assert drawn[-1] - each.t_s <= CONFIG.probe_interval_s + 0.25
    assert times_s == drawn
