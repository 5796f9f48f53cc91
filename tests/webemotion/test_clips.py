"""Tracks that become clips."""

from hypothesis import given
from hypothesis import strategies as st

from webemotion.clips import cut_clips
from webemotion.mtcnn import Detection
from webemotion.tracks import FaceTrack


def _track(number: int, start_ms: int, length_ms: int) -> FaceTrack:
    times_s = start_ms / 1000, (start_ms + length_ms) / 1000
    box = (0.1, 0.1, 0.3, 0.3)
    faces = [Detection(t_s, box, ((0.2, 0.2),) * 5, 0.99, 50) for t_s in times_s]
    return FaceTrack(number, tuple(faces))


spans_ms = st.lists(st.tuples(st.integers(0, 60_000), st.integers(1, 12_000))).map(sorted)


@given(spans_ms, st.integers(0, 12_000))
def test_clips_are_the_tracks_that_last_numbered_in_order(
    spans: list[tuple[int, int]], min_face_ms: int
) -> None:
    """A track becomes a clip if and only if it lasts, and clips count up without gaps."""
    tracks = [_track(number, *span) for number, span in enumerate(spans)]
    clips = cut_clips(tracks, video_id="v", min_face_s=min_face_ms / 1000)
    kept = [clip.track.number for clip in clips]
    # A millisecond apart at the limit itself: times are binary fractions.
    assert all(spans[number][1] >= min_face_ms - 1 for number in kept)
    assert all(spans[i][1] < min_face_ms + 1 for i in range(len(spans)) if i not in kept)
    assert [clip.clip_id for clip in clips] == [f"v/{number:02d}" for number in range(len(clips))]
    assert all(clip.end_s - clip.start_s == clip.track.end_s - clip.track.start_s for clip in clips)
    assert [clip.start_s for clip in clips] == sorted(clip.start_s for clip in clips)
