"""What a run trains on, chooses its checkpoint by, and is tested on."""

from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict

from scn.config import TrainConfig
from scn.emotions import class_order
from scn.errors import TooFewFaces
from scn.selection import split_holdout
from storage.reader import FaceReader
from storage.store import open_store


class FacesSource(BaseModel):
    """Where a run's faces are, so that any process can open the same ones.

    Attributes:
        store: folder, or s3://bucket/prefix.
        dataset: its name in the store.
        version: of the table; none for the newest.
        where: conditions on the faces to train on, see `storage.reader.FaceReader`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    store: str
    dataset: str
    version: int | None = None
    where: tuple[tuple[str, str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class Faces:
    """The parts of a dataset; `source` has the version that was opened."""

    source: FacesSource
    train: FaceReader
    validation: FaceReader
    test: FaceReader
    classes: tuple[str, ...]


def open_faces(source: FacesSource, config: TrainConfig) -> Faces:
    """Open the parts of a dataset; validation is its own split, or held out from train.

    Raises:
        StoreError: the dataset cannot be read.
        TooFewFaces: it is empty, or nothing fulfils the conditions.
    """
    dataset = open_store(source.store).dataset(source.dataset)

    def reader(split: str) -> FaceReader:
        return FaceReader(
            dataset,
            splits=(split,),
            where=source.where if split == "train" else (),
            image_size_px=config.image_size_px,
            centre_share=config.centre_share,
            version=source.version,
        )

    train, validation, test = reader("train"), reader("validation"), reader("test")
    if not len(train):
        beyond = " within the thresholds" if source.where else ""
        raise TooFewFaces(
            f"dataset {source.dataset}: has no faces to train on{beyond}; collect or ingest"
        )
    emotions = {e for part in (train, validation, test) for e in part.index["emotion"].to_pylist()}
    if not len(validation):
        train, validation = split_holdout(train, config.holdout_share, config.seed)
    opened = source.model_copy(update={"version": train.version})
    return Faces(opened, train, validation, test, class_order(emotions))
