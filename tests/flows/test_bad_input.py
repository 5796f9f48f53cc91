"""Bad input to the command line: one clear sentence, exit code 2, and nothing written."""

from pathlib import Path

import pytest
from deltalake import DeltaTable
from typer.testing import CliRunner, Result

from flows.cli import app
from flows.runs import start_run
from scn.config import TrainConfig
from storage.schema import TABLES
from storage.store import open_store
from tests.scn.benchmarks.copies import rafdb
from tests.scn.checkpoints import write_checkpoint
from tests.storage.rows import faces


def _run(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments))


def _files(folder: Path) -> set[Path]:
    return set(folder.rglob("*"))


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ('plan.emotions=["joy"]', "joy"),
        ("plan.emotions=[]", "nothing to search for"),
        ("harvesting.min_face_s=-1", "harvesting.min_face_s: is -1"),
        ("searching.max_duration_s=-240", "searching.max_duration_s: is -240"),
        ("plan.lexicon=/nowhere.toml", "/nowhere.toml"),
        ("work.scratch=/dev/null/scratch", "/dev/null"),
        ("dataset=../../elsewhere", "dataset: is '../../elsewhere'"),
        ("plan.emotions.x=1", "plan.emotions"),
    ],
)
def test_a_wrong_setting_of_a_collection_is_refused(
    tmp_path: Path, setting: str, said: str
) -> None:
    store = tmp_path / "store"
    result = _run("collect", "--store", str(store), "--set", setting)
    assert result.exit_code == 2
    assert said in result.stderr
    assert result.stderr.count("\n") == 1
    assert _files(tmp_path) == set()


@pytest.mark.parametrize("command", ["stats", "collect", "pretrain"])
@pytest.mark.parametrize("store", ["", "gs://bucket/prefix", "s3://B"])
def test_a_store_that_is_neither_a_folder_nor_in_a_bucket_is_refused(
    command: str, store: str
) -> None:
    result = _run(command, "--store", store)
    assert result.exit_code == 2
    assert f"store: is {store!r}" in result.stderr


def test_a_value_cannot_be_set_below_another(tmp_path: Path) -> None:
    store = str(tmp_path / "store")
    result = _run("collect", "--store", store, "--set", "plan=3", "--set", "plan.lexicon=x")
    assert result.exit_code == 2
    assert "plan has a value already, 3" in result.stderr


def test_a_store_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    result = _run("collect", "--store", str(tmp_path / "file" / "store"))
    assert result.exit_code == 2
    assert "cannot be written" in result.stderr
    assert _files(tmp_path) == {tmp_path / "file"}


@pytest.mark.parametrize("command", [["pretrain"], ["finetune", "rafdb"]])
def test_a_training_whose_labels_could_not_be_kept_is_refused(command: list[str]) -> None:
    result = _run(*command, "--store", "/proc")
    assert result.exit_code == 2
    assert "store /proc: cannot be written" in result.stderr


@pytest.mark.parametrize(
    ("command", "there"),
    [
        ("stats", list(TABLES)),
        ("pretrain", list(TABLES)),
        ("collect", list(TABLES)),
        ("collect", ["faces"]),
        ("collect", ["labels"]),
    ],
)
def test_a_store_of_another_schema_version_is_refused(
    tmp_path: Path, command: str, there: list[str]
) -> None:
    for table in there:
        DeltaTable.create(
            str(tmp_path / "webemotion" / table),
            schema=TABLES[table],
            configuration={"webemotion.schemaVersion": "99"},
            raise_if_key_not_exists=False,
        )
    before = _files(tmp_path)
    result = _run(command, "--store", str(tmp_path))
    assert result.exit_code == 2
    assert "schema version is 99" in result.stderr
    assert _files(tmp_path) == before


@pytest.mark.parametrize("benchmark", ["rafdb", "affectnet", "ferplus"])
def test_a_folder_that_is_no_benchmark_is_refused(tmp_path: Path, benchmark: str) -> None:
    (tmp_path / "holiday.jpg").write_bytes(b"no benchmark")
    before = _files(tmp_path)
    result = _run("ingest", benchmark, str(tmp_path), "--store", str(tmp_path / "store"))
    assert result.exit_code == 2
    assert str(tmp_path) in result.stderr
    assert "expected" in result.stderr
    assert _files(tmp_path) == before


