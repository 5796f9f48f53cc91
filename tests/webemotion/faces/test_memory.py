"""The memory that a video costs, however long it is."""

import subprocess
import sys
import time
from pathlib import Path

import cv2
import numpy as np
import pytest

from demo.services import family_of
from tests.webemotion.hostile import encode
from tests.webemotion.recordings import Image, collins, hopper, scene

_HARVEST = """
import sys
from pathlib import Path
from webemotion.faces.harvest import harvest
from webemotion.faces.harvest_config import HarvestConfig
from webemotion.video import Video

video = Video("v", Path(sys.argv[1]), "", None, None, None, 1920, 1080, 5, "none")
config = HarvestConfig(max_duration_s=1300)
print(harvest(video, emotion="happy", config=config).faces.num_rows)
"""


def _own_mb(pid: int) -> float:
    """Memory of its own: pages of shared libraries are the system's to drop."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) for line in lines if line.startswith("RssAnon")) / 1024


def _peak_mb(process: "subprocess.Popen[bytes]") -> float:
    """The most that it and its children have at a time, looked at twenty times a second."""
    peak_mb = 0.0
    while process.poll() is None:
        family = [each.pid for each in family_of(process)]
        peak_mb = max(peak_mb, sum(_own_mb(pid) for pid in family))
        time.sleep(0.05)
    return peak_mb


def _large(shift_px: int) -> Image:
    small = scene((hopper(), 10 + shift_px), (collins(), 190))
    return np.asarray(cv2.resize(small, (1920, 1080)), np.uint8)


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_twenty_minutes_of_1080p_take_less_than_800_mb(tmp_path: Path) -> None:
    """Two faces all the time: the process and the one that decodes for it, together."""
    pictures = [_large(shift_px) for shift_px in range(10)]
    frames = [pictures[abs(number % 18 - 9)] for number in range(6000)]
    times_ms = [number * 200 for number in range(6000)]
    path = encode(tmp_path / "long.mp4", frames, times_ms)
    process = subprocess.Popen([sys.executable, "-c", _HARVEST, str(path)], stdout=subprocess.PIPE)
    peak_mb = _peak_mb(process)
    faces, _ = process.communicate()
    assert int(faces.decode()) > 4000
    assert peak_mb < 800
