"""Tracks that last long enough, as numbered clips of a video."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from webemotion.faces.shots import Shot
from webemotion.faces.tracks import FaceTrack


@dataclass(frozen=True, slots=True)
class Clip:
    """One person's face for at least the shortest time wanted."""

    video_id: str
    clip_id: str
    """The video's id, a slash and two digits or more: the clip's place in order of time."""
    track: FaceTrack
    start_s: float
    """When the face comes into view, in seconds: an estimate, since not every frame is examined."""
    end_s: float
    """When it is out of view again."""


def cut_clips(
    tracks: Sequence[FaceTrack],
    shots: Sequence[Shot],
    *,
    video_id: str,
    min_face_s: float,
    interval_s: float,
) -> tuple[Clip, ...]:
    """Keep the tracks of faces that are in view for min_face_s seconds.

    A face first seen less than an interval after a cut is taken to be there from the cut on;
    otherwise it came half an interval before it was first seen. Ends likewise.

    Args:
        tracks: As linked: in order of first sight, then from left to right.
        shots: In order, without gaps.
        video_id: Of the video they were seen in.
        min_face_s: In seconds.
        interval_s: Time between two frames examined, in seconds.
    """
    spans_s = [_span_s(track, shots, interval_s) for track in tracks]
    lasting = [
        (track, span_s)
        for track, span_s in zip(tracks, spans_s, strict=True)
        if span_s[1] - span_s[0] >= min_face_s
    ]
    return tuple(
        Clip(video_id, f"{video_id}/{number:02d}", track, *span_s)
        for number, (track, span_s) in enumerate(lasting)
    )


def _span_s(track: FaceTrack, shots: Sequence[Shot], interval_s: float) -> tuple[float, float]:
    shot = shots[bisect_right(shots, track.start_s, key=lambda shot: shot.start_s) - 1]
    since_cut_s, until_cut_s = track.start_s - shot.start_s, shot.end_s - track.end_s
    before_s = since_cut_s if since_cut_s <= interval_s else interval_s / 2
    after_s = until_cut_s if until_cut_s <= interval_s else interval_s / 2
    return track.start_s - before_s, track.end_s + after_s
