"""Everything one pass over a video shows: its shots, and each face worth following, cut out.

Faces are cut out at once, while their frame is in memory: most will be rows, the others cost
some kilobytes each until the pass is over, and the video is decoded only once.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from webemotion.decoding.frames import read_frames
from webemotion.faces.crops import Crop, crop_face
from webemotion.faces.detection import Detection
from webemotion.faces.harvest_config import HarvestConfig
from webemotion.faces.picture import Picture
from webemotion.faces.sampling import Pace
from webemotion.faces.shots import Shot, ShotFinder
from webemotion.faces.watcher import watch


@dataclass(frozen=True, slots=True)
class Sightings:
    """What was seen in one video."""

    shots: tuple[Shot, ...]
    detections: tuple[Detection, ...]
    crops: dict[Detection, Crop]
    """Of some detections: those in frames `sample_rate_hz` apart."""
    counts: dict[str, int]


def look(path: Path, config: HarvestConfig) -> Sightings:
    """Go through a video once, finding cuts in all frames and faces in some.

    Raises:
        CollectionError: as read_frames.
        OSError: as read_frames.
    """
    finder = ShotFinder()
    detections: list[Detection] = []
    crops: dict[Detection, Crop] = {}
    counts = Counter(dict.fromkeys(_COUNTED, 0))
    pictures = (
        (frame.t_s, Picture(frame.picture_rgb))
        for frame in finder.watch(read_frames(path, config))
        if frame.picture_rgb is not None
    )
    samples = Pace(config.sample_rate_hz)
    for seen in watch(pictures, config):
        seen.faces.sort(key=lambda face: -face.size_px)
        counts.update(frames_examined=1, detections=len(seen.faces))
        found = list(_worth_following(seen.faces, counts, config))
        detections += found
        if samples.due(seen.t_s):
            crops |= {face: crop_face(seen.picture.frame_rgb, face, config) for face in found}
    shots = finder.shots()
    counts.update(frames=finder.frame_count, shots=len(shots))
    return Sightings(shots, tuple(detections), crops, dict(counts))


_COUNTED = (
    "frames",
    "frames_examined",
    "shots",
    "detections",
    "detections_improbable",
    "detections_too_small",
    "detections_beyond_limit",
)


def _worth_following(
    found: Iterable[Detection], counts: Counter[str], config: HarvestConfig
) -> Iterator[Detection]:
    kept = 0
    for detection in found:
        if detection.probability < config.min_probability:
            counts["detections_improbable"] += 1
        elif detection.size_px < config.min_face_px:
            counts["detections_too_small"] += 1
        elif kept == config.max_faces:
            counts["detections_beyond_limit"] += 1
        else:
            kept += 1
            yield detection
