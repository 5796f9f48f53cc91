"""A run goes on as what it was, or is told what is different."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from scn.checkpoint import load, newest, save
from scn.config import TrainConfig
from scn.errors import CheckpointError
from scn.fitting import Report, fit, prepare
from scn.premises import Premises, differences
from scn.processes import Processes
from scn.run_state import checkpoint_of
from scn.training import StepRow
from storage.reader import FaceReader
from tests.scn.checkpoints import write_checkpoint
from tests.scn.faces import CLASSES, SIZE_PX, reader_of, true_emotions

_CONFIG = TrainConfig(image_size_px=SIZE_PX, batch_size=16, epochs=1, checkpoint_every_s=1e-6)
_FROZEN = _CONFIG.model_copy(update={"batch_norm": "frozen"})
_BEFORE = Premises(initial=None, validation="0", processes=2, lanes=8)


class _Stopped(Exception):
    """The end of a run in its midst."""


def _stop_after(steps: int) -> Report:
    def step(row: StepRow) -> None:
        if row.step + 1 == steps:
            raise _Stopped

    return Report(step=step)


@pytest.fixture(scope="module")
def faces(tmp_path_factory: pytest.TempPathFactory) -> FaceReader:
    """The faces to train on."""
    return reader_of(tmp_path_factory.mktemp("store"), true_emotions(61))


@pytest.fixture
def begun(faces: FaceReader, tmp_path: Path) -> Callable[..., Path]:
    """Begins a run that stops after three steps, with a checkpoint of the second."""

    def begin(config: TrainConfig = _CONFIG, **options: Any) -> Path:
        folder = tmp_path / "run"
        with pytest.raises(_Stopped):
            fit(config, faces, faces, CLASSES, folder, report=_stop_after(3), **options)
        return folder

    return begin


def test_a_run_goes_on_from_its_own_start_alone(
    faces: FaceReader, begun: Callable[..., Path], tmp_path: Path
) -> None:
    """Another checkpoint, or none, is refused by name; its own need not be there any more."""
    own, other = (write_checkpoint(tmp_path / name, _CONFIG, CLASSES) for name in ("own", "other"))
    folder = begun(initial=own)
    for wrong, said in ((other, str(other)), (None, "random weights")):
        with pytest.raises(CheckpointError, match=f"initial is {said}, was {own}"):
            fit(_CONFIG, faces, faces, CLASSES, folder, initial=wrong)
    shutil.rmtree(own)
    result = fit(_CONFIG, faces, faces, CLASSES, folder, initial=own)
    assert load(result.last).premises.initial == str(own)


def test_a_run_that_began_at_random_does_not_go_on_from_a_checkpoint(
    faces: FaceReader, begun: Callable[..., Path], tmp_path: Path
) -> None:
    start = write_checkpoint(tmp_path / "start", _CONFIG, CLASSES)
    with pytest.raises(CheckpointError, match=f"initial is {start}, was random weights"):
        fit(_CONFIG, faces, faces, CLASSES, begun(), initial=start)


def test_a_checkpoint_is_not_chosen_by_other_faces_than_before(
    faces: FaceReader, begun: Callable[..., Path]
) -> None:
    """One face less, or one label that is another."""
    folder = begun()
    fewer = faces.select(np.arange(len(faces)) > 0)
    relabelled = faces.labelled([*true_emotions(60), "sad"])
    for validation in (fewer, relabelled):
        with pytest.raises(CheckpointError, match="faces that choose the checkpoint"):
            fit(_CONFIG, faces, validation, CLASSES, folder)
    fit(_CONFIG, faces, faces, CLASSES, folder)


@pytest.mark.parametrize(
    ("options", "processes", "said"),
    [
        ({}, 4, "processes is 4, was 2 (batch_norm is batch"),
        ({"batch_norm": "frozen", "rank_over": "process"}, 1, "was 2 (rank_over is process"),
        ({"batch_norm": "frozen", "preset": "rul"}, 1, "was 2 (method is rul"),
        ({"batch_norm": "frozen"}, 3, "processes is 3, was 2 (they cannot share the 8 lanes"),
    ],
)
def test_processes_that_would_learn_something_else_do_not_go_on(
    options: dict[str, Any], processes: int, said: str
) -> None:
    config = TrainConfig.model_validate(options)
    (found,) = differences(_BEFORE, replace(_BEFORE, processes=processes), config)
    assert said in found


def test_where_it_makes_no_difference_any_divisor_of_the_lanes_goes_on() -> None:
    for processes in (1, 2, 4, 8):
        assert not differences(_BEFORE, replace(_BEFORE, processes=processes), _FROZEN)


@pytest.mark.parametrize(("size", "processes"), [(16, 3), (2, 2), (4, 4)])
def test_processes_that_cannot_share_a_batch_are_refused(
    faces: FaceReader, tmp_path: Path, size: int, processes: int
) -> None:
    """Sixteen faces for three, or one face each."""
    config = _CONFIG.model_copy(update={"batch_size": size})
    with pytest.raises(ValueError, match=f"batch_size: is {size}, .* multiple of {processes}"):
        prepare(config, faces, faces, CLASSES, tmp_path, processes=Processes(size=processes))


def test_a_run_is_asked_how_many_processes_go_on(
    faces: FaceReader, begun: Callable[..., Path]
) -> None:
    """Before anything is started."""
    folder = begun()
    with pytest.raises(CheckpointError, match="processes is 2, was 1"):
        prepare(_CONFIG, faces, faces, CLASSES, folder, processes=Processes(size=2))


def test_an_order_for_three_processes_is_kept_by_one(faces: FaceReader, tmp_path: Path) -> None:
    """Each face is shown once in an epoch that others began."""
    config = _FROZEN.model_copy(update={"batch_size": 18})
    trainer = prepare(config, faces, faces, CLASSES, tmp_path, processes=Processes(size=3))
    save(tmp_path, checkpoint_of(trainer))
    fit(config, faces, faces, CLASSES, tmp_path)
    path = newest(tmp_path)
    assert path is not None
    ended = load(path)
    assert (ended.premises.lanes, ended.premises.processes) == (3, 3)
    assert ended.samples["importance"].null_count == 0
