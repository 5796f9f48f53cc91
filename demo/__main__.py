"""The demo: the whole pipeline on a world of its own, end to end, the way a user goes."""

import shutil
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NoReturn

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from demo import settings
from demo.benchmark_files import write_benchmarks
from demo.follow import run_deployment
from demo.manifest import World
from demo.report import report
from demo.services import (
    STOPPING,
    ServiceFailed,
    environment,
    free_port,
    prefect_server,
    run,
    service,
    wait_for_port,
)
from demo.site import catalogue_of
from demo.world import build_world

_MARKER = ".webemotion-demo"
_SEED = 0


class NotOurs(Exception):
    """The folder holds something that is not the demo's."""


def main(folder: Path) -> int:
    """Run the demo in `folder` and return the exit code."""
    console = Console()
    for number in STOPPING:
        # What nohup has set stays.
        if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, _interrupt)
    started = time.monotonic()
    try:
        _clear(folder)
        _run(folder, console)
    except NotOurs as error:
        console.print(f"[red]error:[/red] {error}", soft_wrap=True)
        return 2
    except ServiceFailed as error:
        console.print(f"[red]the demo failed:[/red] {error}", soft_wrap=True)
        console.print(f"logs: {folder / 'logs'}", soft_wrap=True)
        return 1
    except KeyboardInterrupt:
        for number in STOPPING:
            signal.signal(number, signal.SIG_IGN)
        console.print("interrupted; everything that was started is stopped")
        return 130
    console.print(f"done in {(time.monotonic() - started) / 60:.1f} minutes")
    return 0


def _run(folder: Path, console: Console) -> None:
    env = environment(folder, free_port())
    columns = TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn()
    with Progress(*columns, console=console) as progress, ExitStack() as running:
        world = _build(folder, progress)
        with _step(progress, "Prefect server, deployments, workers"):
            proxy = _start(running, world, folder, env)
        run_deployment("collect/webemotion", settings.collection(folder, proxy), env, progress)
        run_deployment("pretrain/now", settings.pretraining(folder), env, progress)
        for benchmark in settings.BENCHMARKS:
            run_deployment("ingest/benchmark", settings.ingestion(folder, benchmark), env, progress)
            run_deployment(f"finetune/{benchmark}", settings.finetuning(folder), env, progress)
    report(folder, world, console)


def _build(folder: Path, progress: Progress) -> World:
    """Write the videos, what they show, and the benchmarks."""
    task = progress.add_task("videos of the demo's world")
    world = build_world(
        folder / "world",
        settings.queries_by_emotion(),
        seed=_SEED,
        progress=lambda done, total: progress.update(task, completed=done, total=total),
    )
    with _step(progress, "three benchmarks in their official layouts"):
        write_benchmarks(folder / "benchmarks", settings.FACES_PER_CLASS, _SEED)
    return world


def _start(running: ExitStack, world: World, folder: Path, env: dict[str, str]) -> str:
    """Start all that runs until the demo ends; returns the address of the site's proxy."""
    logs = folder / "logs"
    running.enter_context(prefect_server(env, logs))
    for pool in ("cpu", "gpu"):
        run(["prefect", "work-pool", "create", pool, "--type", "process"], env)
    run(["prefect", "--no-prompt", "deploy", "--all"], env)
    certificate, port = folder / "site.pem", free_port()
    catalogue = folder / "catalogue.json"
    catalogue_of(world, folder / "world").write(catalogue)
    command = [sys.executable, "-m", "demo.youtube", "--catalogue", str(catalogue)]
    command += ["--certificate", str(certificate), "--port", str(port)]
    running.enter_context(service("site", command, env, logs))
    wait_for_port(port)
    _start_workers(running, env | {"SSL_CERT_FILE": str(certificate)}, logs)
    return f"http://127.0.0.1:{port}"


def _start_workers(running: ExitStack, env: dict[str, str], logs: Path) -> None:
    for pool, limit, threads in (("cpu", 4, 1), ("gpu", 1, 2)):
        command = ["prefect", "worker", "start", "--pool", pool, "--limit", str(limit)]
        # Two batches share two cores; training has them to itself.
        limited = {**env, "OMP_NUM_THREADS": str(threads)}
        running.enter_context(service(f"worker-{pool}", command, limited, logs))


@contextmanager
def _step(progress: Progress, name: str) -> Iterator[None]:
    task = progress.add_task(name, total=None)
    yield
    progress.update(task, total=1, completed=1)


def _clear(folder: Path) -> None:
    """Empty the folder of an earlier demo; any other folder must be empty."""
    if folder.exists() and any(folder.iterdir()):
        if not (folder / _MARKER).exists():
            raise NotOurs(f"folder {folder}: is not empty and not of an earlier demo")
        shutil.rmtree(folder)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / _MARKER).touch()


def _interrupt(number: int, frame: object) -> NoReturn:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1] if len(sys.argv) > 1 else "demo_output").absolute()))
