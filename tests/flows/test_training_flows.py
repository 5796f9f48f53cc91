"""Ingest, pretraining and fine-tuning as flows on a real server."""

from pathlib import Path

import httpx
import numpy as np
import pytest
from prefect.settings import PREFECT_API_URL, temporary_settings

from demo.benchmark_faces import benchmark_faces
from demo.layouts import write_rafdb
from flows.finetune import finetune
from flows.ingest import ingest
from flows.maintain import maintain
from flows.pretrain import pretrain
from flows.reports.run_report import REPORT
from flows.runs import Run, latest
from scn.benchmarks import BenchmarkName
from scn.config import TrainConfig
from storage.labels import labels_as_of
from storage.store import open_store
from tests.scn.benchmarks.copies import picture

pytestmark = pytest.mark.timeout(600)

SEVEN = ("neutral", "happy", "sad", "surprise", "fear", "disgust", "anger")
TRAIN = TrainConfig.model_validate(
    {"preset": "reference", "image_size_px": 32, "batch_size": 16, "epochs": 2,
     "relabel_from_epoch": 1, "relabel_margin": 0.0}
)  # fmt: skip


@pytest.fixture(scope="module")
def folder(deployed: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with RAF-DB ingested, a pretraining on it, and a fine-tuning compared."""
    made = tmp_path_factory.mktemp("flows")
    write_rafdb(
        made / "official",
        {
            split: benchmark_faces(dict.fromkeys(SEVEN, count), seed=seed, size_px=100)
            for seed, (split, count) in enumerate({"train": 4, "test": 2}.items())
        },
    )
    store, runs = str(made / "store"), made / "runs"
    with temporary_settings({PREFECT_API_URL: deployed["PREFECT_API_URL"]}):
        for _ in range(2):
            ingest(BenchmarkName.RAFDB, made / "official", store=store, runs=runs)
        pretrain(store=store, dataset="raf-db", runs=runs, train=TRAIN)
        finetune(BenchmarkName.RAFDB, store=store, runs=runs, train=TRAIN, compare=True)
        maintain(store=store)
    return made


def _finished(folder: Path, kind: str) -> Run:
    run = latest(folder / "runs", kind)
    assert run is not None
    return run


def test_ingesting_twice_keeps_each_image_once(folder: Path) -> None:
    faces = open_store(str(folder / "store")).dataset("raf-db").scan("faces", ["face_id"])
    assert faces.num_rows == len(set(faces["face_id"].to_pylist())) == 7 * 6
    assert _finished(folder, "ingest").read()["result"]["added"] == 0


def test_fine_tuning_compares_four_ways_on_the_whole_test_split(folder: Path) -> None:
    rows = _finished(folder, "finetune").read()["result"]["rows"]
    assert {(row["method"], row["start"]) for row in rows} == {
        (method, start) for method in ("scn", "baseline") for start in ("pretrained", "random")
    }
    for row in rows:
        confusion = np.array(row["confusion"])
        assert confusion.sum() == row["faces"] == 7 * 2
        assert row["accuracy"] == pytest.approx(np.trace(confusion) / confusion.sum())


def test_a_fine_tuning_keeps_which_pretraining_it_began_from(folder: Path) -> None:
    run = _finished(folder, "finetune")
    best = _finished(folder, "pretrain").read()["result"]["best"]
    assert run.read()["parameters"]["initial"] == best
    origins = {path.parent.name: path.read_text() for path in run.path.rglob("origin.json")}
    assert origins.keys() == {"scn-pretrained", "baseline-pretrained"}
    assert all(best in origin for origin in origins.values())


def test_the_labels_a_run_changed_are_events_in_the_store(folder: Path) -> None:
    run = _finished(folder, "pretrain")
    dataset = open_store(str(folder / "store")).dataset("raf-db")
    events = dataset.scan("labels").to_pylist()
    assert (
        sum(event["run_id"] == run.run_id for event in events)
        == (run.read()["result"]["label_changes"])
    )
    original = dataset.scan("faces", ["face_id", "emotion"]).to_pylist()
    changed = labels_as_of(dataset, run.run_id)
    differing = {row["face_id"] for row in original if changed[row["face_id"]] != row["emotion"]}
    assert differing <= {event["face_id"] for event in events}


def test_each_result_names_the_data_it_is_of(folder: Path) -> None:
    """Ingest, pretraining and fine-tuning saw the same faces."""
    results = [
        _finished(folder, kind).read()["result"] for kind in ("ingest", "pretrain", "finetune")
    ]
    assert len({result["fingerprint"] for result in results}) == 1


def test_the_server_holds_the_artifacts_that_a_person_wants_to_see(
    folder: Path, deployed: dict[str, str]
) -> None:
    wanted = {"ingest-rafdb", "curves-scn", "results-rafdb", "faces-raf-db", "report-rafdb"}
    wanted.add("confusion-rafdb-scn-pretrained")
    answer = httpx.post(
        f"{deployed['PREFECT_API_URL']}/artifacts/latest/filter",
        json={"artifacts": {"key": {"any_": sorted(wanted)}}},
        timeout=30,
    )
    assert {artifact["key"] for artifact in answer.json()} == wanted


def test_a_fine_tuning_leaves_its_report_of_every_way_in_its_folder(folder: Path) -> None:
    """Without being told where the store is: the run recorded it."""
    run = _finished(folder, "finetune")
    page = (run.path / REPORT).read_text()
    for row in run.read()["result"]["rows"]:
        assert f"{row['method']}-{row['start']}" in page
    assert run.read()["parameters"]["store"] == str(folder / "store")
    assert "data:image/jpeg" in page
    assert "picture missing" not in page


def test_a_folder_of_any_classes_that_grew_is_ingested_and_trained_on_by_two_processes(
    deployed: dict[str, str], tmp_path: Path
) -> None:
    """Nothing is kept twice, and the run's log is that of one training."""
    images, store, runs = tmp_path / "images", str(tmp_path / "store"), tmp_path / "runs"
    with temporary_settings({PREFECT_API_URL: deployed["PREFECT_API_URL"]}):
        for count in (6, 9):
            for number in range(count):
                for seed, name in enumerate(("rust", "blight")):
                    file = images / name / f"{number}.png"
                    file.parent.mkdir(parents=True, exist_ok=True)
                    file.write_bytes(picture(".png", seed=2 * number + seed))
            ingest(BenchmarkName.FOLDER, images, store=store, runs=runs, dataset="leaves")
        train = TRAIN.model_copy(update={"epochs": 1, "holdout_share": 0.3, "batch_size": 4})
        pretrain(store=store, dataset="leaves", runs=runs, train=train, processes=2)
    faces = open_store(store).dataset("leaves").scan("faces", ["face_id"])["face_id"].to_pylist()
    assert len(faces) == len(set(faces)) == 18
    ingested = latest(runs, "ingest")
    trained = latest(runs, "pretrain")
    assert ingested is not None
    assert trained is not None
    assert ingested.read()["result"]["added"] == 6
    result = trained.read()["result"]
    assert result["classes"] == ["blight", "rust"]
    steps = (trained.path / "checkpoints" / "steps.jsonl").read_text().splitlines()
    assert len(steps) == -(-result["faces"] // 4)
