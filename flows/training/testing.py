"""The test of what was trained: predictions kept, scored and sliced."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from scn.config import TrainConfig
from scn.faces import Faces
from scn.fitting import FitResult
from scn.protocol import Selection
from scn.scoring.calibration import temperature_of
from scn.scoring.checkpoint_predictions import FOLDER, WHICH, Which, predictions_of
from scn.scoring.predictions import Predictions, joined, read, write
from scn.scoring.scores import score
from scn.scoring.slices import COLUMNS, slices
from storage.reader import FaceReader
from storage.repeats import counted, involved
from storage.store import Dataset

FloatArray = npt.NDArray[np.float64]


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

    @property
    def selection(self) -> Selection:
        """What selected the best checkpoint."""
        return self.faces.source.protocol.selection

    def said(self, reader: FaceReader, name: str) -> dict[Which, Predictions]:
        """What its checkpoints say of faces; kept under the name of those."""
        return predictions_of(self.result, reader, self.folder, name, self.selection)


def test_results(
    folds: Sequence[Trained],
    dataset: Dataset,
    repeated: pa.Table,
    folder: Path,
) -> dict[str, Any]:
    """Scores of the best and the last checkpoint and of the average, as plain values.

    Args:
        folds: all trainings of one way to train; their tests are scored together, each face with
            the temperature of the network that was tested on it.
        dataset: that was trained on.
        repeated: the dataset's pictures that come before, see `storage.repeats`.
        folder: of the way to train, which keeps the predictions.
    """
    parts = [each.said(each.faces.test, "test") for each in folds]
    tests = {which: joined([part[which] for part in parts]) for which in parts[0]}
    temperatures = temperatures_of(folds)
    divisors = {
        which: np.repeat(temperatures[which], [len(part[which]) for part in parts])
        for which in tests
    }
    scores = {which: score(said, divisors[which]).plain() for which, said in tests.items()}
    if len(folds) > 1:
        for which, said in tests.items():
            write(said, predictions_file(folder, which), folds[0].selection)
    known = _known(dataset, folds[0].faces.test.version)
    best = scores["best"]
    return {
        **{name: best[name] for name in ("faces", "confusion")},
        **{name: best[name]["value"] for name in ("accuracy", "mean_class_accuracy", "macro_f1")},
        "last_accuracy": scores["last"]["accuracy"]["value"],
        "scores": scores,
        "temperatures": {which: temperatures[which] for which in tests},
        "temperature_from": _temperature_from(folds[0]),
        **_without_repeats(tests, repeated, divisors, both_sides=len(folds) > 1),
        "slices": [
            {**asdict(part), "warning": part.warning} for part in slices(tests["best"], known)
        ],
    }


def temperatures_of(folds: Sequence[Trained]) -> dict[Which, list[float]]:
    """For each fold the temperature at which the labels of its validation faces are most probable.

    Chosen on what is tested they would say nothing of calibration: 1 where the test split selects.
    Labels that a protocol made wrong are wrong in validation, too: then the temperature makes the
    network as sure of those as it is right about them, less sure than of true labels.
    """
    if folds[0].selection == "test":
        return dict.fromkeys(WHICH, [1.0] * len(folds))
    said = [each.said(each.faces.validation, "validation") for each in folds]
    return {which: [temperature_of(part[which]) for part in said] for which in said[0]}


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


def _without_repeats(
    tests: Mapping[Which, Predictions],
    repeated: pa.Table,
    divisors: Mapping[Which, FloatArray],
    *,
    both_sides: bool,
) -> dict[str, Any]:
    """How many tested faces come before, trained on or tested, and the scores of the others.

    Args:
        tests: what was said of them, of the same faces in the same order.
        repeated: see `storage.repeats`.
        divisors: temperatures of the faces.
        both_sides: whether the first of alike pictures counts as well: in folds it is tested by a
            network that trained on the others.
    """
    ids = tests["best"].face_ids
    tested = repeated.filter(pc.is_in(repeated["face_id"], pa.array(ids)))
    left = ~np.isin(ids, involved(repeated) if both_sides else tested["face_id"].to_pylist())
    scores = {
        which: score(said.only(left), divisors[which][left]).plain()
        for which, said in tests.items()
        if left.any()
    }
    return {
        "repeats": counted(tested),
        "without_repeats": scores.get("best"),
        "scores_without_repeats": scores,
    }


def _temperature_from(trained: Trained) -> str:
    if trained.selection == "test":
        return "nothing: the test split selects"
    wrong = ", whose labels are wrong on purpose as those of train are"
    return f"validation{wrong if trained.faces.source.protocol.noise else ''}"


def _known(dataset: Dataset, version: int) -> Any:
    return dataset.scan("faces", ["face_id", *COLUMNS], version=version)
