"""Three workers, PostgreSQL and S3: processes die at random, and the store is as if none had."""

import os
import random
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from demo import settings
from demo.follow import start_deployment
from demo.manifest import World
from demo.services import ROOT, environment, family_of, free_port, run
from demo.site import catalogue_of
from demo.world import build_world
from demo.youtube import StandIn
from storage.store import open_store
from tests.faults.postgres import postgres, programs
from tests.storage.servers import ACCESS_KEY, SECRET_KEY, seaweedfs

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(3000),
    pytest.mark.skipif(programs() is None, reason="needs Debian's package postgresql"),
]

_WORKERS = 3
_KILLS = 16
_LIMIT_S = 1200.0
_SERVER = ["prefect", "server", "start"]
_WORKER = ["prefect", "worker", "start", "--pool", "cpu", "--limit", "2"]


class Process:
    """A process of a machine, which can die with all it started, and come back."""

    def __init__(self, command: list[str], env: dict[str, str], log: Path) -> None:
        self._command, self._env, self._log = command, env, log
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, or start it again."""
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command, env=self._env, cwd=ROOT, stdout=log, stderr=log,
                start_new_session=True,
            )  # fmt: skip

    def family(self) -> list[psutil.Process]:
        """The process and all that descend from it."""
        return [] if self._process is None else family_of(self._process)

    def die(self) -> None:
        """The machine is switched off."""
        for member in self.family():
            with suppress(psutil.NoSuchProcess):
                member.kill()
        if self._process is not None:
            self._process.wait()


class Cluster:
    """A server, workers, and what they need."""

    def __init__(self, env: dict[str, str], folder: Path) -> None:
        self.env = env
        self.server = Process(_SERVER, env, folder / "server.log")
        self.workers = [
            Process([*_WORKER, "--name", f"w{n}"], env, folder / f"worker-{n}.log")
            for n in range(_WORKERS)
        ]

    def start(self) -> None:
        """Start the server, tell it all, start the workers."""
        self.server.start()
        self._wait_for_server()
        for pool in ("cpu", "gpu"):
            run(["prefect", "work-pool", "create", pool, "--type", "process"], self.env)
        run(["prefect", "--no-prompt", "deploy", "--all"], self.env)
        run(["webemotion", "heal"], self.env)
        for worker in self.workers:
            worker.start()

    def stop(self) -> None:
        """End everything."""
        for process in (*self.workers, self.server):
            process.die()

    def harm(self, chance: random.Random) -> str:
        """Kill something, and bring back what does not come back by itself."""
        kind = chance.choice(["machine", "machine", "run", "run", "server"])
        if kind == "server":
            self.server.die()
            time.sleep(chance.uniform(0, 5))
            self.server.start()
            self._wait_for_server()
            return kind
        worker = chance.choice(self.workers)
        if kind == "run":
            children = worker.family()[1:]
            if children:
                with suppress(psutil.NoSuchProcess):
                    chance.choice(children).send_signal(signal.SIGKILL)
            return f"run, one of {len(children)}"
        worker.die()
        time.sleep(chance.uniform(0, 3))
        worker.start()
        return kind

    def states(self) -> list[dict[str, Any]]:
        """All runs that the server knows."""
        url = f"{self.env['PREFECT_API_URL']}/flow_runs/filter"
        return list(httpx.post(url, json={}, timeout=30).json())

    def _wait_for_server(self) -> None:
        deadline_s = time.monotonic() + 120
        while time.monotonic() < deadline_s:
            with suppress(httpx.HTTPError):
                if httpx.get(f"{self.env['PREFECT_API_URL']}/health", timeout=5).is_success:
                    return
            time.sleep(0.5)
        raise TimeoutError("the server did not come up")


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Cluster, StandIn]]:
    """Everything started, and a site with a small world."""
    folder = tmp_path_factory.mktemp("cluster")
    world = folder / "world"
    world.mkdir()
    build_world(world, settings.queries_by_emotion(), seed=5, videos_per_emotion=2)
    (folder / "s3").mkdir()
    with ExitStack() as running:
        database = running.enter_context(postgres())
        bucket = running.enter_context(seaweedfs(folder / "s3"))
        site = running.enter_context(StandIn(catalogue_of(World.load(world), world)))
        env = environment(folder, free_port()) | {
            "PREFECT_SERVER_DATABASE_CONNECTION_URL": database,
            "PREFECT_FLOWS_HEARTBEAT_FREQUENCY": "30",
            "PREFECT_CLIENT_MAX_RETRIES": "20",
            "SSL_CERT_FILE": str(site.certificate),
            "AWS_ENDPOINT_URL": bucket.endpoint,
            "AWS_ACCESS_KEY_ID": ACCESS_KEY,
            "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
            "AWS_REGION": "us-east-1",
            "AWS_EC2_METADATA_DISABLED": "true",
        }
        started = Cluster(env, folder)
        try:
            started.start()
            yield started, site
        finally:
            started.stop()


def _collect(cluster: Cluster, site: StandIn, folder: Path, store: str) -> str:
    parameters = settings.collection(folder, site.proxy_url) | {"store": store}
    parameters["work"] |= {"batch_size": 3, "parallel_batches": 3, "batch_timeout_s": 600}
    return start_deployment("collect/webemotion", parameters, cluster.env)


def _await_end(cluster: Cluster, run_id: str) -> str:
    deadline_s = time.monotonic() + _LIMIT_S
    while time.monotonic() < deadline_s:
        (state,) = [run["state"] for run in cluster.states() if run["id"] == run_id]
        if state["type"] in ("COMPLETED", "FAILED", "CANCELLED"):
            return f"{state['name']}: {state['message']}"
        time.sleep(3)
    raise TimeoutError(f"the collection is still {state}")


@contextmanager
def _s3(cluster: Cluster) -> Iterator[None]:
    """This process, too, reaches the bucket."""
    names = [name for name in cluster.env if name.startswith("AWS_")]
    before = {name: os.environ.get(name) for name in names}
    os.environ.update({name: cluster.env[name] for name in names})
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _face_ids(cluster: Cluster, store: str) -> list[str]:
    with _s3(cluster):
        faces = open_store(store).dataset("webemotion").scan("faces", ["face_id"])
    return sorted(faces["face_id"].to_pylist())


def test_a_storm_leaves_the_store_as_calm_does(
    cluster: tuple[Cluster, StandIn], tmp_path: Path
) -> None:
    """Workers, runs and the server die at random; each face is there once, and no run is stuck."""
    machines, site = cluster
    calm, storm = "s3://bucket/calm", "s3://bucket/storm"
    undisturbed = _collect(machines, site, tmp_path / "calm", calm)
    assert _await_end(machines, undisturbed).startswith("Completed")
    chance = random.Random(4)
    run_id = _collect(machines, site, tmp_path / "storm", storm)
    for _ in range(_KILLS):
        time.sleep(chance.uniform(6, 25))
        print(machines.harm(chance), flush=True)
    assert _await_end(machines, run_id).startswith("Completed")
    expected, found = _face_ids(machines, calm), _face_ids(machines, storm)
    assert len(expected) > 100
    assert found == expected
    deadline_s = time.monotonic() + 300
    while stuck := [r["name"] for r in machines.states() if r["state"]["type"] in _UNENDED]:
        assert time.monotonic() < deadline_s, stuck
        time.sleep(3)


_UNENDED = ("PENDING", "RUNNING", "CANCELLING")
