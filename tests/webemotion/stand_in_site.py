"""A tiny site for the tests of searching and downloading, and settings that reach it quickly."""

from pathlib import Path

import av
import numpy as np
from av.video.stream import VideoStream

from demo.youtube import StandIn
from storage.ledger import VideoEvent
from webemotion.attempt import begin, finish
from webemotion.faces.face_stage import Here
from webemotion.faces.harvest_config import HarvestConfig
from webemotion.planning.lexicon import Query
from webemotion.site.web_config import DownloadConfig, SearchConfig
from webemotion.spool import Spool

QUERY = Query("happy", "smug", "France", "old man")


def write_media(path: Path) -> Path:
    """Two seconds of noise in H.264, 64 x 48 pixels: uneven enough to exceed 20 kB."""
    rng = np.random.default_rng(0)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=25)
        assert isinstance(stream, VideoStream)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for _ in range(50):
            pixels = rng.integers(0, 256, (48, 64, 3), dtype=np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(pixels, format="rgb24")))
        container.mux(stream.encode())
    return path


def searching(site: StandIn, **settings: object) -> SearchConfig:
    """Default settings, through the stand-in and without waits."""
    return SearchConfig.model_validate(_reach(site) | settings)


def downloading(site: StandIn, **settings: object) -> DownloadConfig:
    """Default settings, through the stand-in and without waits."""
    return DownloadConfig.model_validate(_reach(site) | {"download_wait_s": 0} | settings)


def _reach(site: StandIn) -> dict[str, object]:
    return {
        "proxy": site.proxy_url,
        "verify_tls": False,
        "request_wait_s": 0,
        "retry_wait_s": 0,
        "retries": 1,
        "socket_timeout_s": 5,
    }


def collect_video(
    found: VideoEvent,
    *,
    spool: Spool,
    scratch: Path,
    downloading: DownloadConfig,
    harvesting: HarvestConfig,
) -> VideoEvent:
    """Both halves of an attempt, one after the other, in this process."""
    begun = begin(
        found,
        spool=spool,
        scratch=scratch,
        downloading=downloading,
        harvesting=harvesting,
        stage=Here(),
    )
    return begun if isinstance(begun, VideoEvent) else finish(begun, spool=spool)
