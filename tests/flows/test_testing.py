"""The test of trained networks: what is scored, what is left out, and what is read once."""

from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np
import pytest

from flows.runs import Run
from flows.training.elsewhere import others_of, scores_elsewhere
from flows.training.testing import test_results as results_of
from scn.protocol import Noise, Protocol
from scn.scoring.calibration import temperature_of
from scn.scoring.checkpoint_predictions import FOLDER, WHICH, predictions_of
from scn.scoring.predictions import joined, read, write
from scn.scoring.scores import score
from storage.errors import VersionGone
from storage.repeats import repeats
from storage.shared_pictures import Side, shared_pictures
from storage.store import open_store
from tests.flows.untrained import CONFIG, EMOTIONS, Face, dataset_of, untrained
from tests.scn.scoring.answers import answers

PARTS: Final = ("validation", "test")


def test_of_repeats_in_folds_both_sides_are_left_out(tmp_path: Path) -> None:
    """The first of two copies is tested by a network that trained on the second."""
    people = [Face(f"train/{n}", n, f"test/{n % 6}") for n in range(24)]
    copies = [Face("train/copy", 3, "test/4"), Face("train/copy-of-copy", 3, "test/5")]
    dataset = dataset_of(tmp_path, "faces", [*people, *copies])
    protocol = Protocol(folds=3)
    folds = [untrained(dataset, tmp_path / str(n), protocol, n) for n in range(3)]
    found = results_of(folds, dataset, repeats(dataset), tmp_path / "all")
    assert found["faces"] == 26
    assert found["repeats"] == {"train, of train": 2}
    scores = found["scores_without_repeats"]
    assert found["without_repeats"] == scores["best"]
    assert {which: each["faces"] for which, each in scores.items()} == dict.fromkeys(WHICH, 23)


def test_each_fold_has_the_temperature_of_its_own_validation(tmp_path: Path) -> None:
    """Found again from the kept predictions; and the calibrated error is that of both together."""
    dataset = dataset_of(
        tmp_path, "faces", [Face(f"train/{n}", n, f"test/{n % 8}") for n in range(48)]
    )
    folds = [untrained(dataset, tmp_path / str(n), Protocol(folds=2), n) for n in range(2)]
    # What was kept is not asked for again; untrained networks alone are best never sure at all.
    for number, each in enumerate(folds):
        sure = answers(300, seed=number, skill=2).among(EMOTIONS)
        for which in WHICH:
            said = replace(sure, logits=sure.logits * (1 + 3 * number))
            write(said, each.folder / FOLDER / f"validation-{which}.parquet")
    found = results_of(folds, dataset, repeats(dataset), tmp_path / "all")
    assert found["temperature_from"] == "validation"
    for which in WHICH:
        kept = [
            {part: read(each.folder / FOLDER / f"{part}-{which}.parquet") for part in PARTS}
            for each in folds
        ]
        own = [temperature_of(each["validation"]) for each in kept]
        assert found["temperatures"][which] == own
        assert own[1] > 3 * own[0]
        tested = [each["test"] for each in kept]
        divided = [
            replace(said, logits=said.logits / np.float32(t))
            for said, t in zip(tested, own, strict=True)
        ]
        error = found["scores"][which]["calibrated_error"]["value"]
        assert error == pytest.approx(score(joined(divided)).calibration_error.value, abs=1e-5)


def test_the_temperature_is_that_of_validation_and_not_of_test(tmp_path: Path) -> None:
    """Also where labels are wrong on purpose, which is then said; and none if test selects."""
    made = [
        Face(f"{part}/{n}", n, f"test/{n % 8}") for part in ("train", "test") for n in range(40)
    ]
    dataset = dataset_of(tmp_path, "faces", made)
    trained = untrained(dataset, tmp_path / "clean")
    found = results_of([trained], dataset, repeats(dataset), tmp_path / "clean")
    by_part = {
        part: temperature_of(read(trained.folder / FOLDER / f"{part}-best.parquet"))
        for part in PARTS
    }
    assert found["scores"]["best"]["temperature"] == by_part["validation"] != by_part["test"]
    noisy = untrained(
        dataset, tmp_path / "noisy", Protocol(noise=Noise.model_validate({"share": 0.5}))
    )
    found = results_of([noisy], dataset, repeats(dataset), tmp_path / "noisy")
    assert "wrong on purpose" in found["temperature_from"]
    chosen = untrained(dataset, tmp_path / "chosen", Protocol(selection="test"))
    found = results_of([chosen], dataset, repeats(dataset), tmp_path / "chosen")
    assert found["temperatures"] == {which: [1.0] for which in WHICH}


def test_faces_of_another_dataset_are_left_out_if_their_picture_was_trained_on_or_selected_by(
    tmp_path: Path,
) -> None:
    """Not those that were tested on only. The other dataset may be called as a split is."""
    made = [Face(f"train/{n}", n) for n in range(20)]
    made += [Face(f"test/{n}", n) for n in range(100, 120)]
    dataset = dataset_of(tmp_path, "faces", made)
    trained = untrained(dataset, tmp_path / "run")
    seeds = [0, 5, 19, 100, 107, 200, 201]
    dataset_of(tmp_path, "test", [Face(f"test/{seed}", seed) for seed in seeds])
    store, run = open_store(str(tmp_path)), Run(tmp_path / "run")
    own = results_of([trained], dataset, repeats(dataset), tmp_path / "run")
    (other,) = others_of(store, ["test"], run, trained.faces, CONFIG)
    shared = shared_pictures(Side(other.dataset, other.version), Side(dataset))
    found = scores_elsewhere(trained, other, shared)
    assert (found["faces"], found["repeats"]) == (7, 3)
    assert {s["faces"] for s in found["scores_without_repeats"].values()} == {4}
    assert set(found["scores"]) == set(found["scores_without_repeats"]) == set(WHICH)
    for which in WHICH:
        temperature = own["scores"][which]["temperature"]
        assert found["scores"][which]["temperature"] == temperature
    assert own["faces"] == 20
    with pytest.raises(ValueError, match="must not be what is trained on"):
        others_of(store, ["faces"], run, trained.faces, CONFIG)


def test_what_was_predicted_once_is_never_read_again(tmp_path: Path) -> None:
    """The same scores come from the kept files when the images are gone."""
    made = [Face(f"{part}/{n}", n) for part in ("train", "test") for n in range(20)]
    dataset = dataset_of(tmp_path / "store", "faces", made)
    trained = untrained(dataset, tmp_path / "run")
    results_of([trained], dataset, repeats(dataset), tmp_path / "run")
    times = {file: file.stat().st_mtime_ns for file in trained.folder.rglob("*.parquet")}
    for shard in (tmp_path / "store").rglob("*.parquet"):
        shard.unlink()
    for split in PARTS:
        reader = getattr(trained.faces, split)
        assert set(predictions_of(trained.result, reader, trained.folder, split)) == set(WHICH)
        with pytest.raises(VersionGone):
            predictions_of(trained.result, reader, trained.folder, f"{split}-anew")
    assert {f: f.stat().st_mtime_ns for f in trained.folder.rglob("*.parquet")} == times
