"""Everything one pass over a video shows: its shots, and each face worth following, cut out.

Faces are cut out at once, while their frame is in memory: most will be rows, the others cost
some kilobytes each until the pass is over, and the video is decoded only once.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from webemotion.crops import Crop, crop_face
from webemotion.frames import read_frames
from webemotion.harvest_config import HarvestConfig
from webemotion.mtcnn import Detection, detect_faces
from webemotion.sampling import thin
from webemotion.shots import Shot, ShotFinder


@dataclass(frozen=True, slots=True)
class Sightings:
    """What was seen in one video."""

    shots: tuple[Shot, ...]
    crops: dict[Detection, Crop]
    counts: dict[str, int]


def look(path: Path, config: HarvestConfig) -> Sightings:
    """Go through a video once, finding cuts in all frames and faces in some.

    Raises:
        CollectionError: as read_frames.
        OSError: as read_frames.
    """
    finder = ShotFinder()
    crops: dict[Detection, Crop] = {}
    counts = Counter(dict.fromkeys(_COUNTED, 0))
    frames = finder.watch(read_frames(path, config))
    for frame in thin(frames, config.detect_rate_hz):
        frame_rgb = frame.rgb()
        found = detect_faces(frame_rgb, t_s=frame.t_s, min_face_px=config.min_face_px)
        counts.update(frames_examined=1, detections=len(found))
        for detection in _worth_following(found, counts, config):
            crops[detection] = crop_face(frame_rgb, detection, config)
    shots = finder.shots()
    counts.update(frames=finder.frame_count, shots=len(shots))
    return Sightings(shots, crops, dict(counts))


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
