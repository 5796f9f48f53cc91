"""A collection of the demo's world through deployments and real workers."""

import base64
import json
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import cv2
import httpx
import numpy as np
import pytest
from rich.progress import Progress

from demo import settings
from demo.follow import run_deployment, start_deployment
from demo.manifest import World
from demo.services import family_of, service
from demo.site import catalogue_of
from demo.truth import read_truths, true_emotions
from demo.world import build_world
from demo.youtube import StandIn
from storage.errors import StoreMissing
from storage.ledger import Ledger
from storage.store import Dataset, open_store
from webemotion.faces.harvest_config import HarvestConfig

pytestmark = pytest.mark.timeout(600)


@pytest.fixture(scope="module")
def world_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A built world with one ordinary video per emotion and every hard case."""
    folder = tmp_path_factory.mktemp("world")
    build_world(folder, settings.queries_by_emotion(), seed=3, videos_per_emotion=1)
    return folder


@pytest.fixture(scope="module")
def world(world_folder: Path) -> World:
    """What that world holds."""
    return World.load(world_folder)


@pytest.fixture(scope="module")
def site(world: World, world_folder: Path) -> Iterator[StandIn]:
    """The stand-in site that serves the world."""
    with StandIn(catalogue_of(world, world_folder)) as running:
        yield running


@pytest.fixture(scope="module")
def trusting(deployed: dict[str, str], site: StandIn) -> dict[str, str]:
    """The environment of a worker that trusts the site's certificate."""
    return {**deployed, "SSL_CERT_FILE": str(site.certificate), "OMP_NUM_THREADS": "1"}


