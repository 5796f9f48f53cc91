"""`webemotion reproduce` on a real server: trained, resumed, skipped, shared and refused."""

import json
import os
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest
import torch
from prefect.settings import PREFECT_API_URL, temporary_settings
from safetensors.torch import save_file
from typer.testing import CliRunner, Result

from demo.services import ROOT, service
from flows.cli import app
from flows.reproduce import reproduce
from flows.workers import workers_online
from scn.benchmarks import BenchmarkName
from storage.store import open_store
from tests.flows.grid.grids import TRAIN, fill
from tests.storage.rows import photos

pytestmark = pytest.mark.timeout(600)

BOTH = (BenchmarkName.RAFDB, BenchmarkName.FERPLUS)


@pytest.fixture
def store(tmp_path: Path) -> str:
    """RAF-DB and WebEmotion, no FERPlus."""
    return fill(tmp_path / "store", ["raf-db", "webemotion"])


def _reproduce(deployed: dict[str, str], store: str, runs: Path, **settings: Any) -> None:
    with temporary_settings({PREFECT_API_URL: deployed["PREFECT_API_URL"]}):
        reproduce(**{"table": "table3", "store": store, "runs": runs, "train": TRAIN,
                     "benchmarks": BOTH, "seeds": 1, **settings})  # fmt: skip


def _table(runs: Path) -> list[dict[str, Any]]:
    (file,) = (runs / "reproduce").glob("table3-*.json")
    return list(json.loads(file.read_text())["cells"])


def _written(runs: Path) -> dict[str, int]:
    """When each finished training was."""
    return {
        path.parent.name: path.stat().st_mtime_ns
        for path in (runs / "reproduce").glob("*/run.json")
        if "result" in json.loads(path.read_text())
    }


def test_the_four_rows_of_pretraining_are_one_call_and_a_second_call_trains_nothing(
    store: str, deployed: dict[str, str], tmp_path: Path
) -> None:
    """Two pretrainings serve three rows; what the user does not own stays open."""
    runs = tmp_path / "runs"
    _reproduce(deployed, store, runs, parallel_runs=0)
    rows = {(row["row"], row["benchmark"]): row for row in _table(runs)}
    assert len(rows) == 4 * 2
    for (_, benchmark), row in rows.items():
        if benchmark == "rafdb":
            assert row["ours"] is not None
            assert row["seeds"] == 1
        else:
            assert row["ours"] is None
            assert row["missing"] == f"webemotion ingest ferplus PATH --store {store}"
    before = _written(runs)
    assert sorted(name.rpartition("-")[0].rpartition("-")[0] for name in before) == [
        "pretrain-baseline", "pretrain-scn",
        "rafdb-baseline", "rafdb-baseline", "rafdb-baseline", "rafdb-scn",
    ]  # fmt: skip
    starts = {
        json.loads(path.read_text())["parameters"]["start"]
        for path in (runs / "reproduce").glob("rafdb-*/run.json")
    }
    assert len(starts) == 3
    _reproduce(deployed, store, runs, parallel_runs=0)
    assert _written(runs) == before


