"""What of a harvested video a list names."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np
import pyarrow as pa

from storage.schema import FACES
from webemotion.faces.harvest import Harvest
from webemotion.faces.overlap import box_iou
from webemotion.listing import ListedClip

_SLACK_S: Final = 0.5
_MIN_IOU: Final = 0.3


def restrict(result: Harvest, clips: Sequence[ListedClip]) -> Harvest:
    """The faces of a harvest that a list names, with the list's labels.

    A face is named if it lies in the time of a listed clip, half a second more or less, and
    overlaps the listed box nearest in time (IoU at least 0.3).
    """
    rows = result.faces.to_pylist()
    kept = [
        {**row, "emotion": clip.label} for row in rows if (clip := _clip_of(row, clips)) is not None
    ]
    counts = dict(result.counts)
    counts |= {
        "faces": len(kept),
        "clips": len({row["clip_id"] for row in kept}),
        "clips_listed": len(clips),
        "detections_not_listed": len(rows) - len(kept),
    }
    return replace(result, faces=pa.Table.from_pylist(kept, schema=FACES), counts=counts)


def _clip_of(row: Mapping[str, Any], clips: Sequence[ListedClip]) -> ListedClip | None:
    t_s, box = row["t_s"], np.asarray(row["box_xyxy"], np.float64)
    for clip in clips:
        if clip.clip_start_s - _SLACK_S <= t_s <= clip.clip_end_s + _SLACK_S:
            _, *nearest = min(clip.boxes, key=lambda listed: abs(listed[0] - t_s))
            if box_iou(box[None], np.array([nearest]))[0, 0] >= _MIN_IOU:
                return clip
    return None
