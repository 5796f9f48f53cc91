"""Faces of successive frames linked to tracks of one person, shot by shot.

Linking is by overlap, one to one with the greatest total (the assignment problem, Kuhn 1955,
solved by SciPy), as in SORT (https://arxiv.org/abs/1602.00763) without its motion model: at a
few frames per second a face overlaps its last place or cannot be told from another.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np
import numpy.typing as npt
from scipy.optimize import linear_sum_assignment

from webemotion.faces.detection import Detection
from webemotion.faces.overlap import box_iou
from webemotion.faces.shots import Shot


@dataclass(frozen=True, slots=True)
class FaceTrack:
    """One face for as long as it can be followed."""

    number: int
    """Counts from 0 in order of first sight, then from left to right."""
    detections: tuple[Detection, ...]
    """In order of time, at least one."""

    @property
    def start_s(self) -> float:
        """When the face is first seen, in seconds."""
        return self.detections[0].t_s

    @property
    def end_s(self) -> float:
        """When the face is last seen, in seconds."""
        return self.detections[-1].t_s


def link(
    detections: Sequence[Detection], shots: Sequence[Shot], *, max_gap_s: float, min_iou: float
) -> tuple[FaceTrack, ...]:
    """Put each detection into exactly one track; no track crosses a cut.

    Args:
        detections: In any order.
        shots: In order, without gaps.
        max_gap_s: A track ends when its face is out of sight for longer, in seconds.
        min_iou: Two detections overlapping less are not linked, 0 to 1.
    """
    cuts_s = [shot.start_s for shot in shots]
    ordered = sorted(detections, key=lambda detection: (detection.t_s, detection.box_xyxy))
    chains = [
        chain
        for _, shot in groupby(ordered, key=lambda detection: bisect_right(cuts_s, detection.t_s))
        for chain in _link_shot(list(shot), max_gap_s, min_iou)
    ]
    chains.sort(key=lambda chain: (chain[0].t_s, chain[0].box_xyxy))
    return tuple(FaceTrack(number, tuple(chain)) for number, chain in enumerate(chains))


def _link_shot(
    detections: Sequence[Detection], max_gap_s: float, min_iou: float
) -> list[list[Detection]]:
    chains: list[list[Detection]] = []
    for t_s, frame in groupby(detections, key=lambda detection: detection.t_s):
        faces = list(frame)
        alive = [chain for chain in chains if t_s - chain[-1].t_s <= max_gap_s]
        successors = _match([chain[-1] for chain in alive], faces, min_iou)
        for chain, face in successors:
            alive[chain].append(faces[face])
        linked = {face for _, face in successors}
        chains += [[detection] for face, detection in enumerate(faces) if face not in linked]
    return chains


def _match(
    before: Sequence[Detection], after: Sequence[Detection], min_iou: float
) -> list[tuple[int, int]]:
    """Pairs of positions in both, of greatest total overlap."""
    overlaps = box_iou(_boxes(before), _boxes(after))
    overlaps[overlaps < min_iou] = 0
    rows, columns = linear_sum_assignment(overlaps, maximize=True)
    return [(int(i), int(j)) for i, j in zip(rows, columns, strict=True) if overlaps[i, j] > 0]


def _boxes(detections: Sequence[Detection]) -> npt.NDArray[np.float64]:
    return np.array([detection.box_xyxy for detection in detections], np.float64).reshape(-1, 4)
