"""The commands that look after a store, as a person in a terminal sees them."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner, Result

from flows.cli import app
from flows.training.exposure import note_origin
from storage.ledger import Ledger, VideoEvent
from storage.store import Dataset, open_store
from tests.storage.rows import photos

GONE, KEPT = "forgotten01", "keptvideo01"


@pytest.fixture
def dataset(tmp_path: Path) -> Dataset:
    """Two videos of two channels."""
    made = open_store(str(tmp_path / "store"), create=True).dataset("webemotion", create=True)
    for video in (GONE, KEPT):
        made.append_faces({video: photos(video, 600, size_bytes=50)})
        Ledger(made).record([VideoEvent(video, "collected", channel_id=f"of-{video}")])
    return made


def _run(folder: Path, *arguments: str) -> Result:
    return CliRunner().invoke(app, [*arguments, "--store", str(folder / "store")])


def _damage(dataset: Dataset, row: int) -> None:
    images = dataset.scan("faces", ["face_id", "image"]).to_pylist()
    image = next(i["image"] for i in images if i["face_id"] == f"{KEPT}/00/{row:07d}")
    for path in Path(dataset.table("faces").location.uri).glob("*.parquet"):
        data = path.read_bytes()
        if (place := data.find(image)) > 0:
            path.write_bytes(data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :])


def test_fsck_names_file_and_rows_takes_them_out_on_request_and_exits_1(
    dataset: Dataset, tmp_path: Path
) -> None:
    clean = _run(tmp_path, "fsck")
    assert (clean.exit_code, "webemotion: whole, 1200 faces" in clean.output) == (0, True)
    _damage(dataset, 550)
    for arguments in (["fsck"], ["fsck", "--quarantine"]):
        found = _run(tmp_path, *arguments)
        assert found.exit_code == 1
        assert "damaged: webemotion/faces/" in found.output
        assert "rows 512-599 are lost" in found.output
    assert "512 rows of it saved" in found.output
    after = _run(tmp_path, "fsck")
    assert (after.exit_code, "webemotion: whole, 1112 faces" in after.output) == (0, True)


@pytest.mark.parametrize(
    ("option", "key"),
    [("--video", GONE), ("--channel", f"of-{GONE}"), ("--clip", f"{GONE}/00")],
)
def test_forget_prints_a_receipt_and_the_checkpoints_that_had_seen_it(
    dataset: Dataset, tmp_path: Path, option: str, key: str
) -> None:
    runs = tmp_path / "runs"
    for name, video in (("seen", GONE), ("unseen", KEPT), ("derived", KEPT)):
        checkpoint = runs / name / "epoch-0001"
        checkpoint.mkdir(parents=True)
        rows = pa.table({"face_id": [f"{video}/00/{number:07d}" for number in range(3)]})
        pq.write_table(rows, checkpoint / "samples.parquet")
    note_origin(runs / "derived", runs / "seen" / "epoch-0001")
    done = _run(tmp_path, "forget", option, key, "--runs", str(runs), "--reason", "their wish")
    assert done.exit_code == 0
    kind = option.removeprefix("--")
    assert f"Receipt: {kind} {key} is forgotten in {tmp_path}/store (their wish)" in done.output
    assert "webemotion: removed 600 rows of faces" in done.output
    assert f"{runs}/seen/epoch-0001: trained on 3 of its faces" in done.output
    assert f"{runs}/derived/epoch-0001: began from one of these" in done.output
    assert "unseen" not in done.output
    videos = dataset.scan("faces", ["video_id"])["video_id"].to_pylist()
    assert set(videos) == {KEPT}


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ([], "got 0 of --video, --channel, --clip"),
        (["--video", GONE, "--clip", f"{GONE}/00"], "got 2 of"),
        (["--video", "../etc"], "video: is '../etc', must be letters"),
        (["--clip", GONE], "must be VIDEO/NUMBER"),
    ],
)
def test_a_request_to_forget_that_makes_no_sense_is_refused(
    dataset: Dataset, tmp_path: Path, arguments: list[str], problem: str
) -> None:
    done = _run(tmp_path, "forget", *arguments)
    assert done.exit_code == 2
    assert problem in done.output
    assert dataset.scan("tombstones").num_rows == 0