def test_an_ingest_into_a_dataset_of_something_else_is_refused(tmp_path: Path) -> None:
    rafdb(tmp_path / "files")
    dataset = open_store(str(tmp_path / "store"), create=True).dataset("mine", create=True)
    dataset.append_faces({"a": faces("a", 2)})
    before = _files(tmp_path)
    result = _run(
        "ingest", "rafdb", str(tmp_path / "files"), "--store", str(tmp_path / "store"),
        "--set", f"runs={tmp_path / 'runs'}", "--set", "dataset=mine",
    )  # fmt: skip
    assert result.exit_code == 2
    assert "dataset: mine holds another form of these faces" in result.stderr
    assert result.stderr.count("\n") == 1
    assert _files(tmp_path) == before


def test_a_run_whose_checkpoint_has_other_classes_is_refused(tmp_path: Path) -> None:
    dataset = open_store(str(tmp_path / "store"), create=True).dataset("raf-db", create=True)
    batches = {
        f"{split}-{emotion}": faces(f"{split}-{emotion}", 4, split=split, emotion=emotion)
        for split in ("train", "validation", "test")
        for emotion in ("happy", "sad")
    }
    dataset.append_faces(batches)
    config = TrainConfig(image_size_px=32)
    folder = start_run(tmp_path / "runs", "finetune", {}, "mine").path / "scn-random"
    write_checkpoint(folder, config, classes=("anger", "contempt"))
    before = _files(tmp_path)
    result = _run(
        "finetune", "rafdb", "--store", str(tmp_path / "store"), "--runs", str(tmp_path / "runs"),
        "--set", "run=mine", "--set", "start=random", "--set", "train.image_size_px=32",
    )  # fmt: skip
    assert result.exit_code == 2
    assert "anger, contempt" in result.stderr
    assert "happy, sad" in result.stderr
    assert _files(tmp_path) == before


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ("train.backbone_weights=/nowhere.pth", "/nowhere.pth"),
        ("start=/nowhere", "checkpoint /nowhere"),
        ("runs=/dev/null/runs", "/dev/null"),
        ("run=mistyped", "there is no run 'mistyped'"),
        ("run=../..", "run: is '../..'"),
    ],
)
def test_a_training_that_cannot_start_is_refused_before_anything_is_written(
    tmp_path: Path, setting: str, said: str
) -> None:
    result = _finetune(tmp_path, ["train", "validation", "test"], setting)
    assert result.exit_code == 2
    assert said in result.stderr
    assert result.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("missing", "said"),
    [
        ("train", "no faces to train on"),
        ("validation", "faces to choose a checkpoint by: 0"),
        ("test", "no faces in its test split"),
    ],
)
def test_a_benchmark_without_a_split_is_refused(tmp_path: Path, missing: str, said: str) -> None:
    splits = [split for split in ("train", "validation", "test") if split != missing]
    result = _finetune(tmp_path, splits, "train.holdout_share=0.0001")
    assert result.exit_code == 2
    assert said in result.stderr


def _finetune(folder: Path, splits: list[str], *settings: str) -> Result:
    """Fine-tune from random weights on faces of the splits; nothing may be written."""
    store = folder / "store"
    dataset = open_store(str(store), create=True).dataset("raf-db", create=True)
    dataset.append_faces({split: faces(split, 4, split=split) for split in splits})
    before = _files(folder)
    given = ["start=random", f"runs={folder / 'runs'}", "train.image_size_px=32", *settings]
    result = _run(
        "finetune", "rafdb", "--store", str(store), *(f"--set={setting}" for setting in given)
    )
    assert _files(folder) == before
    return result


def test_fine_tuning_without_a_pretraining_says_what_to_do(tmp_path: Path) -> None:
    dataset = open_store(str(tmp_path / "store"), create=True).dataset("raf-db", create=True)
    dataset.append_faces({"a": faces("a", 2)})
    result = _run(
        "finetune", "rafdb", "--store", str(tmp_path / "store"), "--runs", str(tmp_path / "runs")
    )
    assert result.exit_code == 2
    assert "pretrain first" in result.stderr
