"""The oracle: facenet-pytorch's MTCNN with its defaults on every frame, as a plain script runs it.

And how far something else agrees with it, in face-seconds.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
from facenet_pytorch import MTCNN

from benchmarks.face_films import FPS
from webemotion.decoding.frames import read_frames
from webemotion.faces.clips import Clip, cut_clips
from webemotion.faces.detection import Detection
from webemotion.faces.harvest_config import HarvestConfig
from webemotion.faces.overlap import box_iou
from webemotion.faces.shots import ShotFinder
from webemotion.faces.tracks import link

_SAME_FACE_IOU = 0.5


@dataclass(frozen=True, slots=True)
class Agreement:
    """One film's clips beside the oracle's."""

    oracle_s: float
    """Face-seconds of the oracle's clips."""
    found_s: float
    """Of those, with a face of the other side in the same place."""
    extra_s: float
    """Face-seconds of the other side where the oracle has no face."""
    edges_s: tuple[float, ...]
    """How far each start and end is from the oracle's."""
    landmarks: tuple[float, ...]
    """Mean distance of a face's landmarks, as a share of the distance of its eyes."""


def plain_script(path: Path) -> tuple[list[list[Detection]], float]:
    """Decode with OpenCV, detect in every frame; the detections, and the time in seconds."""
    cascade = MTCNN(keep_all=True, device="cpu")
    video, found = cv2.VideoCapture(str(path)), []
    started_s = time.perf_counter()
    while True:
        there, frame_bgr = video.read()
        if not there:
            break
        frame_rgb = cv2.cvtColor(frame_bgr, cv2.COLOR_BGR2RGB)
        found.append((frame_rgb.shape, cascade.detect(frame_rgb, landmarks=True)))
    took_s = time.perf_counter() - started_s
    return [_detections(i / FPS, *each) for i, each in enumerate(found)], took_s


def own_distances(path: Path) -> tuple[float, ...]:
    """How far the oracle's landmarks are from its own if the frame is shifted by one pixel.

    What disagrees by less cannot be told from it. Every fifteenth frame is looked at.
    """
    cascade = MTCNN(keep_all=True, device="cpu")
    video, number = cv2.VideoCapture(str(path)), 0
    distances: list[float] = []
    while True:
        there, frame = video.read()
        if not there:
            return tuple(distances)
        number += 1
        if number % 15 == 0:
            shifted = cv2.copyMakeBorder(frame, 1, 0, 1, 0, cv2.BORDER_REPLICATE)[:-1, :-1]
            pair = [
                _detections(0, each.shape, cascade.detect(each[..., ::-1].copy(), landmarks=True))
                for each in (frame, shifted)
            ]
            distances += _distances(*pair)


def oracle_clips(
    path: Path, found: Sequence[Sequence[Detection]], config: HarvestConfig
) -> tuple[Clip, ...]:
    """The oracle's detections as clips, by the same rules of probability, size and length."""
    every_frame = config.model_copy(update={"detect_rate_hz": 1000.0})
    finder = ShotFinder()
    for _ in finder.watch(read_frames(path, every_frame)):
        pass
    worth = [
        face
        for frame in found
        for face in frame
        if face.probability >= config.min_probability and face.size_px >= config.min_face_px
    ]
    shots = finder.shots()
    tracks = link(worth, shots, max_gap_s=config.max_gap_s, min_iou=config.min_iou)
    return cut_clips(
        tracks, shots, video_id=path.stem, min_face_s=config.min_face_s, interval_s=1 / FPS
    )


def agreement(
    clips: Sequence[Clip], oracle: Sequence[Clip], found: Sequence[Sequence[Detection]]
) -> Agreement:
    """Compare clips with the oracle's, at every frame that either has a face in."""
    last_s = max([clip.end_s for clip in (*clips, *oracle)], default=0.0)
    counts = np.zeros(3)
    pairs: set[tuple[int, int]] = set()
    for t_s in np.arange(0.5 / FPS, last_s, 1 / FPS):
        ours, theirs = _in_view(clips, t_s), _in_view(oracle, t_s)
        matched = _matched(ours, theirs)
        pairs |= matched
        counts += (
            len(theirs),
            len({b for _, b in matched}),
            len(ours) - len({a for a, _ in matched}),
        )
    oracle_s, found_s, extra_s = (counts / FPS).tolist()
    edges_s = _edges_s(clips, oracle, pairs)
    return Agreement(oracle_s, found_s, extra_s, edges_s, _landmarks(clips, found))


