"""`webemotion labels audit` on a run's checkpoint."""

import csv
from dataclasses import asdict
from pathlib import Path

import cv2
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner, Result

from flows.cli import app
from flows.training.label_audit import CHANGES_PICTURE, IMPORTANCE_PICTURE, JUDGED_PICTURE
from scn.checkpoint import load, newest
from scn.config import preset
from scn.fitting import fit
from scn.label_audit import judge_epochs
from scn.label_changes import EVENTS, events_of
from tests.scn.faces import CLASSES, SIZE_PX, face_name, reader_of, true_emotions

_EPOCHS = 3


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with a quarter of the labels wrong, the truth as CSV, and a run that relabelled."""
    folder = tmp_path_factory.mktemp("audit")
    truth = true_emotions(60)
    given = [CLASSES[(CLASSES.index(t) + (n % 4 == 0)) % 3] for n, t in enumerate(truth)]
    reader = reader_of(folder / "store", given)
    config = preset(
        "paper", image_size_px=SIZE_PX, batch_size=20, epochs=_EPOCHS, learning_rate=0.01,
        relabel_from_epoch=2, relabel_group="all", relabel_margin=0.05,
    )  # fmt: skip
    fit(config, reader, reader, CLASSES, folder / "run")
    with (folder / "truth.csv").open("w", newline="") as file:
        csv.writer(file).writerows(
            [("face_id", "emotion"), *((face_name(n), t) for n, t in enumerate(truth))]
        )
    return folder


def _audited(run: Path, out: Path, *arguments: str) -> Result:
    place = ["--out", str(out), "--store", str(run / "store"), "--dataset", "faces"]
    return CliRunner(env={"COLUMNS": "200"}).invoke(
        app, ["labels", "audit", str(newest(run / "run")), *place, *arguments]
    )


def test_an_audit_by_the_truth_has_a_row_an_epoch_with_its_scores(
    run: Path, tmp_path: Path
) -> None:
    """The table is the scorer's, and beside it lie the tables and pictures of the changes."""
    done = _audited(run, tmp_path / "out", "--truth", str(run / "truth.csv"))
    assert done.exit_code == 0, done.output
    path = newest(run / "run")
    assert path is not None
    found = load(path)
    assert f"{found.events.num_rows} changes of labels" in done.output
    truth = {face_name(n): emotion for n, emotion in enumerate(true_emotions(60))}
    wanted = [
        [f"{score:.3g}" if score is not None else "none" for score in asdict(judged).values()]
        for judged in judge_epochs(found.samples, events_of(found), _EPOCHS, truth)
    ]
    rows = [line.strip(" │").split("│") for line in done.output.splitlines() if "│" in line]
    assert [[cell.strip() for cell in row] for row in rows[-_EPOCHS:]] == wanted
    assert float(wanted[-1][1]) > 0
    assert pq.read_table(tmp_path / "out" / EVENTS).num_rows == found.events.num_rows > 0
    for picture in (CHANGES_PICTURE, IMPORTANCE_PICTURE, JUDGED_PICTURE):
        assert cv2.imread(str(tmp_path / "out" / picture)) is not None


def test_an_audit_without_a_truth_judges_nothing(run: Path, tmp_path: Path) -> None:
    done = _audited(run, tmp_path / "out")
    assert done.exit_code == 0, done.output
    assert (tmp_path / "out" / CHANGES_PICTURE).exists()
    assert not (tmp_path / "out" / JUDGED_PICTURE).exists()
    assert "precision" not in done.output


def test_a_truth_that_is_no_such_file_is_refused_before_anything_is_written(
    run: Path, tmp_path: Path
) -> None:
    (tmp_path / "truth.csv").write_text("face_id,emotion\nx,joyful\n")
    done = _audited(run, tmp_path / "out", "--truth", str(tmp_path / "truth.csv"))
    assert done.exit_code == 2
    assert "has ['joyful'], allowed are neutral" in done.output
    assert not (tmp_path / "out").exists()
