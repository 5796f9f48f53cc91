"""The tables of a dataset: columns, units and the schema's version.

A dataset is four Delta tables in one folder. Emotions are names, never indexes: class orders
belong to the code that trains. Boxes and landmarks are relative to the frame's width and height,
so that they hold at any resolution; times are presentation times in seconds.
"""

from typing import Final

import pyarrow as pa

SCHEMA_VERSION: Final = 4

_TIME = pa.timestamp("us", tz="UTC")
_FOUND_BY = pa.struct(
    [
        ("emotion", pa.string()),
        ("keyword", pa.string()),
        ("country", pa.string()),
        ("age", pa.string()),
        ("rank", pa.int32()),
        ("time", _TIME),
    ]
)

FACES: Final = pa.schema(
    [
        # Stable name of the face: "<video_id>/<clip>/<milliseconds>" or "<split>/<file>".
        pa.field("face_id", pa.string(), nullable=False),
        # train, validation or test, as the source publishes it.
        pa.field("split", pa.string(), nullable=False),
        # The label given by the source; never changed.
        pa.field("emotion", pa.string(), nullable=False),
        # Share of annotators per emotion, where the source has votes; sums to 1.
        pa.field("votes", pa.list_(pa.struct([("emotion", pa.string()), ("share", pa.float32())]))),
        # Share of the findings of the face's video under another emotion, when it was stored.
        pa.field("disagreement", pa.float32()),
        # Who is seen, where the source says so; "<source>/<name>".
        pa.field("subject", pa.string()),
        # What the source says of them, in its own words.
        pa.field("age", pa.string()),
        pa.field("gender", pa.string()),
        pa.field("race", pa.string()),
        pa.field("video_id", pa.string()),
        pa.field("clip_id", pa.string()),
        pa.field("clip_start_s", pa.float64()),
        pa.field("clip_end_s", pa.float64()),
        pa.field("track", pa.int32()),
        pa.field("t_s", pa.float64()),
        # x0, y0, x1, y1, relative to the frame.
        pa.field("box_xyxy", pa.list_(pa.float32())),
        # left eye, right eye, nose, left and right mouth corner as x, y pairs, relative.
        pa.field("landmarks_xy", pa.list_(pa.float32())),
        # The detector's probability that this is a face, 0 to 1.
        pa.field("probability", pa.float32()),
        # Variance of the Laplacian of the grey crop (0 to 255 scale).
        pa.field("sharpness", pa.float32()),
        # Mean and standard deviation of the grey crop, 0 to 1.
        pa.field("brightness", pa.float32()),
        pa.field("contrast", pa.float32()),
        # Shorter side of the face box in source pixels.
        pa.field("size_px", pa.int32()),
        # Estimated from the landmarks, degrees; 0 is frontal and upright.
        pa.field("yaw_deg", pa.float32()),
        pa.field("pitch_deg", pa.float32()),
        pa.field("roll_deg", pa.float32()),
        # How unlike its mirror image the crop is, 0 to 2: a hint of occlusion, profile, side light.
        pa.field("asymmetry", pa.float32()),
        # 64-bit perceptual hash as 16 hexadecimal digits.
        pa.field("phash", pa.string()),
        # Encoded image: JPEG, or PNG where the source holds raw pixels.
        pa.field("image", pa.binary(), nullable=False),
        pa.field("source", pa.string(), nullable=False),
        pa.field("licence", pa.string()),
    ]
)

VIDEOS: Final = pa.schema(
    [
        pa.field("video_id", pa.string(), nullable=False),
        # found, collected, dropped (for good) or failed (comes back at next_try_at).
        pa.field("state", pa.string(), nullable=False),
        # Why it was dropped or failed, as one word of a fixed list.
        pa.field("reason", pa.string()),
        # The message behind the reason, for a person.
        pa.field("detail", pa.string()),
        pa.field("attempts", pa.int32(), nullable=False),
        pa.field("next_try_at", _TIME),
        # Every query that returned the video.
        pa.field("found_by", pa.list_(_FOUND_BY)),
        # The weak label, chosen from found_by.
        pa.field("emotion", pa.string()),
        # Share of found_by, of this event and all before, under another emotion than that.
        pa.field("disagreement", pa.float32()),
        pa.field("title", pa.string()),
        pa.field("channel_id", pa.string()),
        pa.field("duration_s", pa.float64()),
        pa.field("licence", pa.string()),
        pa.field("width_px", pa.int32()),
        pa.field("height_px", pa.int32()),
        pa.field("fps", pa.float64()),
        pa.field("ytdlp_version", pa.string()),
        # Shots, tracks, clips and faces, and how many were dropped for which reason.
        pa.field("counts", pa.map_(pa.string(), pa.int64())),
        pa.field("time", _TIME, nullable=False),
    ]
)

LABELS: Final = pa.schema(
    [
        pa.field("face_id", pa.string(), nullable=False),
        pa.field("run_id", pa.string(), nullable=False),
        # Place of the event in its run's order; no clock decides it.
        pa.field("number", pa.int64(), nullable=False),
        pa.field("epoch", pa.int32(), nullable=False),
        pa.field("old", pa.string(), nullable=False),
        pa.field("new", pa.string(), nullable=False),
        # Probability of the new and of the old label when the decision fell.
        pa.field("p_max", pa.float32()),
        pa.field("p_given", pa.float32()),
        pa.field("importance", pa.float32()),
        # relabel (by training), human, undo, or noise (wrong on purpose, in epoch 0).
        pa.field("kind", pa.string(), nullable=False),
        # The number of the event that an undo takes back; its epoch is that event's.
        pa.field("undoes", pa.int64()),
        pa.field("time", _TIME, nullable=False),
    ]
)

TOMBSTONES: Final = pa.schema(
    [
        pa.field("key", pa.string(), nullable=False),
        # video, channel or clip.
        pa.field("kind", pa.string(), nullable=False),
        pa.field("reason", pa.string(), nullable=False),
        pa.field("time", _TIME, nullable=False),
    ]
)

TABLES: Final[dict[str, pa.Schema]] = {
    "faces": FACES,
    "videos": VIDEOS,
    "labels": LABELS,
    "tombstones": TOMBSTONES,
}
