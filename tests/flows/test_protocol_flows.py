"""Fine-tuning under protocols, on a real server: folds, noise, selection, other datasets."""

import json
import shutil
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pyarrow.parquet as pq
import pytest
from prefect.settings import PREFECT_API_URL, temporary_settings
from typer.testing import CliRunner

from flows.cli import app
from flows.finetune import finetune
from flows.ingest import ingest
from flows.training.testing import kept_predictions
from scn.benchmarks import BenchmarkName
from scn.protocol import Protocol
from scn.scoring.calibration import temperature_of
from scn.scoring.predictions import read
from storage.fingerprint import fingerprint
from storage.labels import events_of, labels_as_of
from storage.store import open_store
from tests.flows.protocol_material import PEOPLE, TRAIN, finetuned, logged, write_images
from tests.flows.untrained import Face, dataset_of
from tests.scn.benchmarks.copies import picture

pytestmark = pytest.mark.timeout(600)


@pytest.fixture(scope="module")
def folder(deployed: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """JAFFE of six people, and a folder of happy, sad and bored faces with a test split."""
    made = tmp_path_factory.mktemp("protocols")
    write_images(made)
    with temporary_settings({PREFECT_API_URL: deployed["PREFECT_API_URL"]}):
        store, runs = str(made / "store"), made / "runs"
        ingest(BenchmarkName.JAFFE, made / "jaffe", store=store, runs=runs)
        ingest(BenchmarkName.FOLDER, made / "own", store=store, runs=runs, dataset="own")
    return made


def test_a_dataset_without_a_test_split_is_tested_fold_by_fold_on_every_face(
    folder: Path, deployed: dict[str, str]
) -> None:
    """Each face is predicted once, by a network that never saw its person."""
    run = finetuned(folder, deployed, BenchmarkName.JAFFE, protocol=Protocol(folds=3))
    (row,) = run.read()["result"]["rows"]
    said = kept_predictions(run.path / "scn-random")
    assert set(said) == set(row["scores"]) == {"best", "last", "average"}
    assert sorted(said["best"].face_ids) == sorted(
        open_store(str(folder / "store")).dataset("jaffe").scan("faces")["face_id"].to_pylist()
    )
    assert row["faces"] == len(PEOPLE) * 6
    assert row["accuracy"] == pytest.approx(said["best"].right.mean())
    for fold in range(3):
        path = run.path / "scn-random" / f"fold-{fold:02d}"
        trained = pq.read_table(next(path.glob("epoch-*")) / "samples.parquet")["face_id"]
        tested = pq.read_table(path / "predictions" / "test-best.parquet")["face_id"]
        people = [
            {str(face).rpartition("/")[2][:2] for face in column.to_pylist()}
            for column in (trained, tested)
        ]
        assert len(people[1]) == 2
        assert not people[0] & people[1]


def test_noise_is_kept_as_events_before_those_of_training(
    folder: Path, deployed: dict[str, str]
) -> None:
    """A run's labels of epoch 0 are the noisy ones; what it changed is judged by the truth."""
    protocol = Protocol.model_validate({"noise": {"share": 0.5, "seed": 2}})
    run = finetuned(
        folder, deployed, BenchmarkName.FOLDER, dataset="own", protocol=protocol, also_test=()
    )
    dataset = open_store(str(folder / "store")).dataset("own")
    name = f"{run.run_id}-scn-random"
    events = events_of(dataset, name)
    noise = [event for event in events if event.kind == "noise"]
    assert len(noise) == 18
    assert [event.number for event in noise] == list(range(18))
    assert {event.epoch for event in noise} == {0}
    noisy, rows = labels_as_of(dataset, name, 0), dataset.scan("faces").to_pylist()
    changed = [row for row in rows if noisy[row["face_id"]] != row["emotion"]]
    assert {row["face_id"] for row in changed} == {event.face_id for event in noise}
    assert {row["split"] for row in changed} == {"train"}
    assert (run.path / "scn-random" / "audit" / "against-the-truth.png").exists()


def test_tested_faces_that_are_trained_on_are_counted_and_scored_without(
    folder: Path, deployed: dict[str, str]
) -> None:
    """Of the own folder, each test picture is a training picture but those that were added here."""
    images = folder / "leaking"
    shutil.copytree(folder / "own", images)
    for seed, label in enumerate(("happy", "sad", "bored")):
        (images / "test" / label / "new.png").write_bytes(picture(".png", seed=900 + seed))
    with temporary_settings({PREFECT_API_URL: deployed["PREFECT_API_URL"]}):
        settings: dict[str, Any] = {"store": str(folder / "store"), "runs": folder / "runs"}
        ingest(BenchmarkName.FOLDER, images, dataset="leaking", **settings)
    run = finetuned(folder, deployed, BenchmarkName.FOLDER, dataset="leaking")
    result = run.read()["result"]
    (row,) = result["rows"]
    assert row["repeats"] == {"test, of train": 18}
    assert row["faces"] == 21
    assert row["without_repeats"]["faces"] == 3
    said = kept_predictions(run.path / "scn-random")["best"]
    new = [face.endswith("new.png") for face in said.face_ids]
    assert row["without_repeats"]["accuracy"]["value"] == pytest.approx(said.right[new].mean())
    dataset = open_store(str(folder / "store")).dataset("leaking")
    assert result["fingerprint"] == fingerprint(dataset)


def test_what_the_test_split_chose_is_marked_everywhere_and_calibration_is_left_as_it_is(
    folder: Path, deployed: dict[str, str], api: httpx.Client
) -> None:
    """Result, rows, checkpoints, predictions, log lines, artifacts; and the temperature is 1."""
    run = finetuned(
        folder,
        deployed,
        BenchmarkName.FOLDER,
        dataset="own",
        protocol=Protocol(selection="test"),
    )
    result = run.read()["result"]
    (row,) = result["rows"]
    assert result["selection"] == row["selection"] == "test"
    assert {scores["temperature"] for scores in row["scores"].values()} == {1.0}
    assert row["validation_accuracy"] == pytest.approx(row["accuracy"])
    state = json.loads((next((run.path / "scn-random").glob("epoch-*")) / "state.json").read_text())
    assert [epoch["selection"] for epoch in state["progress"]["log"]] == ["test"]
    kept = list((run.path / "scn-random" / "predictions").glob("*.parquet"))
    assert len(kept) == 3
    assert {pq.read_schema(file).metadata[b"selection"] for file in kept} == {b"test"}
    (made,) = api.post(
        "/flow_runs/filter",
        json={"flows": {"name": {"any_": ["finetune"]}}, "sort": "START_TIME_DESC", "limit": 1},
    ).json()
    wanted = {"flow_run_id": {"any_": [made["id"]]}}
    shown = api.post("/artifacts/filter", json={"artifacts": wanted}).json()
    said = {each["key"]: each["description"] for each in shown}
    for key in ("curves-scn-random", "results-folder", "confusion-folder-scn-random"):
        assert "CHOSEN ON THE TEST SPLIT" in said[key]
    lines = logged(api, made["id"], "scn-random: test accuracy")
    assert any("CHOSEN ON THE TEST SPLIT" in line for line in lines)
    assert any("epoch 1" in line and "accuracy on test which selects" in line for line in lines)


def test_what_validation_chose_is_called_so(folder: Path, deployed: dict[str, str]) -> None:
    """In the checkpoint and beside the predictions."""
    run = finetuned(folder, deployed, BenchmarkName.FOLDER, dataset="own")
    state = json.loads((next((run.path / "scn-random").glob("epoch-*")) / "state.json").read_text())
    assert [epoch["selection"] for epoch in state["progress"]["log"]] == ["validation"]
    file = run.path / "scn-random" / "predictions" / "test-best.parquet"
    assert pq.read_schema(file).metadata[b"selection"] == b"validation"


def test_another_dataset_is_tested_on_over_the_classes_that_both_have(
    folder: Path, deployed: dict[str, str]
) -> None:
    """JAFFE has no test split, so that all its happy and sad faces count, and no angry one."""
    run = finetuned(folder, deployed, BenchmarkName.FOLDER, dataset="own", also_test=("jaffe",))
    (row,) = run.read()["result"]["rows"]
    found = row["also_tested"]["jaffe"]
    assert found["classes"] == ["happy", "sad"]
    assert found["faces"] == np.sum(found["confusion"]) == len(PEOPLE) * 4


def test_without_a_test_split_a_network_of_all_people_is_tested_on_another_dataset(
    folder: Path, deployed: dict[str, str]
) -> None:
    """Beside the folds; and a run that goes on sees the other dataset as it was."""
    settings: dict[str, Any] = {"store": str(folder / "store"), "runs": folder / "runs"}
    with temporary_settings({PREFECT_API_URL: deployed["PREFECT_API_URL"]}):
        ingest(BenchmarkName.FOLDER, folder / "own", dataset="growing", **settings)
    protocol = Protocol(folds=2)
    run = finetuned(
        folder, deployed, BenchmarkName.JAFFE, protocol=protocol, also_test=("growing",)
    )
    (row,) = run.read()["result"]["rows"]
    found = row["also_tested"]["growing"]
    assert (found["classes"], found["faces"]) == (["happy", "sad"], 12)
    assert set(found["scores"]) == {"best", "last", "average"}
    whole = run.path / "scn-random" / "whole"
    selecting = read(whole / "predictions" / "validation-best.parquet")
    samples = pq.read_table(next(whole.glob("epoch-*")) / "samples.parquet")
    faces = [*samples["face_id"].to_pylist(), *selecting.face_ids]
    assert len(faces) == len(set(faces)) == len(PEOPLE) * 6
    assert found["scores"]["best"]["temperature"] == temperature_of(selecting)
    dataset_of(folder / "store", "growing", [Face("test/new", 77)], ["happy"])
    begun = {path: path.stat().st_mtime_ns for path in run.path.rglob("*.safetensors")}
    with temporary_settings({PREFECT_API_URL: deployed["PREFECT_API_URL"]}):
        finetune(
            BenchmarkName.JAFFE, start="random", train=TRAIN, protocol=protocol,
            also_test=("growing",), run=run.run_id, **settings,
        )  # fmt: skip
    (again,) = run.read()["result"]["rows"]
    assert again["also_tested"] == row["also_tested"]
    assert {path: path.stat().st_mtime_ns for path in run.path.rglob("*.safetensors")} == begun


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        (['also_test=["nowhere"]'], "there is no dataset 'nowhere'"),
        (['also_test=["own"]'], "must not be what is trained on"),
        (["protocol.folds=3"], "has a test split"),
        (['protocol.without=["joy"]'], "without: is 'joy', must be one of"),
        (["protocol.noise.kind=file"], "must be given for kind file"),
        (["protocol.selection=best"], "protocol.selection: is 'best'"),
    ],
)
def test_a_protocol_that_does_not_fit_is_refused_before_anything_is_written(
    folder: Path, settings: list[str], said: str
) -> None:
    """One sentence, exit code 2."""
    before = set(folder.rglob("*"))
    arguments = ["finetune", "folder", "--store", str(folder / "store"), "--runs"]
    arguments += [str(folder / "runs"), "--set", "dataset=own", "--set", "start=random"]
    for setting in settings:
        arguments += ["--set", setting]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 2
    assert said in result.stderr
    assert set(folder.rglob("*")) == before


def test_a_run_goes_on_under_its_own_protocol_only(folder: Path, deployed: dict[str, str]) -> None:
    """Another one is refused by its field and values."""
    run = finetuned(folder, deployed, BenchmarkName.FOLDER, dataset="own")
    result = CliRunner().invoke(
        app,
        ["finetune", "folder", "--store", str(folder / "store"), "--runs", str(folder / "runs"),
         "--set", "dataset=own", "--set", "start=random", "--set", f"run={run.run_id}",
         "--selection", "test"],
    )  # fmt: skip
    assert result.exit_code == 2
    assert "selection is test, was validation" in result.stderr
