"""The list of clips that can be shared."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pytest

from storage.export_ids import ExportedIds, export_ids
from storage.ledger import Finding, Ledger, VideoEvent
from storage.schema import FACES
from storage.store import Dataset, open_store
from tests.storage.rows import encoded

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def _rows(video: str, clip: int, times_s: list[float], emotion: str = "happy") -> pa.Table:
    rows = [
        {
            "face_id": f"{video}/{clip:02d}/{round(t_s * 1000):07d}", "split": "train",
            "emotion": emotion, "video_id": video, "clip_id": f"{video}/{clip:02d}",
            "clip_start_s": 1.00049, "clip_end_s": 9.5, "t_s": t_s,
            "box_xyxy": [0.1, 0.2, 0.30004, 0.4], "sharpness": 3.0, "image": encoded(1),
            "source": "youtube", "licence": "cc-by",
        }
        for t_s in times_s
    ]  # fmt: skip
    return pa.Table.from_pylist(rows, schema=FACES)


@pytest.fixture
def dataset(tmp_path: Path) -> Dataset:
    """Two clips of a video that three queries found, one of another, and a face of no video."""
    made = open_store(str(tmp_path / "store"), create=True).dataset("webemotion", create=True)
    made.append_faces({"b": _rows("bbbbbbbbbbb", 0, [2.0], "sad")})
    made.append_faces({"a1": _rows("aaaaaaaaaaa", 1, [4.0, 3.5])})
    made.append_faces({"a0": _rows("aaaaaaaaaaa", 0, [1.0])})
    nobody = _rows("ccccccccccc", 0, [1.0]).to_pylist()
    nobody[0] |= {"video_id": None, "clip_id": None}
    made.append_faces({"c": pa.Table.from_pylist(nobody, schema=FACES)})
    findings = (
        Finding("sad", "cry", "Chad", "woman", 1, NOW),
        Finding("happy", "smile", "Peru", "man", 7, NOW),
        Finding("happy", "laugh", "Mali", "girl", 3, NOW),
    )
    event = VideoEvent(
        "aaaaaaaaaaa", "collected", found_by=findings, title="A name", channel_id="x"
    )
    Ledger(made).record([event])
    return made


def test_a_line_holds_video_clip_boxes_label_and_best_query_and_nothing_else(
    dataset: Dataset, tmp_path: Path
) -> None:
    done = export_ids(dataset, tmp_path / "ids.jsonl")
    assert done == ExportedIds(videos=2, clips=3, faces=4, faces_without_video=1)
    lines = [json.loads(line) for line in (tmp_path / "ids.jsonl").read_text().splitlines()]
    query = {"emotion": "happy", "keyword": "laugh", "country": "Mali", "age": "girl"}
    clip = {"video_id": "aaaaaaaaaaa", "clip_start_s": 1.0, "clip_end_s": 9.5, "label": "happy"}
    box = [0.1, 0.2, 0.3, 0.4]
    assert lines == [
        {**clip, "boxes": [[1.0, *box]], "query": query},
        {**clip, "boxes": [[3.5, *box], [4.0, *box]], "query": query},
        {**clip, "video_id": "bbbbbbbbbbb", "label": "sad", "boxes": [[2.0, *box]], "query": None},
    ]


def test_nothing_but_the_list_is_left_in_its_folder(dataset: Dataset, tmp_path: Path) -> None:
    folder = tmp_path / "shared"
    folder.mkdir()
    for _ in range(2):
        export_ids(dataset, folder / "ids.jsonl")
    assert [path.name for path in folder.iterdir()] == ["ids.jsonl"]
