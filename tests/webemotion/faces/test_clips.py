"""Tracks that become clips."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webemotion.faces.clips import cut_clips
from webemotion.faces.detection import Detection
from webemotion.faces.shots import Shot
from webemotion.faces.tracks import FaceTrack


def _track(number: int, start_ms: int, length_ms: int) -> FaceTrack:
    times_s = start_ms / 1000, (start_ms + length_ms) / 1000
    box = (0.1, 0.1, 0.3, 0.3)
    faces = [Detection(t_s, box, ((0.2, 0.2),) * 5, 0.99, 50) for t_s in times_s]
    return FaceTrack(number, tuple(faces))


spans_ms = st.lists(st.tuples(st.integers(0, 60_000), st.integers(1, 12_000))).map(sorted)
WHOLE = (Shot(-1000, 1000),)


@given(spans_ms, st.integers(0, 12_000))
def test_clips_are_the_tracks_that_last_numbered_in_order(
    spans: list[tuple[int, int]], min_face_ms: int
) -> None:
    """A track becomes a clip if and only if it lasts, and clips count up without gaps."""
    tracks = [_track(number, *span) for number, span in enumerate(spans)]
    clips = cut_clips(tracks, WHOLE, video_id="v", min_face_s=min_face_ms / 1000, interval_s=0.25)
    kept = [clip.track.number for clip in clips]
    # A millisecond apart at the limit itself: times are binary fractions. Half an interval is
    # added at each end.
    assert all(spans[number][1] + 250 >= min_face_ms - 1 for number in kept)
    assert all(spans[i][1] + 250 < min_face_ms + 1 for i in range(len(spans)) if i not in kept)
    assert [clip.clip_id for clip in clips] == [f"v/{number:02d}" for number in range(len(clips))]
    assert [clip.start_s for clip in clips] == sorted(clip.start_s for clip in clips)


@given(st.integers(0, 8000), st.integers(1, 9000), st.integers(1, 2000))
def test_a_clip_reaches_to_the_cut_or_half_an_interval_beyond_what_was_seen(
    start_ms: int, length_ms: int, interval_ms: int
) -> None:
    """Its edges are at a cut that is less than an interval away, and else half an interval off."""
    end_ms = start_ms + length_ms
    shots = (Shot(-9, 0), Shot(0, 17), Shot(17, 30))
    (clip,) = cut_clips(
        [_track(0, start_ms, length_ms)],
        shots,
        video_id="v",
        min_face_s=0,
        interval_s=interval_ms / 1000,
    )
    start_s = 0 if start_ms <= interval_ms else (start_ms - interval_ms / 2) / 1000
    end_s = 17 if 17_000 - end_ms <= interval_ms else (end_ms + interval_ms / 2) / 1000
    assert (clip.start_s, clip.end_s) == pytest.approx((start_s, end_s))
