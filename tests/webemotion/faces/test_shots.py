"""Cuts."""

from pathlib import Path

import numpy as np
import pytest

from tests.webemotion.recordings import carphone, collins, every, hopper, scene, write_video
from webemotion.decoding.frames import read_frames
from webemotion.faces.harvest_config import HarvestConfig
from webemotion.faces.shots import Shot, ShotFinder


def _shots(path: Path) -> tuple[Shot, ...]:
    finder = ShotFinder()
    seen = list(finder.watch(read_frames(path, HarvestConfig())))
    assert len(seen) == finder.frame_count
    return finder.shots()


def _irregular(until_ms: int) -> list[int]:
    gaps_ms = np.random.default_rng(3).integers(15, 120, until_ms // 15)
    times_ms = np.concatenate([[0], gaps_ms.cumsum()])
    return [int(t_ms) for t_ms in times_ms if t_ms < until_ms]


@pytest.mark.parametrize("times_ms", [every(40, 3000), _irregular(3000)], ids=["cfr", "vfr"])
@pytest.mark.parametrize("cut_ms", [700, 1500])
def test_a_hard_cut_is_found_at_its_frame(tmp_path: Path, times_ms: list[int], cut_ms: int) -> None:
    """The second shot begins at the first frame of the other picture, at any frame rate."""
    before, after = scene((collins(), 30)), scene((hopper(), 150), level=160)
    frames = [before if t_ms < cut_ms else after for t_ms in times_ms]
    first, second = _shots(write_video(tmp_path / "cut.mp4", frames, times_ms))
    assert second.start_s == pytest.approx(min(t for t in times_ms if t >= cut_ms) / 1000)
    assert abs(second.start_s - cut_ms / 1000) < 0.2
    assert first.end_s == second.start_s
    assert first.start_s == 0


def test_a_short_shot_between_two_others_is_seen(tmp_path: Path) -> None:
    """Two cuts a third of a second apart are both found, so that no face passes through them."""
    times_ms = every(33, 3000)
    pictures = [scene((collins(), 30)), scene(level=200), scene((hopper(), 30))]
    frames = [pictures[(t_ms >= 1000) + (t_ms >= 1330)] for t_ms in times_ms]
    assert len(_shots(write_video(tmp_path / "close.mp4", frames, times_ms))) == 3


def test_movement_is_no_cut(tmp_path: Path) -> None:
    """A head that crosses the picture, and a recording with an unsteady camera, are one shot."""
    times_ms = every(40, 2000)
    frames = [scene((collins(), t_ms // 11)) for t_ms in times_ms]
    (shot,) = _shots(write_video(tmp_path / "pan.mp4", frames, times_ms))
    assert shot.end_s > 1.9
    assert len(_shots(carphone())) == 1
