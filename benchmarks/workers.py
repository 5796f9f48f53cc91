"""What a second worker gives, and which part of a collection saturates first with a hundred.

The same batches of the demo's videos are run as deployment runs by a worker that takes one at a
time, and by one that takes two, on a Prefect server and a stand-in site on loopback. What the
server spends on a video, and what a commit takes the store, are measured in the same run; the
curve is computed from them: N workers give N times one worker's videos, until the server has no
core left, the store commits without a pause, or the rate limit is met. The stand-in site and the
server share this machine's cores with the workers, so that the measured gain is a lower bound.

Run as ``python -m benchmarks.workers [--quick]``; the last line is one JSON object.
"""

import argparse
import json
import subprocess
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import numpy as np

from benchmarks.store_material import face_rows
from demo import settings
from demo.follow import start_deployment
from demo.manifest import World
from demo.services import environment, family_of, free_port, run, service, wait_for_port
from demo.site import catalogue_of
from demo.world import build_world
from demo.youtube import StandIn
from storage.ledger import Ledger, VideoEvent
from storage.store import open_store
from webemotion.site.manners import Manners

Server = subprocess.Popen[bytes]
_COUNTS = (1, 2, 5, 10, 20, 50, 100)
_IDLE_S = 10.0
_BATCH_VIDEOS = 20
_FACES_A_VIDEO = 15
_IMAGE_BYTES = 10_000
# A rate that nobody reaches; a collection sets it itself, a batch alone does not.
_RATE = ["webemotion-calls", "--limit", "1000", "--slot-decay-per-second", "1000"]


def main() -> None:
    """Measure, print the tables and the JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="few videos")
    videos, batch = (4, 2) if parser.parse_args().quick else (24, 4)
    with tempfile.TemporaryDirectory(prefix="workers-") as folder:
        measured = measure(Path(folder), videos, batch)
        measured["commit_s"] = commit_s(Path(folder))
    print(f"{videos} videos in batches of {batch}")
    for name, value in measured.items():
        print(f"{name:<24}{value:>10.3f}")
    curve = [computed(measured, count) for count in _COUNTS]
    print("\n{:>8}{:>14}{:>12}{:>12}{:>12}{:>22}".format(*curve[0]))
    for row in curve:
        print("{:>8}{:>14.0f}{:>12.0f}{:>12.0f}{:>12.0f}{:>22}".format(*row.values()))
    print(json.dumps({"measured": measured, "curve": curve}))


def computed(measured: dict[str, float], count: int) -> dict[str, Any]:
    """Videos an hour of so many workers, with and without the rate limit, and what bounds them."""
    parts = {
        "workers": count * 3600 / measured["worker_s_a_video"],
        "server": 3600 / measured["server_s_a_video"],
        "store": 3600 * _BATCH_VIDEOS / measured["commit_s"],
    }
    bound = min(parts, key=lambda name: parts[name])
    return {
        "workers": count,
        "unlimited / h": parts[bound],
        "server / h": parts["server"],
        "store / h": parts["store"],
        "default / h": min(parts[bound], Manners().calls_per_hour),
        "bound, unlimited": bound,
    }


def measure(folder: Path, videos: int, batch: int) -> dict[str, float]:
    """Seconds for the same videos with one and with two at a time."""
    world = folder / "world"
    build_world(world, settings.queries_by_emotion(), seed=3, videos_per_emotion=-(-videos // 8))
    ids = [v.video_id for v in World.load(world).videos if v.trait == "ordinary"][:videos]
    port = free_port()
    env = environment(folder, port)
    command = ["prefect", "server", "start"]
    with (
        StandIn(catalogue_of(World.load(world), world)) as site,
        service("server", command, env, folder) as server,
    ):
        wait_for_port(port)
        env |= {"SSL_CERT_FILE": str(site.certificate)}
        for pool in ("cpu", "gpu"):
            run(["prefect", "work-pool", "create", pool, "--type", "process"], env)
        run(["prefect", "--no-prompt", "deploy", "--all"], env)
        run(["prefect", "gcl", "create", *_RATE], env)
        warm = ids[: 2 * batch]
        _timed(folder / "warm", site, env, warm, batch, 2, server)
        idle = _idle_share(server)
        one = _timed(folder / "one", site, env, ids, batch, 1, server)
        two = _timed(folder / "two", site, env, ids, batch, 2, server)
    return {
        "one_at_a_time_s": one.spent_s,
        "two_at_a_time_s": two.spent_s,
        "gain": one.spent_s / two.spent_s,
        "run_s_one_at_a_time": one.run_s,
        "run_s_two_at_a_time": two.run_s,
        "worker_s_a_video": one.run_s / batch,
        "server_s_a_video": (one.server_s - idle * one.spent_s) / len(ids),
        "server_idle_share": idle,
    }


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds: from the first start to the last end, of a run, and of the server's processor."""

    spent_s: float
    run_s: float
    server_s: float


