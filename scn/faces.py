"""What a run trains on, chooses its checkpoint by, and is tested on."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, Final

import pyarrow.compute as pc
from pydantic import BaseModel, ConfigDict

from scn.config import TrainConfig
from scn.emotions import class_order
from scn.errors import TooFewFaces
from scn.protocol import Protocol
from scn.selection import split_fold, split_holdout
from scn.soft_labels import has_votes
from scn.wrong_labels import wrong_labels
from storage.reader import FaceReader
from storage.store import Dataset, open_store

DEFAULT_FOLDS: Final = 10


class FacesSource(BaseModel):
    """Where a run's faces are, so that any process can open the same ones.

    Attributes:
        store: folder, or s3://bucket/prefix.
        dataset: its name in the store.
        version: of the table; none for the newest.
        where: conditions on the faces to train on, see `storage.reader.FaceReader`.
        protocol: how the dataset is used.
        fold: which part is tested on, counted from 0, where there is no test split.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    store: str
    dataset: str
    version: int | None = None
    where: tuple[tuple[str, str, Any], ...] = ()
    protocol: Protocol = Protocol()
    fold: int | None = None


@dataclass(frozen=True, slots=True)
class Faces:
    """The parts of a dataset.

    Attributes:
        source: with the version that was opened.
        train: what is trained on.
        validation: what chooses the checkpoint.
        test: what is tested on.
        classes: in the order of the network's outputs.
        truth: face_id → original label, of what may have a wrong one; empty without noise.
        wrong: face_id → the label that the protocol made wrong.
    """

    source: FacesSource
    train: FaceReader
    validation: FaceReader
    test: FaceReader
    classes: tuple[str, ...]
    truth: MappingProxyType[str, str]
    wrong: MappingProxyType[str, str]


def open_faces(source: FacesSource, config: TrainConfig) -> Faces:
    """Open the parts of a dataset; validation is its own split, or held out from train.

    Raises:
        StoreError: the dataset cannot be read.
        TooFewFaces: it is empty, or nothing fulfils the conditions.
        ValueError: the protocol or the labels that are wanted do not fit the dataset.
    """
    dataset = open_store(source.store).dataset(source.dataset)
    train, validation, test = (
        _reader(dataset, source, config, split) for split in ("train", "validation", "test")
    )
    if not len(train):
        beyond = " within the thresholds" if source.where or source.protocol.without else ""
        raise TooFewFaces(
            f"dataset {source.dataset}: has no faces to train on{beyond}; collect or ingest"
        )
    _check_left_out(dataset, source)
    _check_votes(train, source, config)
    classes = class_order(e for part in (train, validation, test) for e in _emotions(part))
    if source.fold is not None:
        _check_folds(source, test)
        train, test = split_fold(train, source.fold, source.protocol.folds or DEFAULT_FOLDS)
    if source.protocol.selection == "test":
        validation = test
    elif not len(validation):
        train, validation = split_holdout(train, config.holdout_share, config.seed)
    opened = source.model_copy(update={"version": train.version})
    faces = Faces(opened, train, validation, test, classes, _NONE, _NONE)
    return _with_noise(faces, dataset) if source.protocol.noise else faces


_NONE: Final[MappingProxyType[str, str]] = MappingProxyType({})


def _reader(dataset: Dataset, source: FacesSource, config: TrainConfig, split: str) -> FaceReader:
    """The faces of a split; published numbers chosen on test train on all that is not tested on."""
    protocol = source.protocol
    merged = split == "train" and protocol.selection == "test"
    left_out = [("emotion", "not in", list(protocol.without))] if protocol.without else []
    return FaceReader(
        dataset,
        splits=("train", "validation") if merged else (split,),
        where=(*(source.where if split == "train" else ()), *left_out),
        image_size_px=config.image_size_px,
        centre_share=config.centre_share,
        version=source.version,
    )


def _check_left_out(dataset: Dataset, source: FacesSource) -> None:
    if not source.protocol.without:
        return
    known = class_order(
        dataset.scan("faces", ["emotion"], version=source.version)["emotion"].to_pylist()
    )
    for name in source.protocol.without:
        if name not in known:
            raise ValueError(
                f"protocol.without: is {name!r}, must be one of {', '.join(known)},"
                f" the emotions of {source.dataset}"
            )


def _check_votes(train: FaceReader, source: FacesSource, config: TrainConfig) -> None:
    if config.labels == "soft" and not has_votes(train.index):
        raise ValueError(
            f"labels: is soft, must be hard: dataset {source.dataset} has no votes for the faces to"
            " train on"
        )


def _check_folds(source: FacesSource, test: FaceReader) -> None:
    folds = source.protocol.folds or DEFAULT_FOLDS
    if len(test):
        raise ValueError(
            f"protocol.folds: is {folds}, must be empty: dataset {source.dataset} has a test split"
        )
    if source.fold is not None and not 0 <= source.fold < folds:
        raise ValueError(f"fold: is {source.fold}, must be 0 to {folds - 1}")


def _with_noise(faces: Faces, dataset: Dataset) -> Faces:
    """The labels of train and validation made wrong, as the protocol says; never those of test."""
    protocol = faces.source.protocol
    assert protocol.noise is not None
    parts = [faces.train] if protocol.selection == "test" else [faces.train, faces.validation]
    truth = {
        face: emotion
        for part in parts
        for face, emotion in zip(part.index["face_id"].to_pylist(), _emotions(part), strict=True)
    }
    wrong = wrong_labels(truth, protocol.noise, faces.classes, _source_of(faces, dataset))
    train, *validation = (_relabelled(part, {**truth, **wrong}) for part in parts)
    return replace(
        faces,
        train=train,
        validation=validation[0] if validation else faces.validation,
        truth=MappingProxyType(truth),
        wrong=MappingProxyType(wrong),
    )


def _source_of(faces: Faces, dataset: Dataset) -> str:
    """The one source of a dataset's faces, whatever the dataset is called; empty if it has more."""
    rows = dataset.scan("faces", ["source"], version=faces.source.version)
    sources = set(pc.unique(rows["source"]).to_pylist())
    return sources.pop() if len(sources) == 1 else ""


def _relabelled(reader: FaceReader, labels: dict[str, str]) -> FaceReader:
    return reader.labelled([labels[face] for face in reader.index["face_id"].to_pylist()])


def _emotions(reader: FaceReader) -> Iterable[str]:
    found: list[str] = reader.index["emotion"].to_pylist()
    return found
