"""Faces of clips as rows of the table `faces`."""

from collections.abc import MutableMapping, Sequence
from typing import Final

import pyarrow as pa

from storage.schema import FACES
from webemotion.faces.clips import Clip
from webemotion.faces.crops import Crop
from webemotion.faces.detection import Detection
from webemotion.video import Video

_ROWS_AT_A_TIME: Final = 200


def face_rows(
    faces: Sequence[tuple[Clip, Detection]],
    crops: MutableMapping[Detection, Crop],
    video: Video,
    emotion: str,
    disagreement: float | None,
) -> pa.Table:
    """Build the rows, in the order given, in the schema FACES.

    The crops are taken out of `crops`, so that the images of a long video are in memory once.
    """
    same = {
        "emotion": emotion,
        "disagreement": disagreement,
        "video_id": video.video_id,
        "licence": video.licence,
    }
    parts = [FACES.empty_table()]
    for begin in range(0, len(faces), _ROWS_AT_A_TIME):
        some = faces[begin : begin + _ROWS_AT_A_TIME]
        rows = [_row(clip, face, crops.pop(face)) | same for clip, face in some]
        parts.append(pa.Table.from_pylist(rows, schema=FACES))
    return pa.concat_tables(parts)


def _row(clip: Clip, detection: Detection, crop: Crop) -> dict[str, object]:
    quality = crop.quality
    return {
        "face_id": f"{clip.clip_id}/{round(detection.t_s * 1000):07d}",
        "split": "train",
        "clip_id": clip.clip_id,
        "clip_start_s": clip.start_s,
        "clip_end_s": clip.end_s,
        "track": clip.track.number,
        "t_s": detection.t_s,
        "box_xyxy": detection.box_xyxy,
        "landmarks_xy": [value for point in detection.landmarks_xy for value in point],
        "probability": detection.probability,
        "size_px": detection.size_px,
        "sharpness": quality.sharpness,
        "brightness": quality.brightness,
        "contrast": quality.contrast,
        "yaw_deg": quality.yaw_deg,
        "pitch_deg": quality.pitch_deg,
        "roll_deg": quality.roll_deg,
        "asymmetry": quality.asymmetry,
        "phash": quality.phash,
        "image": crop.image_jpeg,
        "source": "youtube",
    }
