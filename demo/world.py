"""The demo's world: synthetic videos, how they are found, and what should become of them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import as_completed
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import cv2

from demo.casting import Plan, plan_world
from demo.manifest import World
from demo.portraits import Portrait, load_portraits
from demo.processes import worker_processes
from demo.scenes import Script
from demo.videos import write_video

Progress = Callable[[int, int], None]
"""Called with how many videos are made, and of how many."""

_KEPT_OF_TRUNCATED: Final = 0.5
_NO_VIDEO: Final = "This file calls itself a video and holds nothing but this sentence.\n"


def build_world(
    folder: Path,
    queries: Mapping[str, Sequence[str]],
    *,
    seed: int = 0,
    videos_per_emotion: int = 7,
    off_topic_share: float = 0.25,
    progress: Progress | None = None,
) -> World:
    """Make all videos and the manifest in a folder; the same arguments give the same bytes.

    Args:
        folder: created if need be.
        queries: at least two query texts for each of the eight emotions, all different.
        seed: from which everything is drawn.
        videos_per_emotion: ordinary videos per emotion; the hard cases come on top.
        off_topic_share: share of the ordinary videos that show another emotion, 0 to 1.
        progress: called after each video that is made.

    Raises:
        ValueError: an argument is out of its range.
    """
    plans = plan_world(
        queries, seed=seed, videos_per_emotion=videos_per_emotion, off_topic_share=off_topic_share
    )
    folder.mkdir(parents=True, exist_ok=True)
    _make_files(folder, plans, progress or (lambda done, total: None))
    world = World(seed=seed, videos=tuple(plan.video for plan in plans))
    world.save(folder)
    return world


@dataclass(frozen=True, slots=True)
class _Job:
    path: Path
    script: Script
    truncated: bool


def _make_files(folder: Path, plans: Sequence[Plan], progress: Progress) -> None:
    for plan in plans:
        if plan.video.trait == "text" and plan.video.file:
            (folder / plan.video.file).write_text(_NO_VIDEO, encoding="utf-8")
    jobs = list(_jobs(folder, plans))
    with worker_processes(_start_worker, load_portraits()) as pool:
        for done, future in enumerate(as_completed([pool.submit(_make, job) for job in jobs]), 1):
            future.result()
            progress(done, len(jobs))


def _jobs(folder: Path, plans: Sequence[Plan]) -> Iterator[_Job]:
    for plan in plans:
        if plan.script and plan.video.file:
            yield _Job(folder / plan.video.file, plan.script, plan.video.trait == "truncated")


_portraits: dict[str, Portrait] = {}


def _start_worker(portraits: dict[str, Portrait]) -> None:
    cv2.setNumThreads(1)
    _portraits.update(portraits)


def _make(job: _Job) -> None:
    write_video(job.path, job.script, _portraits, index_first=not job.truncated)
    if job.truncated:
        data = job.path.read_bytes()
        job.path.write_bytes(data[: int(len(data) * _KEPT_OF_TRUNCATED)])
