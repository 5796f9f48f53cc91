"""The process yt-dlp runs in."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from demo.catalogue import Catalogue, CatalogueVideo
from demo.youtube import StandIn
from tests.webemotion.stand_in_site import downloading, write_media
from webemotion.errors import LocalFault, Unknown
from webemotion.site.ytdlp_call import call


@pytest.fixture
def stalling(tmp_path: Path) -> Iterator[StandIn]:
    media = write_media(tmp_path / "media.mp4")
    video = CatalogueVideo("stall-video", "Stall", media, media_fault="stall")
    with StandIn(Catalogue({video.video_id: video})) as site:
        yield site


def test_it_ends_when_nobody_waits_any_more(stalling: StandIn, tmp_path: Path) -> None:
    """A worker that is killed takes its downloads with it, though they lead their own group."""
    request = {
        "task": "download",
        "video_id": "stall-video",
        "folder": str(tmp_path),
        "config": downloading(stalling, socket_timeout_s=60).model_dump(),
    }
    worker = subprocess.Popen(
        [sys.executable, "-c", _WORKER, json.dumps(request)], stdout=subprocess.PIPE
    )
    with worker:
        assert worker.stdout is not None
        child = int(worker.stdout.readline())
        _wait(lambda: any(r.path.startswith("/videoplayback") for r in stalling.requests))
        worker.send_signal(signal.SIGKILL)
    _wait(lambda: not _runs(child))


def test_a_process_that_cannot_start_is_this_machines_fault(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A yt-dlp that does not even import pauses the collection, with its own last words."""
    (tmp_path / "yt_dlp.py").write_text("raise ImportError('a broken installation')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with pytest.raises(LocalFault, match="a broken installation"):
        call({"task": "search", "text": "x", "config": {}}, deadline_s=20)


def test_a_bug_is_one_videos_unknown_failure() -> None:
    """An exception that nobody expected crosses the process boundary as Unknown, with its name."""
    with pytest.raises(Unknown, match="KeyError"):
        call({"task": "search"}, deadline_s=20)


_WORKER = """
import json, subprocess, sys
from webemotion.site import ytdlp_call
start = ytdlp_call._process
def started(stdin, folder):
    process = start(stdin, folder)
    print(process.pid, flush=True)
    return process
ytdlp_call._process = started
ytdlp_call.call(json.loads(sys.argv[1]), deadline_s=60)
"""


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    # A process that nobody has reaped yet still answers to its number.
    return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()


def _wait(condition: object) -> None:
    assert callable(condition)
    end = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)