def _timed(
    folder: Path,
    site: StandIn,
    env: dict[str, str],
    ids: Sequence[str],
    batch: int,
    limit: int,
    server: Server,
) -> Timing:
    """Collect the videos in runs of a batch each, `limit` at a time."""
    dataset = open_store(str(folder / "store"), create=True).dataset("webemotion", create=True)
    Ledger(dataset).record(VideoEvent(each, "found", emotion="happy") for each in ids)
    given = settings.collection(folder, site.proxy_url)
    shared = {name: given[name] for name in ("store", "downloading", "harvesting", "manners")}
    shared |= {"scratch": str(folder / "scratch")}
    worker = ["prefect", "worker", "start", "--pool", "cpu", "--limit", str(limit)]
    before_s = _server_s(server)
    runs = [
        start_deployment(
            "collect-batch/worker", {**shared, "video_ids": list(ids[at : at + batch])}, env
        )
        for at in range(0, len(ids), batch)
    ]
    with service(f"worker-{limit}", worker, env, folder):
        ended = _await(runs, env)
    starts = [datetime.fromisoformat(each["start_time"]) for each in ended]
    ends = [datetime.fromisoformat(each["end_time"]) for each in ended]
    taken_s = [(end - start).total_seconds() for start, end in zip(starts, ends, strict=True)]
    return Timing(
        spent_s=(max(ends) - min(starts)).total_seconds(),
        run_s=float(np.mean(taken_s)),
        server_s=_server_s(server) - before_s,
    )


def _idle_share(server: Server) -> float:
    """Share of a core that the server takes while nothing runs."""
    before_s = _server_s(server)
    time.sleep(_IDLE_S)
    return (_server_s(server) - before_s) / _IDLE_S


def _server_s(server: Server) -> float:
    """Processor time that the Prefect server has taken, in seconds."""
    return float(sum(sum(each.cpu_times()[:2]) for each in family_of(server)))


def _await(runs: Sequence[str], env: dict[str, str]) -> list[dict[str, Any]]:
    wanted = {"flow_runs": {"id": {"any_": list(runs)}}}
    while True:
        answer = httpx.post(f"{env['PREFECT_API_URL']}/flow_runs/filter", json=wanted, timeout=30)
        found: list[dict[str, Any]] = answer.json()
        if failed := [each for each in found if each["state_type"] in ("FAILED", "CRASHED")]:
            raise RuntimeError(f"a batch ended {failed[0]['state']['message']}")
        if all(each["state_type"] == "COMPLETED" for each in found):
            return found
        time.sleep(1)


def commit_s(folder: Path) -> float:
    """Median seconds of committing one batch of faces and its events."""
    dataset = open_store(str(folder / "commits"), create=True).dataset("webemotion", create=True)
    rng = np.random.default_rng(0)
    spent_s = []
    for number in range(10):
        count = _BATCH_VIDEOS * _FACES_A_VIDEO
        rows = face_rows([rng.bytes(_IMAGE_BYTES) for _ in range(count)], number * count)
        begun = time.perf_counter()
        dataset.append_faces({f"batch-{number}": rows})
        Ledger(dataset).record([VideoEvent(f"video-{number:05}", "collected")])
        spent_s.append(time.perf_counter() - begun)
    return float(np.median(spent_s))


if __name__ == "__main__":
    main()
