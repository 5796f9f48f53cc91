"""The test of what was trained: predictions kept, scored, sliced, and tried on other datasets."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from scn.config import TrainConfig
from scn.errors import ClassMismatch, TooFewFaces
from scn.faces import Faces
from scn.fitting import FitResult
from scn.scoring.calibration import temperature_of
from scn.scoring.checkpoint_predictions import FOLDER, WHICH, Which, predictions_of
from scn.scoring.predictions import Predictions, joined, read, write
from scn.scoring.scores import score
from scn.scoring.slices import COLUMNS, slices
from storage.reader import FaceReader
from storage.repeats import counted, involved
from storage.store import Dataset

_FEWEST_SHARED: Final = 2


@dataclass(frozen=True, slots=True)
class Trained:
    """One finished training: of a fold, or of the whole.

    Attributes:
        faces: what it was trained on, and is tested on.
        config: how it was trained.
        folder: of the run.
        result: its checkpoints.
    """

    faces: Faces
    config: TrainConfig
    folder: Path
    result: FitResult


def test_results(
    folds: Sequence[Trained],
    dataset: Dataset,
    others: Sequence[Dataset],
    repeated: pa.Table,
    folder: Path,
) -> dict[str, Any]:
    """Scores of the best and the last checkpoint and of the average, as plain values.

    Args:
        folds: all trainings of one way to train; their tests are scored together.
        dataset: that was trained on.
        others: datasets to test on as well, over the classes that both have.
        repeated: the dataset's pictures that come before, see `storage.repeats`.
        folder: of the way to train, which keeps the predictions.
    """
    tests = _answers(folds, "test")
    temperatures = _temperatures(folds)
    scores = {w: score(said, temperatures.get(w, 1.0)).plain() for w, said in tests.items()}
    if len(folds) > 1:
        for which, said in tests.items():
            write(said, predictions_file(folder, which))
    known = _known(dataset, folds[0].faces.test.version)
    best = scores["best"]
    return {
        **{name: best[name] for name in ("faces", "confusion")},
        **{name: best[name]["value"] for name in ("accuracy", "mean_class_accuracy", "macro_f1")},
        "last_accuracy": scores["last"]["accuracy"]["value"],
        "scores": scores,
        **_without_repeats(
            tests["best"], repeated, temperatures.get("best", 1.0), both_sides=len(folds) > 1
        ),
        "slices": [asdict(part) for part in slices(tests["best"], known)],
        "also_tested": {other.name: _elsewhere(folds, other) for other in others},
    }


def predictions_file(folder: Path, which: Which) -> Path:
    """Where a way to train keeps what it said of the test split."""
    return folder / FOLDER / f"test-{which}.parquet"


def kept_predictions(folder: Path) -> dict[Which, Predictions]:
    """The predictions that a way to train kept.

    Raises:
        ValueError: a file is damaged.
    """
    files = {which: predictions_file(folder, which) for which in WHICH}
    return {which: read(file) for which, file in files.items() if file.exists()}


def shared_classes(trained: Sequence[str], dataset: Dataset) -> tuple[str, ...]:
    """The classes that a network knows and a dataset has.

    Raises:
        ClassMismatch: there are fewer than two.
    """
    theirs = set(pc.unique(dataset.scan("faces", ["emotion"])["emotion"]).to_pylist())
    shared = tuple(name for name in trained if name in theirs)
    if len(shared) < _FEWEST_SHARED:
        raise ClassMismatch(
            f"also_test: {dataset.name} has the classes {', '.join(sorted(theirs))}, of which"
            f" {len(shared)} are trained on, must be at least {_FEWEST_SHARED}"
        )
    return shared


def reader_elsewhere(config: TrainConfig, other: Dataset) -> FaceReader:
    """What is tested on in another dataset: its test split, or all of it if it has none.

    Raises:
        TooFewFaces: it is empty.
    """
    for splits in (("test",), ("train", "validation")):
        reader = FaceReader(
            other,
            splits=splits,
            image_size_px=config.image_size_px,
            centre_share=config.centre_share,
        )
        if len(reader):
            return reader
    raise TooFewFaces(f"also_test: dataset {other.name} has no faces")


def _elsewhere(folds: Sequence[Trained], other: Dataset) -> dict[str, Any]:
    """Scores of the best checkpoint on another dataset."""
    (trained,) = folds
    shared = shared_classes(trained.faces.classes, other)
    reader = reader_elsewhere(trained.config, other)
    said = predictions_of(trained.result, reader, trained.folder, other.name)["best"]
    return {
        "classes": list(shared),
        "version": reader.version,
        **score(said.among(shared)).plain(),
    }


def _answers(folds: Sequence[Trained], split: str) -> dict[Which, Predictions]:
    """What all folds say of a split, together."""
    said = [
        predictions_of(each.result, getattr(each.faces, split), each.folder, split)
        for each in folds
    ]
    return {which: joined([each[which] for each in said]) for which in said[0]}


def _without_repeats(
    said: Predictions, repeated: pa.Table, temperature: float, *, both_sides: bool
) -> dict[str, Any]:
    """How many tested faces come before, trained on or tested, and the score of the others.

    Args:
        said: of the test.
        repeated: see `storage.repeats`.
        temperature: of the network.
        both_sides: whether the first of alike pictures counts as well: in folds it is tested by a
            network that trained on the others.
    """
    tested = repeated.filter(pc.is_in(repeated["face_id"], pa.array(said.face_ids)))
    left_out = involved(repeated) if both_sides else tested["face_id"].to_pylist()
    left = said.only(~np.isin(said.face_ids, left_out))
    return {
        "repeats": counted(tested),
        "without_repeats": score(left, temperature).plain() if len(left) else None,
    }


def _temperatures(folds: Sequence[Trained]) -> dict[Which, float]:
    """Chosen on validation; on what is tested they would say nothing of calibration."""
    if folds[0].faces.source.protocol.selection == "test":
        return {}
    return {which: temperature_of(said) for which, said in _answers(folds, "validation").items()}


def _known(dataset: Dataset, version: int) -> Any:
    return dataset.scan("faces", ["face_id", *COLUMNS], version=version)
