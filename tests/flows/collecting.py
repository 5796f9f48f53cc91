"""A small collection by the command line: two videos of one face on a stand-in site."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from demo.catalogue import CatalogueVideo
from demo.settings import PLAN
from demo.youtube import StandIn
from tests.webemotion.recordings import every, hopper, scene, write_video

_COMMAND: Final = str(Path(sys.executable).parent / "webemotion")
FACE: Final = "faceface-00"
ROBOT: Final = "robotrobot0"
# Nobody waits, and a wall is over at once.
MANNERS: Final[dict[str, Any]] = {
    "calls_per_minute": 6000,
    "calls_per_hour": 100_000,
    "calls_per_day": 100_000,
    "wait": False,
    "terms_accepted": True,
    **dict.fromkeys(("rate_limited_pause_s", "bot_check_pause_s", "local_pause_s"), 0.001),
}
Done = subprocess.CompletedProcess[str]


def two_videos(folder: Path) -> dict[str, CatalogueVideo]:
    """A face of 6 s, and a second one."""
    times_ms = every(250, 6000)
    film = [scene((hopper(), 60 + number)) for number in range(len(times_ms))]
    media = write_video(folder / "face.mp4", film, times_ms)
    return {video_id: CatalogueVideo(video_id, "t", media=media) for video_id in (FACE, ROBOT)}


def webemotion(arguments: Sequence[str], env: Mapping[str, str]) -> Done:
    """Run the command `webemotion`."""
    command = [_COMMAND, *arguments]
    return subprocess.run(command, env={**os.environ, **env}, capture_output=True, text=True)


def waits(site: StandIn, scratch: Path) -> dict[str, Any]:
    """Settings of a download that does not wait for anybody, and looks once a second."""
    return {
        "downloading": {
            "proxy": site.proxy_url, "request_wait_s": 0, "retries": 0, "download_wait_s": 0
        },
        "harvesting": {"sample_rate_hz": 1, "detect_rate_hz": 2},
        "manners": MANNERS,
        "work": {"scratch": str(scratch)},
    }  # fmt: skip


def collect(env: Mapping[str, str], store: str, scratch: Path, site: StandIn) -> Done:
    """Collect what the site offers."""
    given, trusting = settings(env, scratch, site)
    return webemotion(["collect", "--store", store, *given], trusting)


def start(
    env: Mapping[str, str],
    store: str,
    scratch: Path,
    site: StandIn,
    manners: Mapping[str, Any] = MANNERS,
    extra: Sequence[str] = (),
) -> "subprocess.Popen[str]":
    """Begin to collect what the site offers."""
    given, trusting = settings(env, scratch, site, manners)
    command = [_COMMAND, "collect", "--store", store, *given, *extra]
    return subprocess.Popen(command, env={**os.environ, **trusting}, text=True)


def settings(
    env: Mapping[str, str], scratch: Path, site: StandIn, manners: Mapping[str, Any] = MANNERS
) -> tuple[list[str], dict[str, str]]:
    """Options and environment of a collection from the site."""
    values = {
        "plan": PLAN,
        "searching": {"proxy": site.proxy_url, "request_wait_s": 0, "retries": 0},
        **waits(site, scratch),
        "manners": manners,
    }
    trusting = dict(env)
    if site.certificate.exists():
        trusting["SSL_CERT_FILE"] = str(site.certificate)
    return [f"--set={name}={json.dumps(value)}" for name, value in values.items()], trusting
