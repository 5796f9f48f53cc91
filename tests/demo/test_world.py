"""A small world on disk."""

import json
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt
import pytest
from facenet_pytorch import MTCNN

from demo.manifest import World, WorldVideo
from demo.scenes import SLIDE_S
from demo.site import catalogue_of
from demo.world import build_world
from tests.demo.queries import QUERIES

Image = npt.NDArray[np.uint8]
SAMPLE_S = 1.5


def _watchable(world: World) -> list[WorldVideo]:
    return [
        video for video in world.videos if video.file and video.trait not in ("text", "truncated")
    ]


def _samples(path: Path) -> list[tuple[float, Image]]:
    """A frame every 1.5 s, with its time."""
    every = round(SAMPLE_S * 12)
    with av.open(str(path)) as container:
        return [
            (float(frame.time or 0), np.asarray(frame.to_ndarray(format="rgb24"), np.uint8))
            for number, frame in enumerate(container.decode(video=0))
            if number % every == every // 2
        ]


def _in_view(truth: dict[str, list[dict[str, float]]], t_s: float) -> int | None:
    """How many people are in view; None while somebody walks."""
    times = [(one["start_s"], one["end_s"]) for one in truth["appearances"]]
    if any(min(abs(t_s - start_s), abs(t_s - end_s)) < SLIDE_S for start_s, end_s in times):
        return None
    return sum(start_s <= t_s < end_s for start_s, end_s in times)


def test_files_decode_or_break_as_declared(world: World, world_folder: Path) -> None:
    """Filmed videos last as long as stated; the truncated one and the text do not open."""
    for video in _watchable(world):
        with av.open(str(world_folder / str(video.file))) as container:
            stream = container.streams.video[0]
            assert (stream.width, stream.height) == (640, 360)
            assert stream.frames == pytest.approx(video.duration_s * 12)
            assert 8 <= video.duration_s <= 20
    for video in world.videos:
        if video.trait in ("text", "truncated"):
            with pytest.raises(av.error.InvalidDataError):
                av.open(str(world_folder / str(video.file)))


def test_mtcnn_sees_who_is_there(world: World, world_folder: Path) -> None:
    """In at least 95 % of sampled frames it finds each face with p > 0.99, 75 px wide or more.

    Where nobody is, it finds nobody.
    """
    detector = MTCNN(device="cpu", keep_all=True, min_face_size=40)
    agreed = []
    for video in _watchable(world):
        path = world_folder / str(video.file)
        truth = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
        for t_s, image_rgb in _samples(path):
            expected = _in_view(truth, t_s)
            boxes, probabilities = detector.detect(image_rgb)
            if expected is not None:
                sure = [] if boxes is None else boxes[probabilities > 0.99]
                agreed.append(sum(box[2] - box[0] >= 75 for box in sure) == expected)
    assert len(agreed) > 60
    assert np.mean(agreed) >= 0.95


def test_the_manifest_is_read_back_as_written(world: World, tmp_path: Path) -> None:
    """Saving and loading a world gives an equal world."""
    world.save(tmp_path)
    assert World.load(tmp_path) == world


def test_every_query_returns_the_videos_that_name_it(world: World) -> None:
    """The search results are the inverse of the videos' queries."""
    pairs = {(text, video.video_id) for video in world.videos for text in video.queries}
    assert {(text, each) for text, found in world.results().items() for each in found} == pairs


def test_the_site_serves_the_world(world: World, world_folder: Path) -> None:
    """The stand-in's catalogue has every file, hides the private video and answers one 404."""
    catalogue = catalogue_of(world, world_folder)
    assert catalogue.results == world.results()
    for video in world.videos:
        entry = catalogue.videos[video.video_id]
        assert entry.media is None or entry.media.is_file()
        assert (entry.status == "private") == (video.trait == "private")
        assert (entry.media_status == 404) == (video.trait == "gone")
        assert entry.duration_s == video.duration_s


def test_a_wrong_argument_leaves_no_trace(tmp_path: Path) -> None:
    """A share above 1 raises ValueError before the folder is made."""
    with pytest.raises(ValueError, match="off_topic_share"):
        build_world(tmp_path / "world", QUERIES, off_topic_share=2.0)
    assert not (tmp_path / "world").exists()


@pytest.mark.slow
def test_the_same_seed_builds_the_same_bytes(world_folder: Path, tmp_path: Path) -> None:
    """A second build with the same arguments gives the same files, and progress counts to all."""
    steps: list[tuple[int, int]] = []
    build_world(
        tmp_path,
        QUERIES,
        seed=1,
        videos_per_emotion=1,
        progress=lambda done, total: steps.append((done, total)),
    )
    names = sorted(path.name for path in world_folder.iterdir())
    assert sorted(path.name for path in tmp_path.iterdir()) == names
    for name in names:
        assert (tmp_path / name).read_bytes() == (world_folder / name).read_bytes()
    assert steps == [(done, 14) for done in range(1, 15)]
