"""How well a model names expressions: accuracy, mean class accuracy, macro F1, confusion."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from sklearn.metrics import confusion_matrix, f1_score

from scn.batches import normalised, to_tensor
from scn.errors import ClassMismatch
from scn.network import Network
from scn.processes import Processes
from storage.reader import FaceReader

Int64Array = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float32]

_BATCH = 256


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The scores of a model on faces; `confusion` has the truth in its rows."""

    faces: int
    accuracy: float
    mean_class_accuracy: float
    macro_f1: float
    confusion: tuple[tuple[int, ...], ...]


def class_indexes(reader: FaceReader, classes: Sequence[str]) -> Int64Array:
    """The class index of each face's original label, int64 [N].

    Raises:
        ClassMismatch: a face has a label that is not among the classes.
    """
    emotions = reader.index["emotion"].to_pylist()
    if strangers := sorted(set(emotions) - set(classes)):
        raise ClassMismatch(f"classes are {', '.join(classes)}: the faces also have {strangers}")
    place = {name: number for number, name in enumerate(classes)}
    return np.array([place[emotion] for emotion in emotions], np.int64)


def evaluate(
    network: Network,
    reader: FaceReader,
    classes: Sequence[str],
    device: torch.device,
    processes: Processes | None = None,
    between: Callable[[], None] = lambda: None,
) -> Evaluation:
    """Score a network against the original labels of a reader's faces.

    The means over classes leave out classes that no face has: RAF-DB, for one, has no contempt.
    `between` is called after each batch.
    """
    truth = class_indexes(reader, classes)
    predicted = logits_of(network, reader, device, processes, between).argmax(axis=1)
    matrix = confusion_matrix(truth, predicted, labels=range(len(classes)))
    present = np.flatnonzero(matrix.sum(axis=1))
    recalls = matrix.diagonal()[present] / matrix.sum(axis=1)[present]
    return Evaluation(
        faces=len(truth),
        accuracy=float((truth == predicted).mean()),
        mean_class_accuracy=float(recalls.mean()),
        macro_f1=float(
            f1_score(truth, predicted, labels=present, average="macro", zero_division=0)
        ),
        confusion=tuple(tuple(int(n) for n in row) for row in matrix),
    )


def predict(
    network: Network,
    reader: FaceReader,
    device: torch.device,
    processes: Processes | None = None,
) -> Int64Array:
    """The predicted class index of each face, int64 [N]."""
    predicted: Int64Array = logits_of(network, reader, device, processes).argmax(axis=1)
    return predicted


@torch.inference_mode()
def logits_of(
    network: Network,
    reader: FaceReader,
    device: torch.device,
    processes: Processes | None = None,
    between: Callable[[], None] = lambda: None,
) -> FloatArray:
    """The logits of each face, float32 [N, C]; each process looks at some.

    `between` is called after each batch, as often in each process.
    """
    processes = processes or Processes()
    network.eval()
    dtype, classes = next(network.parameters()).dtype, network.classifier.out_features
    logits = torch.zeros((len(reader), classes), device=device)
    batches = reader.batches(
        batch_size=_BATCH * processes.size,
        shuffle=False,
        rank=processes.rank,
        world_size=processes.size,
    )
    for batch in batches:
        if len(batch.indexes):
            outputs = network(normalised(to_tensor(batch.images_rgb, device, dtype)))
            logits[torch.from_numpy(batch.indexes).to(device)] = outputs.logits.float()
        between()
    found: FloatArray = processes.sum(logits).cpu().numpy()
    return found
