"""What a run rests on beside its configuration: it goes on with the same, or not at all."""

import json
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final

from scn.config import TrainConfig
from storage.reader import FaceReader

# So many lanes make an order that is the same for 1, 2, 4 and 8 processes.
_LANES: Final = 8
_RANDOM: Final = "random weights"


@dataclass(frozen=True, slots=True)
class Premises:
    """What a run began with.

    Attributes:
        initial: path of the checkpoint that it started from; none for random weights.
        validation: digest of the faces that choose its checkpoint, and of their labels.
        processes: that shared its batches.
        lanes: of the order of its faces, see `storage.order`.
    """

    initial: str | None
    validation: str
    processes: int
    lanes: int


def premises_of(validation: FaceReader, initial: Path | None, processes: int) -> Premises:
    """Those of a run that begins now."""
    start = str(initial.resolve()) if initial else None
    lanes = processes if _LANES % processes else _LANES
    return Premises(start, _digest(validation), processes, lanes)


def differences(before: Premises, now: Premises, config: TrainConfig) -> list[str]:
    """What keeps a run from going on as what it was, in words; nothing if it may."""
    found = []
    if now.initial != before.initial:
        found.append(f"initial is {now.initial or _RANDOM}, was {before.initial or _RANDOM}")
    if now.validation != before.validation:
        found.append("the faces that choose the checkpoint or their labels are others")
    reason = _bound(before, now.processes, config)
    if now.processes != before.processes and reason:
        found.append(f"processes is {now.processes}, was {before.processes} ({reason})")
    return found


def _bound(before: Premises, processes: int, config: TrainConfig) -> str:
    """Why another number of processes would learn something else; empty where it would not."""
    if before.lanes % processes:
        return f"they cannot share the {before.lanes} lanes of the order of the faces"
    if config.batch_norm == "batch":
        return "batch_norm is batch, whose statistics are of each process's faces"
    if config.rank_over == "process":
        return "rank_over is process"
    if config.method == "rul":
        return "method is rul, whose dropout is each process's own"
    return ""


def _digest(faces: FaceReader) -> str:
    columns = [faces.index[name].to_pylist() for name in ("face_id", "emotion")]
    return sha256(json.dumps(columns).encode()).hexdigest()
