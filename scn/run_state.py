"""A trainer's state as a checkpoint, and back."""

import numpy as np
import pyarrow as pa

from scn.checkpoint import Checkpoint
from scn.label_book import EVENTS
from scn.optimisers import restore, tensors_of
from scn.progress import Progress
from scn.training import Trainer

_SEEN = ("importance", "p_given", "p_max")


def checkpoint_of(trainer: Trainer) -> Checkpoint:
    """All that is needed to go on at the next batch."""
    learning = trainer.learning
    average = learning.average.tensors if learning.average else {}
    return Checkpoint(
        config=trainer.config,
        classes=trainer.classes,
        store_version=trainer.train.version,
        premises=trainer.premises,
        progress=trainer.progress,
        model={n: t.detach().cpu().contiguous() for n, t in learning.network.state_dict().items()},
        average={name: tensor.cpu().contiguous() for name, tensor in average.items()},
        optimiser=tensors_of(learning.optimiser),
        samples=_samples(trainer),
        events=pa.Table.from_pylist(learning.book.events, schema=EVENTS),
        pending=pa.Table.from_pylist(learning.book.pending, schema=EVENTS),
    )


def go_on(trainer: Trainer, checkpoint: Checkpoint) -> None:
    """Take up the state of a checkpoint of the same run."""
    learning, book = trainer.learning, trainer.learning.book
    learning.network.load_state_dict(checkpoint.model)
    if learning.average:
        learning.average.restore(checkpoint.average)
    restore(learning.optimiser, checkpoint.optimiser)
    place = {name: number for number, name in enumerate(trainer.classes)}
    samples = checkpoint.samples
    book.labels[:] = [place[name] for name in samples["current"].to_pylist()]
    book.events[:] = checkpoint.events.to_pylist()
    book.pending[:] = checkpoint.pending.to_pylist()
    book.proposed[:] = [place.get(name, -1) for name in samples["proposed"].to_pylist()]
    book.streak[:] = samples["streak"].to_numpy()
    for event in book.events:
        book.changes[event["index"]] += 1
    for row, column in enumerate(_SEEN):
        learning.seen[row] = samples[column].to_numpy()
    trainer.progress = Progress(**checkpoint.progress.state())


def _samples(trainer: Trainer) -> pa.Table:
    names = np.array([*trainer.classes, None], dtype=object)
    learning, book = trainer.learning, trainer.learning.book
    seen = {name: pa.array(learning.seen[n], from_pandas=True) for n, name in enumerate(_SEEN)}
    return pa.table(
        {
            "face_id": trainer.train.index["face_id"],
            "given": pa.array(names[learning.given], pa.string()),
            "current": pa.array(names[book.labels], pa.string()),
            "proposed": pa.array(names[book.proposed], pa.string()),
            "streak": pa.array(book.streak),
            **seen,
        }
    )