def _in_view(clips: Sequence[Clip], t_s: float) -> dict[int, npt.NDArray[np.float64]]:
    return {
        number: _box_at(clip, t_s)
        for number, clip in enumerate(clips)
        if clip.start_s <= t_s < clip.end_s
    }


def _box_at(clip: Clip, t_s: float) -> npt.NDArray[np.float64]:
    faces = clip.track.detections
    times_s = [face.t_s for face in faces]
    corners = np.array([face.box_xyxy for face in faces])
    return np.array([np.interp(t_s, times_s, corners[:, i]) for i in range(4)])


def _matched(
    ours: dict[int, npt.NDArray[np.float64]], theirs: dict[int, npt.NDArray[np.float64]]
) -> set[tuple[int, int]]:
    if not ours or not theirs:
        return set()
    shared = box_iou(np.array([*ours.values()]), np.array([*theirs.values()]))
    rows, columns = np.nonzero(shared >= _SAME_FACE_IOU)
    return {
        ([*ours][i], [*theirs][j]) for i, j in zip(rows.tolist(), columns.tolist(), strict=True)
    }


def _edges_s(
    clips: Sequence[Clip], oracle: Sequence[Clip], pairs: set[tuple[int, int]]
) -> tuple[float, ...]:
    """How far the edges of the oracle's clips are from those of clips that match them."""
    edges = []
    for number, clip in enumerate(oracle):
        beside = [clips[a] for a, b in pairs if b == number]
        if beside:
            edges.append(min(abs(each.start_s - clip.start_s) for each in beside))
            edges.append(min(abs(each.end_s - clip.end_s) for each in beside))
    return tuple(edges)


def _landmarks(clips: Sequence[Clip], found: Sequence[Sequence[Detection]]) -> tuple[float, ...]:
    """Distances where both sides examined the same frame."""
    distances: list[float] = []
    for clip in clips:
        for face in clip.track.detections:
            number = round(face.t_s * FPS)
            distances += _distances([face], found[number] if number < len(found) else [])
    return tuple(distances)


def _distances(faces: Sequence[Detection], others: Sequence[Detection]) -> list[float]:
    """Of the same faces."""
    boxes, theirs = (
        np.array([each.box_xyxy for each in side]).reshape(-1, 4) for side in (faces, others)
    )
    rows, columns = np.nonzero(box_iou(boxes, theirs) >= _SAME_FACE_IOU)
    pairs = zip(rows.tolist(), columns.tolist(), strict=True)
    return [_distance(faces[i], others[j]) for i, j in pairs]


def _distance(face: Detection, other: Detection) -> float:
    # Relative coordinates are of different units in x and y; all films are 16:9.
    points, others = (np.array(each.landmarks_xy) * (16, 9) for each in (face, other))
    eyes = float(np.hypot(*(others[1] - others[0])))
    return float(np.hypot(*(points - others).T).mean() / eyes)


def _detections(
    t_s: float, shape: tuple[int, ...], found: tuple[npt.NDArray[np.object_] | None, ...]
) -> list[Detection]:
    boxes_px, probabilities, points_px = found
    if boxes_px is None or probabilities is None or points_px is None:
        return []
    size_px = np.array(shape[1::-1], np.float64)
    return [
        _detection(t_s, size_px, *face)
        for face in zip(boxes_px, probabilities, points_px, strict=True)
    ]


def _detection(
    t_s: float,
    size_px: npt.NDArray[np.float64],
    box_px: object,
    probability: float,
    points_px: object,
) -> Detection:
    corners_px = np.asarray(box_px, np.float64).reshape(2, 2).clip(0, size_px)
    left, top, right, bottom = (corners_px / size_px).ravel().tolist()
    return Detection(
        t_s=t_s,
        box_xyxy=(left, top, right, bottom),
        landmarks_xy=tuple(map(tuple, (np.asarray(points_px, np.float64) / size_px).tolist())),
        probability=float(probability),
        size_px=round(float(np.diff(corners_px, axis=0).min())),
    )
