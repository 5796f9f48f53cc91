"""What a network said of each face, kept as Parquet, so that any score can follow later."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq
import torch
from scipy.special import softmax

from scn.batches import normalised, to_tensor
from scn.errors import ClassMismatch
from scn.network import Network
from scn.protocol import Selection
from storage.reader import FaceReader

FloatArray = npt.NDArray[np.float32]
Int64Array = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]

Name = TypeVar("Name", bound=str)

_BATCH: Final = 256
_CLASSES: Final = b"classes"
_SELECTION: Final = b"selection"
_COLUMNS: Final = ("face_id", "subject", "truth", "importance", "logits")


@dataclass(frozen=True, slots=True)
class Predictions:
    """A network's answers.

    Attributes:
        classes: names in the order of the logits.
        face_ids: one for each face.
        subjects: who is seen; none where the source does not say.
        truth: int64 [N], class indexes of the labels.
        logits: float32 [N, C].
        importance: float32 [N]; 1 for methods without importance weights.
    """

    classes: tuple[str, ...]
    face_ids: tuple[str, ...]
    subjects: tuple[str | None, ...]
    truth: Int64Array
    logits: FloatArray
    importance: FloatArray

    def __len__(self) -> int:
        return len(self.truth)

    @property
    def predicted(self) -> Int64Array:
        """The most probable class of each face, int64 [N]."""
        found: Int64Array = self.logits.argmax(axis=1)
        return found

    @property
    def right(self) -> BoolArray:
        """Whether that is the label, bool [N]."""
        return np.asarray(self.predicted == self.truth, np.bool_)

    def probabilities(
        self, temperature: float | npt.NDArray[np.float64] = 1.0
    ) -> npt.NDArray[np.float64]:
        """Softmax of the logits over a temperature, or one for each face [N]; float64 [N, C]."""
        divisor = np.reshape(temperature, (-1, 1))
        return np.asarray(softmax(self.logits.astype(np.float64) / divisor, axis=1))

    def only(self, mask: BoolArray) -> "Predictions":
        """The faces where `mask` (bool [N]) is true."""
        rows = np.flatnonzero(mask)
        return Predictions(
            self.classes,
            tuple(self.face_ids[row] for row in rows),
            tuple(self.subjects[row] for row in rows),
            self.truth[rows],
            self.logits[rows],
            self.importance[rows],
        )

    def among(self, classes: Sequence[str]) -> "Predictions":
        """The faces of some classes, as if the network knew no others."""
        places = [self.classes.index(name) for name in classes]
        kept = self.only(np.isin(self.truth, places))
        renumbered = np.full(len(self.classes), -1, np.int64)
        renumbered[places] = np.arange(len(places))
        return Predictions(
            tuple(classes),
            kept.face_ids,
            kept.subjects,
            renumbered[kept.truth],
            kept.logits[:, places],
            kept.importance,
        )


def joined(parts: Sequence[Predictions]) -> Predictions:
    """The answers of several networks to different faces, such as the folds of a dataset.

    Raises:
        ClassMismatch: they have different classes.
    """
    first = parts[0]
    if any(part.classes != first.classes for part in parts):
        raise ClassMismatch(f"classes differ between parts: {[part.classes for part in parts]}")
    return Predictions(
        first.classes,
        tuple(face for part in parts for face in part.face_ids),
        tuple(subject for part in parts for subject in part.subjects),
        np.concatenate([part.truth for part in parts]),
        np.concatenate([part.logits for part in parts]),
        np.concatenate([part.importance for part in parts]),
    )


@torch.inference_mode()
def predict_all(
    networks: Mapping[Name, Network],
    reader: FaceReader,
    classes: Sequence[str],
    device: torch.device,
) -> dict[Name, Predictions]:
    """Ask several networks of the same classes; each image is read and decoded once.

    A face whose label is none of the classes is left out.

    Args:
        networks: by name, in evaluation mode.
        reader: the faces.
        classes: names in the order of the networks' outputs.
        device: where the networks are.
    """
    answers = {name: np.zeros((len(reader), len(classes) + 1), np.float32) for name in networks}
    for batch in reader.batches(batch_size=_BATCH, shuffle=False):
        images = normalised(to_tensor(batch.images_rgb, device))
        for name, network in networks.items():
            said = network(images)
            both = torch.cat([said.logits, said.importance[:, None]], dim=1).float().cpu().numpy()
            answers[name][batch.indexes] = both
    place = {name: number for number, name in enumerate(classes)}
    truth = np.array([place.get(e, -1) for e in reader.index["emotion"].to_pylist()], np.int64)
    face_ids = tuple(reader.index["face_id"].to_pylist())
    subjects = tuple(reader.index["subject"].to_pylist())
    return {
        name: Predictions(
            tuple(classes), face_ids, subjects, truth, answer[:, :-1], answer[:, -1]
        ).only(truth >= 0)
        for name, answer in answers.items()
    }


def write(predictions: Predictions, path: Path, selection: Selection = "validation") -> None:
    """Keep predictions as Parquet; the file appears whole or not at all.

    Args:
        predictions: what to keep.
        path: of the file.
        selection: what selected the network's weights; kept in the file's metadata.
    """
    names = np.array(predictions.classes, dtype=object)
    columns: dict[str, Any] = {
        "face_id": pa.array(predictions.face_ids, pa.string()),
        "subject": pa.array(predictions.subjects, pa.string()),
        "truth": pa.array(names[predictions.truth].tolist(), pa.string()),
        "importance": pa.array(predictions.importance, pa.float32()),
        "logits": pa.array(list(predictions.logits), pa.list_(pa.float32())),
    }
    table = pa.table(columns)
    table = table.replace_schema_metadata(
        {_CLASSES: json.dumps(predictions.classes), _SELECTION: selection}
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.part")
    pq.write_table(table, unfinished)
    unfinished.replace(path)


def read(path: Path) -> Predictions:
    """Read what `write` kept.

    Raises:
        ValueError: it is no such file.
    """
    try:
        table = pq.read_table(path, columns=list(_COLUMNS))
        classes = tuple(json.loads((table.schema.metadata or {})[_CLASSES]))
        place = {name: number for number, name in enumerate(classes)}
        logits = np.array(table["logits"].to_pylist(), np.float32).reshape(-1, len(classes))
        truth = np.array([place[name] for name in table["truth"].to_pylist()], np.int64)
    except (OSError, KeyError, ValueError, pa.ArrowException) as error:
        raise ValueError(f"predictions: {path} is no file of predictions: {error}") from error
    return Predictions(
        classes,
        tuple(table["face_id"].to_pylist()),
        tuple(table["subject"].to_pylist()),
        truth,
        logits,
        table["importance"].to_numpy().astype(np.float32),
    )
