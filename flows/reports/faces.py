"""Which tested faces a report shows, with their pictures as far as they are still there."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
import pyarrow.compute as pc

from flows.pictures import data_url
from scn.scoring.predictions import BoolArray, Predictions
from storage.errors import UnreadableImage
from storage.images import decode
from storage.store import Dataset

EACH: Final = 8
_SIDE_PX: Final = 112
_QUALITY: Final = 85


@dataclass(frozen=True, slots=True)
class Answer:
    """What a network said of a face.

    Attributes:
        face_id: of the face.
        truth: its label.
        predicted: the most probable class.
        probability: of that class, 0 to 1; before any temperature.
    """

    face_id: str
    truth: str
    predicted: str
    probability: float

    @property
    def right(self) -> bool:
        """Whether the prediction is the label."""
        return self.predicted == self.truth


def chosen(said: Predictions, each: int = EACH) -> dict[str, list[Answer]]:
    """The surest and the least sure answers of those that are right and of those that are wrong.

    A face stands in one group alone: of a few faces, the surer half counts as the surest.

    Args:
        said: of a test split.
        each: most faces of a group.
    """
    groups: dict[str, list[Answer]] = {}
    for word, mask in (("right", said.right), ("wrong", ~said.right)):
        ordered = _by_probability(said, mask)
        sure = min(each, (len(ordered) + 1) // 2)
        least = min(each, len(ordered) - sure)
        groups[f"surest {word}"] = ordered[:sure]
        groups[f"least sure {word}"] = ordered[::-1][:least]
    return groups


def pictures_of(dataset: Dataset, face_ids: Iterable[str]) -> dict[str, str]:
    """Small JPEG pictures as URLs of data, by face_id; what is gone or does not decode lacks one.

    Raises:
        StoreError: the dataset cannot be read.
    """
    wanted = pc.field("face_id").isin(sorted(set(face_ids)))
    rows = dataset.scan("faces", ["face_id", "image"], filter=wanted)
    pairs = zip(rows["face_id"].to_pylist(), rows["image"].to_pylist(), strict=True)
    found = {face_id: _thumbnail(face_id, image) for face_id, image in pairs}
    return {face_id: url for face_id, url in found.items() if url}


def _by_probability(said: Predictions, mask: BoolArray) -> list[Answer]:
    """The masked answers, the surest first; of equal ones in the order of their names."""
    probabilities, predicted = said.probabilities().max(axis=1), said.predicted
    rows = sorted(np.flatnonzero(mask), key=lambda n: (-probabilities[n], said.face_ids[n]))
    return [
        Answer(
            said.face_ids[row],
            said.classes[said.truth[row]],
            said.classes[predicted[row]],
            float(probabilities[row]),
        )
        for row in rows
    ]


def _thumbnail(face_id: str, image: bytes) -> str | None:
    """Encoded anew: what is in the page is an image, whatever bytes a dataset holds."""
    try:
        rgb = decode(image, name=face_id, size_px=_SIDE_PX)
    except UnreadableImage:
        return None
    bgr = cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR)
    encoded = cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])[1].tobytes()
    return data_url(encoded)
