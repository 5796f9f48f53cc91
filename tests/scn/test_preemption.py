"""A machine that is taken away while a run validates is given up in time, and nothing is lost."""

import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import torch

from scn.checkpoint import load, newest
from scn.config import TrainConfig
from scn.fitting import fit
from storage.reader import FaceReader
from storage.store import open_store
from tests.scn.faces import CLASSES, SIZE_PX, reader_of, true_emotions

_CONFIG = TrainConfig(
    preset="reference",
    image_size_px=SIZE_PX,
    batch_size=16,
    epochs=1,
    relabel_from_epoch=1,
    relabel_margin=0.0,
    ema_decay=0.5,
    checkpoint_every_s=1e-6,
)
_STEPS = 2
_CHILD = """
import sys
from pathlib import Path
from scn.fitting import fit
from tests.scn.test_preemption import CLASSES, _CONFIG, _faces
fit(_CONFIG, *_faces(Path(sys.argv[1])), CLASSES, Path(sys.argv[2]))
"""


def _faces(store: Path) -> tuple[FaceReader, FaceReader]:
    """32 faces to train on, and each of them 60 times to choose a checkpoint by."""
    faces = FaceReader(open_store(str(store)).dataset("faces"), image_size_px=SIZE_PX)
    return faces, faces.repeat(np.full(len(faces), 60))


def test_a_run_that_is_asked_to_end_while_it_validates_does_so(tmp_path: Path) -> None:
    """After a batch, not after them all; what it learned is kept, and it ends alike."""
    reader_of(tmp_path / "store", true_emotions(32))
    threads = {"OMP_NUM_THREADS": str(torch.get_num_threads())}
    run = tmp_path / "run"
    child = subprocess.Popen(
        [sys.executable, "-c", _CHILD, str(tmp_path / "store"), str(run)],
        env={**os.environ, **threads},
        stderr=subprocess.PIPE,
    )
    taught = run / f"step-0001-{_STEPS:06d}"
    while newest(run) != taught and child.poll() is None:
        time.sleep(0.01)
    child.terminate()
    assert b"Interrupted: asked to end in epoch 1 after 2 steps" in child.communicate(timeout=60)[1]
    assert newest(run) == taught
    assert load(taught).events.num_rows == 0
    result = fit(_CONFIG, *_faces(tmp_path / "store"), CLASSES, run)
    straight = fit(_CONFIG, *_faces(tmp_path / "store"), CLASSES, tmp_path / "straight")
    ended, undisturbed = load(result.last), load(straight.last)
    assert undisturbed.events.num_rows > 0
    assert ended.events.drop_columns("time").equals(undisturbed.events.drop_columns("time"))
    for one, other in ((ended.model, undisturbed.model), (ended.average, undisturbed.average)):
        assert all(torch.equal(tensor, other[name]) for name, tensor in one.items())
    assert {**ended.log[0], "seconds": 0} == {**undisturbed.log[0], "seconds": 0}
