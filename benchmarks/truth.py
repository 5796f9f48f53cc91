"""Faces found in films where they are known, one difficulty a film.

For each film: the share of the seconds with a face that is found, seconds found beyond, in relation
to them; how far the first and last sight of each is from the truth at worst; landmarks' distance
from points marked by hand, in shares of the eyes' distance, at the median (the hand and the network
mean somewhat different points, most of all at the nose, so that 0 is out of reach); clips of any
length, and those that hold more than one person.

Run as ``python -m benchmarks.truth [--quick]``; the last line is one JSON object.
"""

import argparse
import json
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from benchmarks.truth_films import HEIGHT_PX, WIDTH_PX, TruthFilm, films, landmarks_px, write
from demo.portraits import Portrait, load_portraits
from webemotion.faces.clips import Clip
from webemotion.faces.detection import Detection
from webemotion.faces.harvest import find_clips
from webemotion.faces.harvest_config import HarvestConfig
from webemotion.faces.tracks import FaceTrack
from webemotion.video import Video

_STEP_S = 0.05
_QUICK = ("one", "hidden 1.0 s", "cut", "turn in header")


@dataclass(frozen=True, slots=True)
class Score:
    """How a film was seen."""

    name: str
    found: float
    extra: float
    worst_edge_s: float
    landmarks: float
    clips: int
    mixed_clips: int


def main() -> None:
    """Measure, print the table and the JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="four films")
    quick = parser.parse_args().quick
    portraits = load_portraits()
    heads = ("film", "found", "extra", "edge, s", "landmarks", "clips", "mixed")
    print("{:<16}{:>8}{:>8}{:>9}{:>11}{:>8}{:>7}".format(*heads))
    scores = []
    with tempfile.TemporaryDirectory(prefix="truth-") as folder:
        for film in films():
            if not quick or film.name in _QUICK:
                scores.append(score(film, write(film, Path(folder)), portraits))
                print(_line(scores[-1]), flush=True)
    print(json.dumps({"films": [asdict(each) for each in scores]}))


def _line(each: Score) -> str:
    return (
        f"{each.name:<16}{each.found:>8.3f}{each.extra:>8.3f}{each.worst_edge_s:>9.2f}"
        f"{each.landmarks:>11.3f}{each.clips:>8}{each.mixed_clips:>7}"
    )


def score(film: TruthFilm, path: Path, portraits: dict[str, Portrait]) -> Score:
    """Harvest a film, and hold what is found against what is there."""
    video = Video(path.stem, path, "", None, None, None, 0, 0, None, "")
    _, _, clips = find_clips(video, HarvestConfig(min_face_s=0))
    people = [_people_in(film, portraits, clip.track) for clip in clips]
    found_s = extra_s = present_s = 0.0
    for t_s in np.arange(0, film.times_ms()[-1] / 1000, _STEP_S):
        there = {n for n, spans in enumerate(film.present_s) if _within(t_s, spans)}
        seen = [
            min(people[number], default=-1)
            for number, clip in enumerate(clips)
            if clip.start_s <= t_s < clip.end_s
        ]
        present_s += len(there)
        found_s += len(there & set(seen))
        extra_s += len(seen) - len(there & set(seen))
    return Score(
        film.name,
        found_s / present_s,
        extra_s / present_s,
        _worst_edge_s(film, clips, people),
        _landmark_error(film, portraits, clips),
        len(clips),
        sum(len(who) > 1 for who in people),
    )


def _within(t_s: float, spans: Sequence[tuple[float, float]]) -> bool:
    return any(start_s <= t_s < end_s for start_s, end_s in spans)


def _people_in(film: TruthFilm, portraits: dict[str, Portrait], track: FaceTrack) -> set[int]:
    """Who a track shows for more than a fifth of its time."""
    who = [_who(film, portraits, detection)[0] for detection in track.detections]
    return {n for n in set(who) if n >= 0 and who.count(n) > len(who) / 5}


def _who(
    film: TruthFilm, portraits: dict[str, Portrait], detection: Detection
) -> tuple[int, float]:
    """The person nearest to a detection, -1 for nobody; and its landmarks' mean distance."""
    found_px = np.array(detection.landmarks_xy) * (WIDTH_PX, HEIGHT_PX)
    best = (-1, 0.5)
    for number, person in enumerate(film.people):
        place = person.at(detection.t_s)
        if place is not None:
            error = _error(found_px, landmarks_px(portraits[person.name], place))
            best = min(best, (number, error), key=lambda each: each[1])
    return best


def _error(found_px: npt.NDArray[np.float64], true_px: npt.NDArray[np.float64]) -> float:
    """Mean distance in shares of the eyes' distance."""
    eyes_px = np.hypot(*(true_px[1] - true_px[0]))
    return float(np.hypot(*(found_px - true_px).T).mean() / eyes_px)


def _worst_edge_s(film: TruthFilm, clips: Sequence[Clip], people: Sequence[set[int]]) -> float:
    """Of all starts and ends of a presence, the farthest from one of its person's tracks."""
    worst_s = 0.0
    last_s = film.times_ms()[-1] / 1000
    for number, spans in enumerate(film.present_s):
        own = [clip for clip, who in zip(clips, people, strict=True) if number in who]
        for start_s, end_s in spans:
            starts = [abs(clip.start_s - start_s) for clip in own]
            ends = [abs(clip.end_s - min(end_s, last_s)) for clip in own]
            worst_s = max(worst_s, min(starts, default=np.inf), min(ends, default=np.inf))
    return worst_s


def _landmark_error(
    film: TruthFilm, portraits: dict[str, Portrait], clips: Sequence[Clip]
) -> float:
    found = [_who(film, portraits, each) for clip in clips for each in clip.track.detections]
    return float(np.median([error for who, error in found if who >= 0] or [np.nan]))


if __name__ == "__main__":
    main()
