"""The commands on labels."""

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from flows.cli import app
from storage.labels import append_events
from storage.store import open_store
from tests.storage.rows import faces
from tests.storage.test_labels import A, B, relabels


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """Three happy faces, two of them relabelled by a run."""
    dataset = open_store(str(tmp_path), create=True).dataset("webemotion", create=True)
    dataset.append_faces({"a": faces("a", 3)})
    append_events(dataset, "pretrain-1", relabels((A, 2, "happy", "sad"), (B, 3, "happy", "fear")))
    return tmp_path


def _run(store: Path, *arguments: str) -> Result:
    return CliRunner().invoke(app, ["labels", *arguments, "--store", str(store)])


def _labels(store: Path, *arguments: str) -> list[str]:
    lines = _run(store, "show", "pretrain-1", *arguments).stdout.splitlines()
    return [line.split(",")[2] for line in lines[1:]]


def test_labels_are_shown_as_of_an_epoch_and_taken_back(store: Path) -> None:
    assert "pretrain-1 │ 0     │ 2       │ 0     │ 0" in _run(store, "list").output
    assert _labels(store) == ["sad", "fear", "happy"]
    assert _labels(store, "--epoch", "2") == ["sad", "happy", "happy"]
    undone = _run(store, "undo", "pretrain-1", "--emotion", "fear")
    assert "1 changes of pretrain-1 taken back" in undone.output
    assert _labels(store) == ["sad", "happy", "happy"]
    assert _labels(store, "--as-trained") == ["sad", "fear", "happy"]
    assert _run(store, "set", "pretrain-1", B, "disgust").exit_code == 0
    out = store / "labels.csv"
    assert _run(store, "show", "pretrain-1", "--out", str(out)).output == ""
    assert f"{B},happy,disgust" in out.read_text().splitlines()


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["undo", "none"], "'none' has no label events"),
        (["show", "none"], "must be one of ['pretrain-1']"),
        (["undo", "pretrain-1", "--epoch", "9"], "has 9, but 2, 3"),
        (["set", "pretrain-1", A, "joy"], "emotion: is 'joy', must be one of neutral"),
        (["set", "pretrain-1", "x", "sad"], "there is no such face"),
    ],
)
def test_a_wrong_name_is_refused_with_what_there_is(
    store: Path, arguments: list[str], problem: str
) -> None:
    done = _run(store, *arguments)
    assert done.exit_code == 2
    assert problem in done.output
