"""What is sent to a Ray cluster gives what this process would have found."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from flows.collecting.ray_faces import face_stage, harvest_there
from flows.parameters import WorkParameters
from tests.webemotion.recordings import every, hopper, scene, write_video
from webemotion.errors import LocalFault, Unreadable
from webemotion.faces.face_stage import Here
from webemotion.faces.harvest_config import HarvestConfig
from webemotion.video import Video

CONFIG = HarvestConfig(sample_rate_hz=1, detect_rate_hz=2)


def _video(path: Path) -> Video:
    return Video("video000000", path, "", None, None, None, 0, 0, None, "")


def test_faces_found_there_are_those_found_here(tmp_path: Path) -> None:
    times_ms = every(250, 6000)
    film = [scene((hopper(), 60 + number)) for number in range(len(times_ms))]
    video = _video(write_video(tmp_path / "face.mp4", film, times_ms))
    here = Here().start(video, "sad", None, CONFIG)()
    assert here.counts["faces"] > 0
    assert harvest_there(video.path.read_bytes(), video, "sad", None, CONFIG) == here


def test_a_file_that_cannot_be_decoded_is_told_not_raised(tmp_path: Path) -> None:
    found = harvest_there(b"no video", _video(tmp_path / "text.mp4"), "sad", None, CONFIG)
    assert isinstance(found, Unreadable)


def test_a_cluster_that_is_not_there_is_this_machines_fault() -> None:
    with pytest.raises(LocalFault, match=r"no Ray cluster at 127\.0\.0\.1:9"):
        face_stage("127.0.0.1:9")


@pytest.mark.parametrize("address", ["", "cluster", "http://cluster:1", "a b:1", "ray://"])
def test_an_address_that_ray_does_not_know_is_refused(address: str) -> None:
    with pytest.raises(ValidationError, match="ray_address"):
        WorkParameters(ray_address=address)


@pytest.mark.parametrize("address", ["auto", "head:6379", "ray://head:10001", "127.0.0.1:6379"])
def test_rays_addresses_are_taken(address: str) -> None:
    assert WorkParameters(ray_address=address).ray_address == address
