"""From a video file to rows of faces, stage by stage."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import pyarrow as pa

from webemotion.faces.clips import Clip, cut_clips
from webemotion.faces.harvest_config import HarvestConfig
from webemotion.faces.one_core import one_core
from webemotion.faces.rows import face_rows
from webemotion.faces.sightings import Sightings, look
from webemotion.faces.tracks import FaceTrack, link
from webemotion.video import Video

DropReason = Literal["no_face", "face_too_short", "face_not_listed"]


@dataclass(frozen=True, slots=True)
class Harvest:
    """What one video yields."""

    faces: pa.Table
    """Rows of storage.schema.FACES, clip by clip in order of time."""
    counts: dict[str, int]
    """How many of each thing there were, and how many detections were left out for which reason:
    detections = faces + every other key that begins with "detections_"."""

    @property
    def drop_reason(self) -> DropReason | None:
        """Why the video yields nothing; None if it has faces."""
        if self.counts["faces"]:
            return None
        if self.counts.get("detections_not_listed"):
            return "face_not_listed"
        return "face_too_short" if self.counts["tracks"] else "no_face"


def harvest(
    video: Video, *, emotion: str, config: HarvestConfig, disagreement: float | None = None
) -> Harvest:
    """Find the faces that stay in view, and cut them out, aligned.

    The same file and configuration give the same rows.

    Args:
        video: The file and what is known of it.
        emotion: The weak label given to every face.
        config: Rates, thresholds and limits.
        disagreement: Share of the video's findings under another emotion.

    Raises:
        CollectionError: the file is Unreadable, TooLarge or TooLong.
        OSError: there is no such file.
    """
    with one_core():
        seen, tracks, clips = find_clips(video, config)
        faces = [
            (clip, detection)
            for clip in clips
            for detection in clip.track.detections
            if detection in seen.crops
        ]
        counts = seen.counts | _count(tracks, clips, len(faces))
        return Harvest(face_rows(faces, seen.crops, video, emotion, disagreement), counts)


def find_clips(
    video: Video, config: HarvestConfig
) -> tuple[Sightings, tuple[FaceTrack, ...], tuple[Clip, ...]]:
    """All that was seen in a video, the tracks of its faces, and those that last.

    Raises:
        CollectionError: as harvest.
        OSError: as harvest.
    """
    seen = look(video.path, config)
    tracks = link(seen.detections, seen.shots, max_gap_s=config.max_gap_s, min_iou=config.min_iou)
    clips = cut_clips(
        tracks,
        seen.shots,
        video_id=video.video_id,
        min_face_s=config.min_face_s,
        interval_s=1 / config.detect_rate_hz,
    )
    return seen, tracks, clips


def _count(tracks: Sequence[FaceTrack], clips: Sequence[Clip], faces: int) -> dict[str, int]:
    linked = sum(len(track.detections) for track in tracks)
    in_clips = sum(len(clip.track.detections) for clip in clips)
    return {
        "tracks": len(tracks),
        "tracks_too_short": len(tracks) - len(clips),
        "detections_in_short_tracks": linked - in_clips,
        "clips": len(clips),
        "detections_between_samples": in_clips - faces,
        "faces": faces,
    }
