"""The true expression of collected faces, from what the demo wrote beside its videos."""

from pathlib import Path

import pyarrow as pa
from pydantic import TypeAdapter

from demo.manifest import World
from demo.scenes import Truth

_TRUTH: TypeAdapter[Truth] = TypeAdapter(Truth)


def read_truths(world: World, folder: Path) -> dict[str, Truth]:
    """What each video shows, by video id; `folder` is where the world was built."""
    return {
        video.video_id: _TRUTH.validate_json(
            (folder / video.file).with_suffix(".json").read_bytes()
        )
        for video in world.videos
        if video.file and (folder / video.file).with_suffix(".json").exists()
    }


def true_emotions(faces: pa.Table, truths: dict[str, Truth]) -> dict[str, str]:
    """The expression really shown by each face (face_id, video_id, t_s), by face id."""
    shown = {}
    for face in faces.select(["face_id", "video_id", "t_s"]).to_pylist():
        expressions = expressions_at(truths[face["video_id"]], face["t_s"])
        # Two people on screen show the same in this world, so no face needs to be told apart.
        if len(expressions) == 1:
            shown[face["face_id"]] = expressions.pop()
    return shown


def expressions_at(truth: Truth, t_s: float) -> set[str]:
    """The expressions on screen at a time, in seconds."""
    found = set()
    for appearance in truth.appearances:
        if appearance.start_s <= t_s < appearance.end_s:
            past = [moment for moment in appearance.moments if moment.start_s <= t_s]
            found.add(past[-1].expression)
    return found
