"""Speed of harvesting faces on one core, beside a plain script, and how far both agree.

The plain script decodes with OpenCV and calls facenet-pytorch's MTCNN with its defaults on every
frame; what it finds, linked by the same rules, is also the oracle. Run as
``python -m benchmarks.faces [--quick]``; the last line is one JSON object.
"""

import argparse
import json
import os
import statistics
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from benchmarks.face_films import FILMS, Film, write_film
from benchmarks.face_oracle import (
    Agreement,
    agreement,
    oracle_clips,
    own_distances,
    plain_script,
)
from benchmarks.face_stages import STAGES, decode_alone_s, stages
from webemotion.faces.harvest import find_clips, harvest
from webemotion.faces.harvest_config import HarvestConfig
from webemotion.faces.one_core import one_core
from webemotion.video import Video

_EDGE_S = 0.5
CONFIG = HarvestConfig(max_pixels=1920 * 1088)


@dataclass(frozen=True, slots=True)
class Result:
    """One film."""

    name: str
    film_s: float
    plain_s: float
    harvest_s: float
    agreement: Agreement
    own_landmarks: tuple[float, ...]
    """How far the oracle's landmarks are from its own one pixel beside."""
    stages_s: dict[str, float]
    kernels_s: dict[str, float]

    @property
    def gain(self) -> float:
        """How many times as fast as the plain script."""
        return self.plain_s / self.harvest_s


def main() -> None:
    """Measure each film on one core and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="two films of 7 s each")
    quick = parser.parse_args().quick
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    films = [replace(film, length_s=7) for film in (FILMS[0], FILMS[2])] if quick else FILMS
    with tempfile.TemporaryDirectory() as folder, one_core():
        results = [_measure(film, Path(folder)) for film in films]
    _report(results)


def _measure(film: Film, folder: Path) -> Result:
    path = write_film(film, folder)
    video = Video(film.name, path, "", None, None, None, film.width_px, film.height_px, 30, "none")
    detections, plain_s = plain_script(path)
    oracle = oracle_clips(path, detections, CONFIG)

    def run() -> None:
        harvest(video, emotion="neutral", config=CONFIG)

    run()
    harvest_s = min(_seconds(run) for _ in range(2))
    _, _, clips = find_clips(video, CONFIG)
    stages_s, kernels_s = stages(run)
    kernels_s["decode"] = decode_alone_s(path)
    agreed = agreement(clips, oracle, detections)
    times = film.length_s, plain_s, harvest_s
    return Result(film.name, *times, agreed, own_distances(path), stages_s, kernels_s)


def _seconds(run: Any) -> float:
    started_s = time.perf_counter()
    run()
    return time.perf_counter() - started_s


def _report(results: Sequence[Result]) -> None:
    print(
        f"{'film, on one core':<24}{'plain':>8}{'here':>8}{'gain':>7}{'oracle':>9}"
        f"{'found':>8}{'extra':>8}{'edges':>8}{'landmarks':>11}"
    )
    print(
        f"{'':<24}{'x real time':>16}{'':>7}{'face-s':>9}{'':>16}{'<= .5 s':>8}"
        f"{'median':>11}{'+ 1 px':>9}"
    )
    for each in results:
        print(_line(each))
    total = _total(results)
    print(
        f"{'all':<24}{'':>16}{total['gain']:>7.1f}{total['oracle_s']:>9.1f}"
        f"{total['found']:>8.3f}{total['extra']:>8.3f}{total['edges_within']:>8.3f}"
        f"{total['landmarks']:>11.4f}"
    )
    _report_stages(results)
    rows = {each.name: _figures(each) for each in results}
    print(json.dumps({"benchmark": "faces", **total, "films": rows}))


def _line(each: Result) -> str:
    a = each.agreement
    return (
        f"{each.name:<24}{each.film_s / each.plain_s:>8.2f}{each.film_s / each.harvest_s:>8.1f}"
        f"{each.gain:>7.1f}{a.oracle_s:>9.1f}{_share(a.found_s, a.oracle_s):>8.3f}"
        f"{_share(a.extra_s, a.oracle_s, 0):>8.3f}{_within(a.edges_s):>8.3f}"
        f"{statistics.median(a.landmarks or [0]):>11.4f}"
        f"{statistics.median(each.own_landmarks or [0]):>9.4f}"
    )


def _total(results: Sequence[Result]) -> dict[str, float]:
    agreed = [each.agreement for each in results]
    oracle_s = sum(a.oracle_s for a in agreed)
    return {
        "gain": sum(r.plain_s for r in results) / sum(r.harvest_s for r in results),
        "least_gain": min(r.gain for r in results),
        "oracle_s": oracle_s,
        "found": _share(sum(a.found_s for a in agreed), oracle_s),
        "extra": _share(sum(a.extra_s for a in agreed), oracle_s, 0),
        "edges_within": _within([edge for a in agreed for edge in a.edges_s]),
        "landmarks": statistics.median([x for a in agreed for x in a.landmarks] or [0]),
        "own_landmarks": statistics.median([x for r in results for x in r.own_landmarks] or [0]),
    }


def _within(edges_s: Sequence[float]) -> float:
    """The share of starts and ends half a second or less from the oracle's."""
    return _share(sum(edge <= _EDGE_S for edge in edges_s), len(edges_s))


def _share(part: float, whole: float, otherwise: float = 1.0) -> float:
    return part / whole if whole else otherwise


def _report_stages(results: Sequence[Result]) -> None:
    film_s = sum(each.film_s for each in results)
    print(f"\n{'stage':<10}{'ms per s of film':>18}{'kernel alone':>14}{'kernel / stage':>16}")
    for stage in STAGES:
        spent_ms = 1000 * sum(each.stages_s.get(stage, 0) for each in results) / film_s
        kernel_ms = 1000 * sum(each.kernels_s.get(stage, 0) for each in results) / film_s
        limit = f"{kernel_ms:>14.2f}{kernel_ms / spent_ms:>16.2f}" if kernel_ms else ""
        print(f"{stage:<10}{spent_ms:>18.2f}{limit}")


def _figures(each: Result) -> dict[str, Any]:
    figures = asdict(each) | {"gain": each.gain}
    figures["own_landmarks"] = statistics.median(each.own_landmarks or [0])
    figures["agreement"] |= {
        "edges_within": _within(each.agreement.edges_s),
        "landmarks": statistics.median(each.agreement.landmarks or [0]),
    }
    return figures


if __name__ == "__main__":
    main()
