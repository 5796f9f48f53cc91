"""Reading a shared list of clips, and keeping only what it names."""

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.schema import FACES
from webemotion.faces.harvest import Harvest
from webemotion.listed_faces import restrict
from webemotion.listing import ListedClip, read_listing

CLIP: dict[str, Any] = {
    "video_id": "abcdefghij_",
    "clip_start_s": 1.0,
    "clip_end_s": 7.5,
    "boxes": [[1.0, 0.1, 0.1, 0.3, 0.3], [7.0, 0.5, 0.5, 0.7, 0.7]],
    "label": "happy",
    "query": {"emotion": "happy", "keyword": "smile", "country": "Peru", "age": "man"},
}
QUERY = CLIP["query"]


def _written(folder: Path, *lines: Any) -> Path:
    path = folder / "ids.jsonl"
    path.write_text("".join(f"{x if isinstance(x, str) else json.dumps(x)}\n" for x in lines))
    return path


def test_clips_are_gathered_by_video_and_the_digest_tells_lists_apart(tmp_path: Path) -> None:
    other = {**CLIP, "video_id": "-----------", "query": None}
    listing = read_listing(_written(tmp_path, CLIP, other, CLIP))
    assert {video: len(clips) for video, clips in listing.clips.items()} == {
        "abcdefghij_": 2,
        "-----------": 1,
    }
    assert listing.digest != read_listing(_written(tmp_path, CLIP)).digest


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("", "line 2: line is"),
        ("{", "line 2: line is"),
        ({**CLIP, "video_id": "../../etc/pw"}, "line 2: video_id is '../../etc/pw'"),
        ({**CLIP, "title": "x"}, "line 2: title is 'x': Extra inputs"),
        ({**CLIP, "clip_end_s": 1.0}, "clip_end_s must be after clip_start_s"),
        ({**CLIP, "clip_start_s": -1}, "line 2: clip_start_s is -1"),
        ({**CLIP, "boxes": []}, "line 2: boxes is []"),
        ({**CLIP, "boxes": [[1, 0.5, 0, 0.1, 1]]}, "must have x0 < x1"),
        ({**CLIP, "boxes": [[1, 0, 0, 1, 99]]}, "line 2: boxes.0.4 is 99"),
        ({**CLIP, "query": {**QUERY, "age": ""}}, "line 2: query.age is ''"),
        ({**CLIP, "clip_start_s": float("nan")}, "line 2: clip_start_s is nan"),
        ("x" * (1 << 20), "line 2: has more than 1048576 bytes"),
    ],
)
def test_a_line_that_is_no_clip_is_named_with_field_and_value(
    tmp_path: Path, line: Any, problem: str
) -> None:
    with pytest.raises(ValueError, match="ids ") as refusal:
        read_listing(_written(tmp_path, CLIP, line))
    assert problem in str(refusal.value)


@given(data=st.binary(max_size=300))
def test_whatever_bytes_a_list_holds_nothing_but_value_error_comes_out(
    tmp_path_factory: pytest.TempPathFactory, data: bytes
) -> None:
    path = tmp_path_factory.mktemp("list") / "ids"
    path.write_bytes(data)
    with pytest.raises(ValueError, match="ids "):
        read_listing(path)


def test_a_list_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="there is no file"):
        read_listing(tmp_path / "none")


@pytest.mark.parametrize(
    ("t_s", "box", "kept"),
    [
        (1.0, [0.1, 0.1, 0.3, 0.3], True),
        (0.6, [0.12, 0.1, 0.32, 0.3], True),
        (0.4, [0.1, 0.1, 0.3, 0.3], False),
        (8.1, [0.5, 0.5, 0.7, 0.7], False),
        (6.9, [0.5, 0.5, 0.7, 0.7], True),
        (6.9, [0.1, 0.1, 0.3, 0.3], False),
        (1.0, [0.28, 0.1, 0.48, 0.3], False),
    ],
)
def test_a_face_is_kept_where_a_listed_clip_has_it_in_time_and_place(
    t_s: float, box: list[float], kept: bool
) -> None:
    row = {
        "face_id": "f", "split": "train", "emotion": "sad", "clip_id": "abcdefghij_/00",
        "t_s": t_s, "box_xyxy": box, "image": b"", "source": "youtube",
    }  # fmt: skip
    faces = pa.Table.from_pylist([row], schema=FACES)
    result = restrict(
        Harvest(faces, {"faces": 1, "tracks": 1}),
        [ListedClip.model_validate_json(json.dumps(CLIP))],
    )
    assert result.faces["emotion"].to_pylist() == ["happy"] * kept
    assert result.drop_reason == (None if kept else "face_not_listed")
    assert result.counts["faces"] + result.counts["detections_not_listed"] == 1