@contextmanager
def _worker(env: dict[str, str], folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    command = ["prefect", "worker", "start", "--pool", "cpu", "--limit", "3"]
    with service("worker", command, env, folder / "logs") as process:
        yield process


def _parameters(folder: Path, site: StandIn) -> dict[str, Any]:
    parameters = settings.collection(folder, site.proxy_url)
    parameters["work"]["batch_size"] = 5
    return parameters


def _dataset(folder: Path) -> Dataset:
    return open_store(str(folder / "store")).dataset("webemotion")


@pytest.fixture(scope="module")
def collected(
    trusting: dict[str, str], site: StandIn, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """The folder of an undisturbed collection."""
    folder = tmp_path_factory.mktemp("undisturbed")
    with _worker(trusting, folder), Progress(disable=True) as progress:
        run_id = run_deployment("collect/webemotion", _parameters(folder, site), trusting, progress)
    (folder / "run_id").write_text(run_id)
    return folder


def test_the_ledger_agrees_with_the_known_truth_for_every_video(
    collected: Path, world: World
) -> None:
    states = Ledger(_dataset(collected)).states()
    assert {v: (e.state, e.reason) for v, e in states.items()} == {
        video.video_id: (video.expected_state, video.expected_reason) for video in world.videos
    }
    for video in world.videos:
        assert len(states[video.video_id].found_by) == len(video.queries)


def test_each_video_yields_the_clips_that_it_shows(collected: Path, world: World) -> None:
    faces = _dataset(collected).scan("faces", ["video_id", "clip_id", "track"]).to_pylist()
    clips = {face["clip_id"]: face["video_id"] for face in faces}
    found = Counter(clips.values())
    assert found == {v.video_id: v.clips for v in world.videos if v.expected_state == "collected"}
    pair = next(video.video_id for video in world.videos if video.trait == "pair")
    assert len({face["track"] for face in faces if face["video_id"] == pair}) == 2


def test_no_clip_is_shorter_than_five_seconds_and_none_crosses_a_cut(
    collected: Path, world: World, world_folder: Path
) -> None:
    columns = ["video_id", "clip_start_s", "clip_end_s", "t_s"]
    truths = read_truths(world, world_folder)
    for face in _dataset(collected).scan("faces", columns).to_pylist():
        start_s, end_s = face["clip_start_s"], face["clip_end_s"]
        assert end_s - start_s >= HarvestConfig().min_face_s
        assert start_s <= face["t_s"] <= end_s
        for cut_s in truths[face["video_id"]].cuts_s:
            assert not start_s < cut_s < end_s
            assert not start_s < cut_s <= face["t_s"]


def test_every_face_lies_where_the_truth_says_somebody_is_on_screen(
    collected: Path, world: World, world_folder: Path
) -> None:
    faces = _dataset(collected).scan("faces")
    shown = true_emotions(faces, read_truths(world, world_folder))
    by_video = {video.video_id: video.shown for video in world.videos}
    assert len(shown) == faces.num_rows > 0
    for face_id, emotion in shown.items():
        assert emotion == by_video[face_id.split("/")[0]]


def test_the_server_shows_yield_drops_and_a_contact_sheet_of_the_collection(
    api: httpx.Client, collected: Path, world: World
) -> None:
    wanted = {"flow_run_id": {"any_": [(collected / "run_id").read_text()]}}
    answer = api.post("/artifacts/filter", json={"artifacts": wanted})
    artifacts = {artifact["key"]: artifact["data"] for artifact in answer.json()}
    drops = Counter((video.expected_state, video.expected_reason or "") for video in world.videos)
    shown = json.loads(artifacts["drops"])
    assert {(row["state"], row["reason"]): row["videos"] for row in shown} == drops
    yields = {row["emotion"]: row for row in json.loads(artifacts["yield"])}
    assert {e: row["found"] for e, row in yields.items()} == Counter(
        video.found_under for video in world.videos
    )
    faces = _dataset(collected).scan("faces", ["emotion"])["emotion"].to_pylist()
    assert {e: row["faces"] for e, row in yields.items() if row["faces"]} == Counter(faces)
    sheet = base64.b64decode(artifacts["contact-sheet"].partition(",")[2])
    picture = cv2.imdecode(np.frombuffer(sheet, np.uint8), cv2.IMREAD_COLOR)
    assert picture is not None
    # A row of thumbnails with its caption is 118 pixels high.
    assert picture.shape[0] == 118 * len(set(faces))


def test_collecting_again_downloads_nothing_and_changes_nothing(
    trusting: dict[str, str], collected: Path, site: StandIn
) -> None:
    before, version = len(site.requests), _dataset(collected).version()
    with _worker(trusting, collected), Progress(disable=True) as progress:
        run_deployment("collect/webemotion", _parameters(collected, site), trusting, progress)
    asked = [request for request in site.requests[before:] if "youtubei" in request.path]
    assert asked
    assert all("/search" in request.path for request in asked)
    assert _dataset(collected).version() == version
    assert list((collected / "scratch").rglob("*.*")) == []


def test_a_collection_killed_in_the_middle_and_started_again_gives_the_same_faces(
    trusting: dict[str, str], collected: Path, site: StandIn, tmp_path: Path
) -> None:
    parameters = _parameters(tmp_path, site)
    with _worker(trusting, tmp_path) as worker:
        start_deployment("collect/webemotion", parameters, trusting)
        _wait_until_under_way(tmp_path)
        for process in family_of(worker):
            process.kill()
    committed = _ids(tmp_path)
    with _worker(trusting, tmp_path), Progress(disable=True) as progress:
        run_deployment("collect/webemotion", parameters, trusting, progress)
    found, undisturbed = _ids(tmp_path), _ids(collected)
    assert len(committed) < len(undisturbed)
    assert found == undisturbed
    assert len(found) == len(set(found))


def _ids(folder: Path) -> list[str]:
    try:
        faces = _dataset(folder).scan("faces", ["face_id"])
    except StoreMissing:
        # The collection has not made all its tables yet.
        return []
    return sorted(faces["face_id"].to_pylist())


def _wait_until_under_way(folder: Path) -> None:
    """Until some videos are finished and others are not."""
    spool = folder / "scratch" / "spool"
    deadline = time.monotonic() + 180
    while not _ids(folder) and len(list(spool.glob("*.arrow"))) < 3:
        assert time.monotonic() < deadline, "the collection did not start"
        time.sleep(0.2)
