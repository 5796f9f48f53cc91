"""What a training would cost, found by a step and an evaluation; nothing is written."""

import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from scn.checkpoint import Checkpoint
from scn.config import TrainConfig
from scn.evaluation import evaluate
from scn.faces import Faces
from scn.fitting import prepare
from scn.run_state import checkpoint_of
from scn.training import Trainer
from storage.reader import FaceReader

_TESTED: Final = 2
"""Networks that are tested: the best and the last."""
READ_AT_A_TIME: Final = 256


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """The cost of one training on this machine.

    Attributes:
        faces: that are trained on.
        steps: of an epoch.
        epochs: at most.
        step_s: seconds of a step.
        evaluation_s: seconds of the evaluation after each epoch.
        test_s: seconds of the test at the end.
        checkpoint_bytes: size of a checkpoint.
        checkpoints: most that are on the disk at a time.
    """

    faces: int
    steps: int
    epochs: int
    step_s: float
    evaluation_s: float
    test_s: float
    checkpoint_bytes: int
    checkpoints: int

    @property
    def hours(self) -> float:
        """Of the whole training."""
        return (self.epochs * (self.steps * self.step_s + self.evaluation_s) + self.test_s) / 3600

    @property
    def disk_bytes(self) -> int:
        """Of its checkpoints, at most."""
        return self.checkpoint_bytes * self.checkpoints


def rehearse(config: TrainConfig, faces: Faces, initial: Path | None = None) -> Rehearsal:
    """Do the first steps of a training and evaluate once.

    Raises:
        ScnError: faces, weights and configuration do not fit, or the loss is not finite.
        UnreadableImage: an image does not decode.
    """
    with tempfile.TemporaryDirectory() as folder:
        trainer = prepare(
            config, faces.train, faces.validation, faces.classes, Path(folder), initial=initial
        )
        # A batch that stops the run is kept in its folder.
        steps, step_s = _first_steps(trainer)
    evaluation_s = _seconds(lambda: _evaluate(trainer))
    per_face_s = evaluation_s / len(faces.validation)
    return Rehearsal(
        faces=len(faces.train),
        steps=steps,
        epochs=config.epochs,
        step_s=step_s,
        evaluation_s=evaluation_s,
        test_s=_TESTED * per_face_s * (len(faces.validation) + len(faces.test)),
        checkpoint_bytes=_size(checkpoint_of(trainer)),
        # The last ones, the best, and the one that is being written.
        checkpoints=config.checkpoints + 2,
    )


def read_all(parts: Sequence[FaceReader]) -> Iterator[int]:
    """Decode every image of some parts, as training will; yields how many so far.

    Raises:
        UnreadableImage: one does not decode; it is named.
    """
    done = 0
    for part in parts:
        for batch in part.batches(batch_size=READ_AT_A_TIME, shuffle=False):
            done += len(batch.indexes)
            yield done


def _first_steps(trainer: Trainer) -> tuple[int, float]:
    """Steps of an epoch, and seconds of one: the second, since the first also warms up."""
    steps = trainer.steps()
    begun_s = time.monotonic()
    row = next(steps)
    first_s = time.monotonic() - begun_s
    second_s = _seconds(lambda: next(steps, None)) if row.steps > 1 else first_s
    return row.steps, second_s


def _evaluate(trainer: Trainer) -> None:
    evaluate(trainer.learning.network, trainer.validation, trainer.classes, trainer.device)


def _seconds(work: Callable[[], object]) -> float:
    begun_s = time.monotonic()
    work()
    return time.monotonic() - begun_s


def _size(checkpoint: Checkpoint) -> int:
    tensors = (*checkpoint.model.values(), *checkpoint.average.values())
    tables = (checkpoint.samples, checkpoint.events, checkpoint.pending)
    kept = sum(t.nbytes for t in (*tensors, *checkpoint.optimiser.values()))
    return kept + sum(int(table.nbytes) for table in tables)
