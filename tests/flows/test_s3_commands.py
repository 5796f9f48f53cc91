"""Every command with a store in an S3 bucket, and no trace of the credentials anywhere."""

import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from demo.benchmark_faces import benchmark_faces
from demo.catalogue import Catalogue
from demo.layouts import write_rafdb
from demo.settings import PLAN
from demo.youtube import StandIn
from storage.store import open_store
from tests.flows.collecting import FACE, ROBOT, Done, collect, two_videos, waits, webemotion
from tests.storage.servers import (
    ACCESS_KEY,
    SECRET_KEY,
    make_bucket,
    moto,
    set_environment,
)
from webemotion.planning.lexicon import load_lexicon, plan

pytestmark = pytest.mark.timeout(600)

STORE = "s3://bucket/store"
SMALL = [
    f"--set=train.{name}={value}"
    for name, value in {"image_size_px": 32, "batch_size": 16, "epochs": 1}.items()
]


@pytest.fixture(scope="module")
def env(deployed: dict[str, str]) -> Iterator[dict[str, str]]:
    """The environment of a user whose store is in a bucket."""
    with moto() as endpoint, pytest.MonkeyPatch.context() as patch:
        make_bucket(endpoint, "bucket")
        set_environment(patch, endpoint)
        yield deployed


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("s3")


@pytest.fixture(scope="module")
def outputs(env: dict[str, str], folder: Path) -> dict[str, Done]:
    """What each command printed, in the order of a user's day."""
    emotions = ("neutral", "happy", "sad", "surprise", "fear", "disgust", "anger")
    faces = {
        split: benchmark_faces(dict.fromkeys(emotions, count), seed=count, size_px=100)
        for split, count in {"train": 4, "test": 2}.items()
    }
    write_rafdb(folder / "official", faces)
    here = ["--store", STORE]
    runs = ["--runs", str(folder / "runs")]
    results = {plan(load_lexicon(), **PLAN)[0].text: (FACE, ROBOT)}
    with StandIn(Catalogue(two_videos(folder), results)) as site:
        done = {"collect": collect(env, STORE, folder / "scratch", site)}
    runs_set = f"--set=runs={folder / 'runs'}"
    ingest = ["ingest", "rafdb", str(folder / "official"), *here, runs_set]
    finetune = ["finetune", "rafdb", *here, *runs, *SMALL, "--set=start=random"]
    forget = ["forget", "--video", FACE, *here, *runs]
    pretrain = ["pretrain", *here, *runs, *SMALL, "--set=dataset=raf-db"]
    export = ["export", "--ids", str(folder / "ids.jsonl"), *here]
    labels = ["labels", "list", "--dataset", "raf-db", *here]
    tar = ["export", "--webdataset", str(folder / "tar"), *here]
    done["export --webdataset"] = webemotion(tar, env)
    for command in (
        ["plan", *here], ingest, finetune, pretrain, ["maintain", *here], ["stats", *here],
        ["datasheet", *here], export, labels, forget,
    ):  # fmt: skip
        done[command[0]] = webemotion(command, env)
    with StandIn(Catalogue(two_videos(folder), results)) as site:
        done["collect again"] = collect(env, STORE, folder / "scratch", site)
        done["recheck"] = _visit(["recheck", *here, "--set=older_than_days=0"], env, folder, site)
        asked = [request.path for request in site.requests if FACE in request.path]
        listed = ["import", "--ids", str(folder / "ids.jsonl"), "--store", f"{STORE}-copy"]
        done["import"] = _visit(listed, env, folder, site)
    done["fsck"] = webemotion(["fsck", *here], env)
    assert not asked, "a forgotten video was asked for"
    return done


def _visit(command: list[str], env: dict[str, str], folder: Path, site: StandIn) -> Done:
    """One command that visits videos of `site`."""
    trusting = {**env, "SSL_CERT_FILE": str(site.certificate)}
    settings = waits(site, folder / "scratch")
    if command[0] == "recheck":
        settings = {name: settings[name] for name in ("downloading", "manners")}
    given = [f"--set={name}={json.dumps(value)}" for name, value in settings.items()]
    return webemotion([*command, *given], trusting)


def test_every_command_works(outputs: dict[str, Done]) -> None:
    assert {name: done.stderr for name, done in outputs.items() if done.returncode} == {}
    assert "raf-db: 42 faces" in outputs["stats"].stdout
    assert f"Receipt: video {FACE} is forgotten in {STORE}" in outputs["forget"].stdout
    assert "2 videos, 2 clips" in outputs["export"].stdout
    assert outputs["datasheet"].stdout.startswith("# Datasheet of webemotion")
    recheck = outputs["recheck"].stdout + outputs["recheck"].stderr
    assert "1 unchanged" in recheck


def test_the_bucket_holds_what_was_collected_and_not_forgotten(
    outputs: dict[str, Done], env: dict[str, str]
) -> None:
    videos = open_store(STORE).dataset("webemotion").scan("faces", ["video_id"])["video_id"]
    assert set(videos.to_pylist()) == {ROBOT}
    assert "whole" in outputs["fsck"].stdout


def test_credentials_are_in_no_output_record_checkpoint_log_or_artifact(
    outputs: dict[str, Done], folder: Path, api: httpx.Client
) -> None:
    texts = [done.stdout + done.stderr for done in outputs.values()]
    texts += [p.read_bytes().decode("latin-1") for p in folder.rglob("*") if p.is_file()]
    for what in ("logs", "artifacts", "flow_runs"):
        texts.append(json.dumps(api.post(f"/{what}/filter", json={"limit": 200}).json()))
    assert any(STORE in text for text in texts)
    for secret in (ACCESS_KEY, SECRET_KEY):
        assert not [text[:200] for text in texts if secret in text]