def test_a_killed_call_goes_on_and_keeps_what_is_done(
    store: str, deployed: dict[str, str], tmp_path: Path
) -> None:
    """Killed by SIGKILL after two trainings; the same call does the other four."""
    runs = tmp_path / "runs"
    settings = [f"--set=train.{n}={json.dumps(v)}" for n, v in TRAIN.model_dump(mode="json").items()
                if v != getattr(type(TRAIN)(), n) and n != "augmentation"]  # fmt: skip
    command = ["webemotion", "reproduce", "table3", "--store", store, "--runs", str(runs),
               "--seeds", "1", '--set=benchmarks=["rafdb"]', "--set=parallel_runs=0",
               *settings]  # fmt: skip
    started = subprocess.Popen(
        command, env=deployed, cwd=ROOT, start_new_session=True, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    deadline_s = time.monotonic() + 300
    while len(_written(runs)) < 2 and time.monotonic() < deadline_s:
        time.sleep(0.2)
    os.killpg(started.pid, signal.SIGKILL)
    started.wait()
    before = _written(runs)
    assert 2 <= len(before) < 6
    done = subprocess.run(
        command, env=deployed | {"COLUMNS": "250"}, cwd=ROOT, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    after = _written(runs)
    assert len(after) == 6
    assert before.items() <= after.items()
    assert "pretrained: SCN; fine-tuned: SCN" in done.stdout


@pytest.mark.slow
def test_trainings_go_to_the_workers_that_there_are(
    store: str, deployed: dict[str, str], tmp_path: Path
) -> None:
    """One worker is online, and nothing says how many trainings to send."""
    runs = tmp_path / "runs"
    worker = ["prefect", "worker", "start", "--pool", "gpu", "--limit", "1"]
    with service("worker", worker, deployed, tmp_path / "logs"):
        _until_online(deployed)
        _reproduce(deployed, store, runs, table="table4", benchmarks=BOTH[:1])
    log = (tmp_path / "logs" / "worker.log").read_text()
    assert len(_written(runs)) == 2
    assert log.count("Beginning flow run") + log.count("Finished in state Completed") >= 2


def test_a_training_that_fails_is_named_and_the_others_are_done(
    store: str, deployed: dict[str, str], tmp_path: Path
) -> None:
    """FERPlus holds an image that does not decode."""
    fill(Path(store), ["ferplus"])
    open_store(store).dataset("ferplus").append_faces({"more": photos("broken", 1)})
    runs = tmp_path / "runs"
    with pytest.raises(RuntimeError, match=r"2 trainings failed: ferplus-baseline-.*ferplus-scn-"):
        _reproduce(deployed, store, runs, table="table4", parallel_runs=0)
    assert {name.partition("-")[0] for name in _written(runs)} == {"rafdb"}


def _cli(store: str, runs: Path, *arguments: str) -> Result:
    given = ["reproduce", "table3", "--store", store, "--runs", str(runs), "--seeds", "2"]
    train = json.dumps(TRAIN.model_dump(mode="json", exclude={"augmentation"}))
    return CliRunner().invoke(
        app, [*given, f"--set=train={train}", *arguments], env={"COLUMNS": "250"}
    )


def test_a_dry_run_reads_everything_and_estimates_each_cell(store: str, tmp_path: Path) -> None:
    """Pretrainings first, once for each seed; nothing is written."""
    before = set(tmp_path.rglob("*"))
    result = _cli(store, tmp_path / "runs", "--dry-run")
    assert result.exit_code == 0, result.output
    assert set(tmp_path.rglob("*")) == before
    assert "reading raf-db, 33 images" in result.output
    assert "reading webemotion, 33 images" in result.output
    lines = {
        cells[1].strip(): [cell.strip() for cell in cells[2:-1]]
        for line in result.output.splitlines()
        if len(cells := line.split("│")) > 3
    }
    assert lines["pretraining, scn"][0] == "2"
    scn = lines["rafdb: pretrained: SCN; fine-tuned: SCN"]
    assert scn[0] == "2"
    assert scn[-1] == "rehearsed from random weights"
    assert lines["ferplus: pretrained: nothing; fine-tuned: plain"][-1] == "something is missing"
    command = f"webemotion ingest ferplus PATH --store {store}"
    assert f"to bring what is missing: {command}" in result.output
    assert "all of it on this machine, one after another" in result.output


def test_a_dry_run_names_an_image_that_does_not_decode(store: str, tmp_path: Path) -> None:
    open_store(store).dataset("raf-db").append_faces({"more": photos("broken", 2)})
    result = _cli(store, tmp_path / "runs", "--dry-run")
    assert result.exit_code == 2
    assert "broken/00/000000" in result.stderr


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ("protocol.noise.share=0.1", "protocol.noise: must be empty"),
        ("train.method=rul", "train.method: is rul, must be scn"),
        ("train.backbone_weights=/x.pth", "name it as weights"),
        ("benchmarks=[]", "benchmarks: must be at least one"),
        ("weights=/nowhere.pth", "weights: is '/nowhere.pth'"),
        ("seeds=0", "seeds: is 0"),
    ],
)
def test_settings_that_contradict_the_table_are_refused(
    store: str, tmp_path: Path, setting: str, said: str
) -> None:
    """One sentence, exit code 2, nothing written."""
    before = set(tmp_path.rglob("*"))
    result = CliRunner().invoke(
        app, ["reproduce", "table4", "--store", store, "--runs", str(tmp_path / "runs"),
              f"--set={setting}"],
    )  # fmt: skip
    assert result.exit_code == 2
    assert said in result.stderr
    assert set(tmp_path.rglob("*")) == before


def test_weights_that_do_not_fit_are_found_before_anything_is_trained(
    store: str, tmp_path: Path
) -> None:
    """Though the rows that begin from random weights come first."""
    weights = tmp_path / "others.safetensors"
    save_file({"layer.weight": torch.zeros(3, 3)}, weights)
    before = set(tmp_path.rglob("*"))
    train = json.dumps(TRAIN.model_dump(mode="json", exclude={"augmentation"}))
    result = CliRunner().invoke(
        app, ["reproduce", "table4", "--store", store, "--runs", str(tmp_path / "runs"),
              "--weights", str(weights), f"--set=train={train}"],
    )  # fmt: skip
    assert result.exit_code == 2
    assert "rafdb, face weights, plain: " in result.stderr
    assert result.stderr.count("\n") == 1
    assert set(tmp_path.rglob("*")) == before


def _until_online(deployed: dict[str, str]) -> None:
    deadline_s = time.monotonic() + 60
    with temporary_settings({PREFECT_API_URL: deployed["PREFECT_API_URL"]}):
        while not workers_online("gpu"):
            assert time.monotonic() < deadline_s
            time.sleep(0.5)
