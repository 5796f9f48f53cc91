"""The labels that a protocol makes wrong on purpose, face by face, and their events."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Final

import numpy as np
import pyarrow as pa

from scn.emotions import AFFECTNET, CK_PLUS, FER2013, FERPLUS, RAF_DB, RAF_DB_COMPOUND, ClassOrder
from scn.label_noise import with_swapped_labels, with_wrong_labels
from scn.listed_labels import listed_labels
from scn.protocol import Noise
from storage.schema import LABELS

NOISE: Final = "noise"
"""The kind of the label events."""
_ORDERS: Final[Mapping[str, ClassOrder]] = MappingProxyType(
    {o.dataset: o for o in (RAF_DB, RAF_DB_COMPOUND, AFFECTNET, FER2013, FERPLUS, CK_PLUS)}
)


def wrong_labels(
    truth: Mapping[str, str], noise: Noise, classes: Sequence[str], source: str
) -> dict[str, str]:
    """The labels that become wrong: face_id → new label.

    Faces are taken in the order of their names, so that the same ones are wrong however a store is
    laid out.

    Args:
        truth: face_id → label, of all faces that may get a wrong one.
        noise: which.
        classes: of the dataset, in their order.
        source: of the faces, by which a list's class numbers are understood.

    Raises:
        ValueError: the list cannot be read or names what is not there.
    """
    if noise.kind == "file":
        assert noise.file is not None
        return _differing(truth, listed_labels(noise.file, truth, classes, _ORDERS.get(source)))
    faces = sorted(truth)
    place = {name: number for number, name in enumerate(classes)}
    given = np.array([place[truth[face]] for face in faces], np.int64)
    make = with_wrong_labels if noise.kind == "symmetric" else with_swapped_labels
    labels = make(given, noise.share, len(classes), noise.seed)
    return _differing(
        truth, {face: classes[n] for face, n in zip(faces, labels.tolist(), strict=True)}
    )


def noise_events(truth: Mapping[str, str], wrong: Mapping[str, str]) -> pa.Table:
    """Events of epoch 0 (schema `LABELS`), so that a run's labels are whole from its start on."""
    now = datetime.now(UTC)
    rows = [
        {
            "face_id": face,
            "run_id": "",
            "number": 0,
            "epoch": 0,
            "old": truth[face],
            "new": wrong[face],
            "kind": NOISE,
            "time": now,
        }
        for face in sorted(wrong)
    ]
    return pa.Table.from_pylist(rows, schema=LABELS)


def _differing(truth: Mapping[str, str], labels: Mapping[str, str]) -> dict[str, str]:
    return {face: label for face, label in labels.items() if label != truth[face]}
