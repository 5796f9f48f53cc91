"""Whether a run may go on from a checkpoint: only as what it was."""

from collections.abc import Sequence
from pathlib import Path

from scn.checkpoint import Checkpoint, check_classes, load, newest
from scn.config import TrainConfig
from scn.errors import CheckpointError
from scn.premises import Premises, differences
from storage.reader import FaceReader

# What changes nothing of what is learned.
_FREE = ("checkpoint_every_s", "checkpoints", "compile")


def resumable(
    folder: Path,
    config: TrainConfig,
    classes: Sequence[str],
    train: FaceReader,
    premises: Premises,
) -> Checkpoint | None:
    """The newest checkpoint of a run's folder, if there is one and the run may go on from it.

    Raises:
        ClassMismatch: it has other classes.
        CheckpointError: it was made with another configuration, version of the store, faces, start
            or number of processes.
    """
    path = newest(folder)
    if path is None:
        return None
    found = load(path)
    check_classes(path, found.classes, classes)
    before, now = found.config.model_dump(), config.model_dump()
    changed = [
        f"{name} is {now[name]}, was {before[name]}"
        for name in now
        if now[name] != before[name] and name not in _FREE
    ]
    if found.store_version != train.version:
        changed.append(f"store version is {train.version}, was {found.store_version}")
    if not _same_faces(found, train):
        changed.append("the faces or their given labels are others")
    changed += differences(found.premises, premises, config)
    if changed:
        raise CheckpointError(f"checkpoint {path}: cannot go on, since {'; '.join(changed)}")
    return found


def _same_faces(found: Checkpoint, train: FaceReader) -> bool:
    """Whether a checkpoint's samples are the reader's faces with their labels, in order."""
    return all(
        found.samples[before].to_pylist() == train.index[now].to_pylist()
        for before, now in (("face_id", "face_id"), ("given", "emotion"))
    )
