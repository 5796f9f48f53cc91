"""Faces in successive frames: looked for everywhere now and then, followed in between.

A face that was there a moment ago is found again by the last two networks of MTCNN alone. The
whole cascade runs once per interval, and whenever a face is lost; a face that it finds anew is
followed backwards through the frames since, so that it is seen from its first moment on.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np

from webemotion.faces.detection import Box, Detection
from webemotion.faces.harvest_config import HarvestConfig
from webemotion.faces.mtcnn import detect_faces, follow_faces
from webemotion.faces.overlap import box_iou
from webemotion.faces.picture import Picture

# Two detections in one frame that share more are the same face.
_SAME_FACE_IOU = 0.4


@dataclass(slots=True)
class Seen:
    """A frame that was examined, and the faces in it."""

    t_s: float
    picture: Picture
    faces: list[Detection] = field(default_factory=list)


def watch(frames: Iterable[tuple[float, Picture]], config: HarvestConfig) -> Iterator[Seen]:
    """Examine frames in order of time, and hand each on when nothing more will be found in it.

    Args:
        frames: Presentation times in seconds, and pictures.
        config: `probe_interval_s` is how often the whole cascade runs; the frames of one
            interval are held in memory.
    """
    recent: deque[Seen] = deque()
    before: dict[Detection, Detection] = {}
    probed_s = -np.inf
    for t_s, picture in frames:
        now = Seen(t_s, picture)
        before, lost = _follow(recent[-1] if recent else None, now, before)
        if lost or t_s - probed_s >= config.probe_interval_s:
            probed_s = t_s
            for face in _probe(now, config):
                _follow_back(face, recent)
        recent.append(now)
        while t_s - recent[0].t_s > config.probe_interval_s:
            yield recent.popleft()
    yield from recent


def _follow(
    last: Seen | None, now: Seen, before: dict[Detection, Detection]
) -> tuple[dict[Detection, Detection], bool]:
    """Find the faces of the last frame again.

    Args:
        last: The frame examined before.
        now: Gains the faces found.
        before: Faces of the last frame → where they were in the one before it.

    Returns:
        Faces now → where they were in the last frame; and whether one of those is lost.
    """
    if last is None:
        return {}, False
    expected = {face: _expected(face, before.get(face), now.t_s) for face in last.faces}
    found = _add(now, follow_faces(now.picture, list(expected.values()), t_s=now.t_s))
    origins = _pair(expected, found)
    missing = [face for face in last.faces if face not in origins.values()]
    if missing:
        places = [box for face in missing for box in (face.box_xyxy, expected[face])]
        again = follow_faces(now.picture, places, t_s=now.t_s, widely=True)
        more = _add(now, again)
        origins |= _pair({face: expected[face] for face in missing}, more)
    return origins, len(origins) < len(last.faces)


def _probe(now: Seen, config: HarvestConfig) -> list[Detection]:
    """Look everywhere; returns the faces not known so far."""
    return _add(now, detect_faces(now.picture, t_s=now.t_s, min_face_px=config.min_face_px))


def _follow_back(face: Detection, recent: deque[Seen]) -> None:
    """Follow a face backwards until it was known already or is not to be found."""
    later: Detection | None = None
    for earlier in reversed(recent):
        place = _expected(face, later, earlier.t_s)
        found = follow_faces(earlier.picture, [place], t_s=earlier.t_s)
        if not found:
            found = follow_faces(earlier.picture, [face.box_xyxy], t_s=earlier.t_s, widely=True)
        new = _add(earlier, found[:1])
        if not new:
            return
        later, face = face, new[0]


def _expected(face: Detection, before: Detection | None, t_s: float) -> Box:
    """Where a face is at another time if it goes on as it went."""
    if before is None or before.t_s == face.t_s:
        return face.box_xyxy
    here, there = np.array(face.box_xyxy), np.array(before.box_xyxy)
    moved = (here - there) * (t_s - face.t_s) / (face.t_s - before.t_s)
    # Movement is believed, growth is not: two boxes of one face differ in size by chance.
    middle = np.tile((moved[:2] + moved[2:]) / 2, 2)
    left, top, right, bottom = (here + middle).tolist()
    return left, top, right, bottom


def _add(seen: Seen, found: Iterable[Detection]) -> list[Detection]:
    """Note the faces that are not known yet, and return them."""
    new = []
    for face in found:
        if not seen.faces or _iou([face], seen.faces).max() < _SAME_FACE_IOU:
            seen.faces.append(face)
            new.append(face)
    return new


def _pair(expected: dict[Detection, Box], found: list[Detection]) -> dict[Detection, Detection]:
    """Each face found → the expected one it overlaps most, if any."""
    if not expected or not found:
        return {}
    shared = box_iou(np.array([face.box_xyxy for face in found]), np.array([*expected.values()]))
    faces = list(expected)
    return {
        face: faces[int(row.argmax())]
        for face, row in zip(found, shared, strict=True)
        if row.max() > 0
    }


def _iou(first: list[Detection], second: list[Detection]) -> np.ndarray:
    return box_iou(
        np.array([face.box_xyxy for face in first]), np.array([face.box_xyxy for face in second])
    )
