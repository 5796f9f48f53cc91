"""Detections linked to tracks."""

from bisect import bisect_right
from collections import Counter
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from webemotion.faces.detection import Detection
from webemotion.faces.overlap import box_iou
from webemotion.faces.shots import Shot
from webemotion.faces.tracks import link

WHOLE = (Shot(0, 1000),)


def _face(t_s: float, x: float = 0.1, y: float = 0.1, side: float = 0.2) -> Detection:
    return Detection(t_s, (x, y, x + side, y + side), ((x, y),) * 5, 0.99, 50)


unit = st.integers(0, 100).map(lambda step: 0.8 * step / 100)
places = st.sets(st.sampled_from([0.0, 0.04, 0.1, 0.5, 0.58]), max_size=3)
detections = st.lists(places, max_size=60).map(
    lambda frames: [_face(i / 4, x) for i, frame in enumerate(frames) for x in sorted(frame)]
)
shots = st.lists(st.integers(1, 59), unique=True).map(
    lambda cuts: tuple(Shot(start / 4, end / 4) for start, end in pairwise([0, *sorted(cuts), 61]))
)


@given(detections, shots, st.floats(0, 3), st.floats(0.05, 1))
def test_tracks_are_a_partition_that_respects_cuts_gaps_and_overlap(
    faces: list[Detection], shots: tuple[Shot, ...], max_gap_s: float, min_iou: float
) -> None:
    """Each detection is in one track; each link keeps to one shot, the gap and the overlap."""
    tracks = link(faces, shots, max_gap_s=max_gap_s, min_iou=min_iou)
    assert Counter(face for track in tracks for face in track.detections) == Counter(faces)
    starts_s = [shot.start_s for shot in shots]
    for track in tracks:
        assert len({bisect_right(starts_s, face.t_s) for face in track.detections}) == 1
        for before, after in pairwise(track.detections):
            assert 0 < after.t_s - before.t_s <= max_gap_s
            assert _slow_iou(before, after) >= min_iou - 1e-9


def _slow_iou(first: Detection, second: Detection) -> float:
    ax0, ay0, ax1, ay1 = first.box_xyxy
    bx0, by0, bx1, by1 = second.box_xyxy
    width, height = min(ax1, bx1) - max(ax0, bx0), min(ay1, by1) - max(ay0, by0)
    shared = width * height if width > 0 and height > 0 else 0.0
    return shared / ((ax1 - ax0) * (ay1 - ay0) + (bx1 - bx0) * (by1 - by0) - shared)


@given(st.lists(st.tuples(unit, unit), min_size=1, max_size=6))
def test_overlap_of_many_boxes_is_that_of_each_pair(corners: list[tuple[float, float]]) -> None:
    """The matrix of overlaps is symmetric, 1 on its diagonal, and right in each place."""
    faces = [_face(0, x, y) for x, y in corners]
    boxes = np.array([face.box_xyxy for face in faces])
    expected = [[_slow_iou(first, second) for second in faces] for first in faces]
    np.testing.assert_allclose(box_iou(boxes, boxes), expected, atol=1e-9)


@given(detections.flatmap(lambda faces: st.tuples(st.just(faces), st.permutations(faces))))
def test_the_order_of_the_detections_does_not_matter(
    orders: tuple[list[Detection], list[Detection]],
) -> None:
    """Shuffled detections give the same tracks with the same numbers."""
    first, second = (link(faces, WHOLE, max_gap_s=1, min_iou=0.3) for faces in orders)
    assert first == second


@given(st.integers(2, 60), st.floats(-0.03, 0.03), st.floats(-0.03, 0.03))
def test_two_people_apart_are_two_tracks(count: int, left_step: float, right_step: float) -> None:
    """People who sway where they sit are told apart, and numbered from left to right."""
    times_s = [i / 4 for i in range(count)]
    left = [_face(t_s, 0.1 + left_step * (i % 2)) for i, t_s in enumerate(times_s)]
    right = [_face(t_s, 0.6 + right_step * (i % 2)) for i, t_s in enumerate(times_s)]
    tracks = link([*right, *left], WHOLE, max_gap_s=1, min_iou=0.3)
    assert [track.number for track in tracks] == [0, 1]
    assert [track.detections for track in tracks] == sorted(
        [tuple(left), tuple(right)], key=lambda track: track[0].box_xyxy
    )


@given(st.integers(0, 20), st.integers(0, 20))
def test_a_gap_is_bridged_up_to_the_longest_allowed(missing: int, allowed: int) -> None:
    """A face that is lost and found again is one track if it was gone for max_gap_s at most."""
    seen = [_face(i / 4) for i in range(5)]
    again = [_face(seen[-1].t_s + missing / 4 + 0.25 + i / 4) for i in range(5)]
    tracks = link([*seen, *again], WHOLE, max_gap_s=allowed / 4, min_iou=0.3)
    joined = missing + 1 <= allowed
    in_sight = allowed >= 1
    assert len(tracks) == (1 if joined else 2 if in_sight else 10)


def test_the_best_total_overlap_wins_over_the_first_come() -> None:
    """Where one face could follow two, the pairs are chosen together, not one after the other."""
    before = [_face(0, 0.10), _face(0, 0.20)]
    after = [_face(0.25, 0.16), _face(0.25, 0.27)]
    first, second = link([*before, *after], WHOLE, max_gap_s=1, min_iou=0.1)
    assert first.detections == (before[0], after[0])
    assert second.detections == (before[1], after[1])


def test_a_track_knows_when_its_face_came_and_went() -> None:
    """Start and end are the times of the first and the last detection."""
    (track,) = link([_face(2.5), _face(1.5), _face(2)], WHOLE, max_gap_s=1, min_iou=0.3)
    assert (track.start_s, track.end_s) == (1.5, 2.5)
    assert link([], WHOLE, max_gap_s=1, min_iou=0.3) == ()
    with pytest.raises(AttributeError):
        track.number = 7  # type: ignore[misc]
