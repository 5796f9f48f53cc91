"""Tracks that last long enough, as numbered clips of a video."""

from collections.abc import Sequence
from dataclasses import dataclass

from webemotion.tracks import FaceTrack


@dataclass(frozen=True, slots=True)
class Clip:
    """One person's face for at least the shortest time wanted."""

    video_id: str
    clip_id: str
    """The video's id, a slash and two digits or more: the clip's place in order of time."""
    track: FaceTrack

    @property
    def start_s(self) -> float:
        """When the face is first seen, in seconds."""
        return self.track.start_s

    @property
    def end_s(self) -> float:
        """When the face is last seen, in seconds."""
        return self.track.end_s


def cut_clips(tracks: Sequence[FaceTrack], *, video_id: str, min_face_s: float) -> tuple[Clip, ...]:
    """Keep the tracks that last min_face_s seconds from first to last sight.

    Args:
        tracks: As linked: in order of first sight, then from left to right.
        video_id: Of the video they were seen in.
        min_face_s: In seconds.
    """
    lasting = [track for track in tracks if track.end_s - track.start_s >= min_face_s]
    return tuple(
        Clip(video_id, f"{video_id}/{number:02d}", track) for number, track in enumerate(lasting)
    )
