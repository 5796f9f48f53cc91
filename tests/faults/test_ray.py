"""The face stage on a Ray cluster of two nodes, one of which dies while it works."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from demo.catalogue import Catalogue, CatalogueVideo
from demo.settings import PLAN
from demo.youtube import StandIn
from storage.store import open_store
from tests.flows.collecting import settings, start, webemotion
from tests.flows.conftest import deployed as deployed
from tests.webemotion.recordings import every, hopper, scene, write_video
from webemotion.planning.lexicon import load_lexicon, plan

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

_IDS = [f"faceface-{number:02}" for number in range(8)]
# Ray takes the machine's own address otherwise.
_LOOPBACK = {"RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0", "RAY_USAGE_STATS_ENABLED": "0"}
_WORKING = "ray::harvest_there"


@pytest.fixture
def ray_cluster() -> Iterator[tuple[str, psutil.Process]]:
    """The address of the cluster, and the process it runs in."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.faults.ray_cluster"],
        env=os.environ | _LOOPBACK,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    address = process.stdout.readline().strip()
    assert address.startswith("127.0.0.1:"), address
    yield address, psutil.Process(process.pid)
    process.communicate()


def test_a_node_that_dies_costs_no_face(
    deployed: dict[str, str], ray_cluster: tuple[str, psutil.Process], tmp_path: Path
) -> None:
    """A collection on the cluster has the faces of one without it, each once."""
    address, cluster = ray_cluster
    env = deployed | _LOOPBACK
    times_ms = every(40, 10_000)
    film = [scene((hopper(), 60 + number // 10)) for number in range(len(times_ms))]
    media = write_video(tmp_path / "face.mp4", film, times_ms)
    videos = {video_id: CatalogueVideo(video_id, "t", media=media) for video_id in _IDS}
    results = {plan(load_lexicon(), **PLAN)[0].text: tuple(_IDS)}
    with StandIn(Catalogue(videos, results)) as site:
        given, trusting = settings(env, tmp_path / "scratch-here", site)
        here = webemotion(["collect", "--store", str(tmp_path / "here"), *given], trusting)
        assert here.returncode == 0, here.stderr
        store = str(tmp_path / "ray")
        collecting = start(
            env, store, tmp_path / "scratch-ray", site, extra=[f"--set=work.ray_address={address}"]
        )
        _kill_second_node(cluster)
        assert collecting.wait() == 0
    expected, found = _face_ids(str(tmp_path / "here")), _face_ids(store)
    assert len(expected) > 50
    assert found == expected


def _kill_second_node(cluster: psutil.Process) -> None:
    """Kill a node that finds faces, and all it started."""
    deadline_s = time.monotonic() + 120
    while time.monotonic() < deadline_s:
        nodes = [each for each in cluster.children() if each.name() == "raylet"]
        assert len(nodes) == 2
        family = nodes[1].children(recursive=True)
        if any(member.cmdline()[:1] == [_WORKING] for member in family if member.is_running()):
            for member in (nodes[1], *family):
                member.kill()
            return
        time.sleep(0.05)
    raise TimeoutError("the second node was given nothing to do")


def _face_ids(store: str) -> list[str]:
    faces = open_store(store).dataset("webemotion").scan("faces", ["face_id"])
    return sorted(faces["face_id"].to_pylist())
