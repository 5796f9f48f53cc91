"""Files that are damaged or of another run are refused with an error that names them."""

from pathlib import Path
from typing import Any

import pytest
import torch

from scn.backbones import make_backbone
from scn.checkpoint import load, newest
from scn.config import TrainConfig, preset
from scn.errors import CheckpointError, WeightsError
from scn.fitting import fit
from scn.premises import premises_of
from scn.resuming import resumable
from scn.weights import load_weights
from tests.scn.checkpoints import write_checkpoint
from tests.scn.faces import CLASSES, SIZE_PX, reader_of, true_emotions

CONFIG = TrainConfig(image_size_px=SIZE_PX, batch_size=16, epochs=1)


@pytest.mark.parametrize("state", ["[]", "null", "{}", '{"config": {}, "classes": null}', "{"])
def test_a_checkpoint_with_a_damaged_state_is_named(tmp_path: Path, state: str) -> None:
    path = write_checkpoint(tmp_path, CONFIG, CLASSES)
    (path / "state.json").write_text(state)
    with pytest.raises(CheckpointError, match=path.name):
        load(path)


@pytest.mark.parametrize(
    "content", [b"", b"\x80", b"\x80\x02.", {1: torch.zeros(1)}, {"state_dict": [1]}, [1]]
)
def test_a_file_that_holds_no_weights_is_named(tmp_path: Path, content: Any) -> None:
    path = tmp_path / "odd.pth"
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        torch.save(content, path)
    with pytest.raises(WeightsError, match=r"odd\.pth"):
        load_weights(make_backbone("resnet18"), path)


def test_the_newest_checkpoint_is_that_of_the_highest_epoch(tmp_path: Path) -> None:
    for name in ("epoch-9999", "epoch-10000", "epoch-0notes"):
        (tmp_path / name).mkdir()
    assert newest(tmp_path) == tmp_path / "epoch-10000"


def test_a_run_does_not_go_on_with_other_faces_of_the_same_version(tmp_path: Path) -> None:
    emotions = true_emotions(33)
    first = reader_of(tmp_path / "first", emotions)
    other = reader_of(tmp_path / "other", emotions[1:] + emotions[:1])
    assert first.version == other.version
    fit(CONFIG, first, first, CLASSES, tmp_path / "run")
    premises = premises_of(first, None, 1)
    assert resumable(tmp_path / "run", CONFIG, CLASSES, first, premises)
    with pytest.raises(CheckpointError, match="faces or their given labels"):
        resumable(tmp_path / "run", CONFIG, CLASSES, other, premises)


def test_a_log_lost_in_a_crash_after_the_last_epoch_is_written_again(tmp_path: Path) -> None:
    reader = reader_of(tmp_path / "store", true_emotions(33))
    fit(CONFIG, reader, reader, CLASSES, tmp_path / "run")
    log = (tmp_path / "run" / "epochs.jsonl").read_text()
    (tmp_path / "run" / "epochs.jsonl").unlink()
    fit(CONFIG, reader, reader, CLASSES, tmp_path / "run")
    assert (tmp_path / "run" / "epochs.jsonl").read_text() == log


def test_a_part_of_the_augmentation_keeps_the_rest_of_the_preset() -> None:
    changed = preset("reference", augmentation={"noise": 0})
    assert changed.augmentation.noise == 0
    assert (changed.augmentation.flip, changed.augmentation.shift) == (0.25, 0)


@pytest.mark.parametrize("option", [{"batch_size": 1}, {"step_epochs": [-5]}])
def test_options_that_train_nothing_are_refused(option: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(option))):
        TrainConfig.model_validate(option)
