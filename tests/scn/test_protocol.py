"""Protocols: folds by person, classes left out, wrong labels, and what may choose a checkpoint."""

from collections import Counter
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pydantic import ValidationError

from scn.config import preset
from scn.faces import Faces, FacesSource, open_faces
from scn.protocol import Noise, Protocol, marked, shown_as
from storage.reader import FaceReader
from storage.schema import FACES
from storage.store import open_store

CONFIG = preset("baseline", holdout_share=0.3)
EMOTIONS = ("neutral", "happy", "sad", "contempt")
PEOPLE = 12


def _store(folder: Path, name: str, splits: dict[str, int], source: str | None = None) -> str:
    """A store whose dataset has so many faces in each split, of twelve people and four emotions."""
    rows = [
        {
            "face_id": f"{split}/{split}_{number:05d}",
            "split": split,
            "emotion": EMOTIONS[number % 4],
            "subject": f"{name}/{number % PEOPLE}",
            "image": b"",
            "source": source or name,
        }
        for split, count in splits.items()
        for number in range(count)
    ]
    dataset = open_store(str(folder), create=True).dataset(name, create=True)
    dataset.append_faces({"all": pa.Table.from_pylist(rows, schema=FACES)})
    return str(folder)


def _open(store: str, name: str, fold: int | None = None, **protocol: Any) -> Faces:
    wanted = Protocol.model_validate(protocol)
    return open_faces(FacesSource(store=store, dataset=name, protocol=wanted, fold=fold), CONFIG)


def _labels(reader: FaceReader) -> dict[str, str]:
    ids, emotions = (reader.index[name].to_pylist() for name in ("face_id", "emotion"))
    return dict(zip(ids, emotions, strict=True))


def _people(reader: FaceReader) -> set[str]:
    return set(reader.index["subject"].to_pylist())


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> str:
    """RAF-DB's splits, 240 faces to train on and 60 to test on."""
    return _store(tmp_path_factory.mktemp("store"), "raf-db", {"train": 240, "test": 60})


def test_each_person_is_tested_on_in_one_fold_and_never_trained_on_there(tmp_path: Path) -> None:
    """Folds have as many people as each other, and no face is lost."""
    store = _store(tmp_path, "jaffe", {"train": 120})
    tested: list[str] = []
    for fold in range(4):
        faces = _open(store, "jaffe", fold, folds=4)
        parts = [_people(part) for part in (faces.train, faces.validation, faces.test)]
        assert len(parts[2]) == PEOPLE / 4
        assert not parts[2] & (parts[0] | parts[1])
        assert not parts[0] & parts[1]
        assert sum(map(len, (faces.train, faces.validation, faces.test))) == 120
        tested += faces.test.index["face_id"].to_pylist()
    assert len(tested) == len(set(tested)) == 120


def test_folds_that_do_not_fit_are_refused(whole: str, tmp_path: Path) -> None:
    """A test split, more folds than people, and a fold that is none."""
    with pytest.raises(ValueError, match="has a test split"):
        _open(whole, "raf-db", 0, folds=3)
    store = _store(tmp_path, "jaffe", {"train": 120})
    with pytest.raises(ValueError, match="must be at most 12"):
        _open(store, "jaffe", 0, folds=13)
    with pytest.raises(ValueError, match="fold: is 3, must be 0 to 2"):
        _open(store, "jaffe", 3, folds=3)


def test_an_emotion_that_is_left_out_is_in_no_part(whole: str) -> None:
    faces = _open(whole, "raf-db", without=["contempt"])
    assert faces.classes == ("neutral", "happy", "sad")
    for part in (faces.train, faces.validation, faces.test):
        assert "contempt" not in _labels(part).values()


def test_selection_on_test_trains_on_all_else_and_chooses_by_the_test_split(whole: str) -> None:
    faces = _open(whole, "raf-db", selection="test")
    assert len(faces.train) == 240
    assert _labels(faces.validation) == _labels(faces.test)


@pytest.mark.parametrize("kind", ["symmetric", "pair"])
def test_noise_is_exact_never_on_test_and_keeps_the_truth(whole: str, kind: str) -> None:
    """Train and validation together have the share; what is wrong, and what is true, is known."""
    faces = _open(whole, "raf-db", noise={"kind": kind, "share": 0.3, "seed": 4})
    labels = {**_labels(faces.train), **_labels(faces.validation)}
    assert len(labels) == 240
    changed = {face: label for face, label in labels.items() if label != faces.truth[face]}
    assert len(changed) == 72
    assert changed == dict(faces.wrong)
    original = {number: EMOTIONS[number % 4] for number in range(240)}
    assert {int(face[-5:]): e for face, e in faces.truth.items()} == original
    clean = _open(whole, "raf-db")
    assert _labels(faces.test) == _labels(clean.test)
    assert _labels(clean.train).keys() == _labels(faces.train).keys()
    pairs = Counter((faces.truth[face], label) for face, label in changed.items())
    assert len(pairs) == (4 if kind == "pair" else 12)


def test_noise_does_not_depend_on_how_the_store_is_laid_out(whole: str, tmp_path: Path) -> None:
    """The same faces, committed in two parts and in another order, get the same wrong labels."""
    rows = open_store(whole).dataset("raf-db").scan("faces").to_pylist()
    dataset = open_store(str(tmp_path), create=True).dataset("raf-db", create=True)
    for number, part in enumerate((rows[150:], rows[:150])):
        table = pa.Table.from_pylist(part[::-1], schema=FACES)
        dataset.append_faces({str(number): table})
    noise = {"share": 0.2, "seed": 1}
    one, other = (_open(store, "raf-db", noise=noise) for store in (whole, str(tmp_path)))
    assert dict(one.wrong) == dict(other.wrong)


def test_another_seed_makes_other_labels_wrong(whole: str) -> None:
    one, other = (_open(whole, "raf-db", noise={"share": 0.2, "seed": s}) for s in (1, 2))
    assert set(one.wrong) != set(other.wrong)


def test_a_published_list_decides_labels_by_name_and_number(whole: str, tmp_path: Path) -> None:
    """RAF-DB's numbers are understood; aligned names are the same face; test lines do not count."""
    listed = tmp_path / "noise10.txt"
    # 5 is sad, 4 is happy, 7 is neutral in RAF-DB's own order.
    listed.write_text("train_00000.jpg 5\ntrain_00001_aligned.jpg 4\ntest_00000.jpg 5\n")
    faces = _open(whole, "raf-db", noise={"kind": "file", "file": str(listed)})
    assert dict(faces.wrong) == {"train/train_00000": "sad"}
    clean = _open(whole, "raf-db")
    assert _labels(faces.test) == _labels(clean.test)


def test_the_numbers_of_a_list_are_those_of_the_source_whatever_the_dataset_is_called(
    tmp_path: Path,
) -> None:
    store = _store(tmp_path, "mine", {"train": 40, "test": 4}, source="raf-db")
    (tmp_path / "list.txt").write_text("train_00000.jpg 5\n")
    faces = _open(store, "mine", noise={"kind": "file", "file": str(tmp_path / "list.txt")})
    assert dict(faces.wrong) == {"train/train_00000": "sad"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("train_00000.jpg 9\n", "line 1 has the label '9', must be one of neutral, .* 1 to 7"),
        ("train_00000.jpg\n", "line 1 is 'train_00000.jpg', not 'name label'"),
        ("other.jpg 5\n", "names none of the 240 training faces"),
        ("train_00000.jpg anger\n", "has the label 'anger'"),
    ],
)
def test_a_list_that_does_not_fit_is_refused(
    whole: str, tmp_path: Path, text: str, message: str
) -> None:
    """With its line and what is allowed."""
    (tmp_path / "list.txt").write_text(text)
    with pytest.raises(ValueError, match=message):
        _open(whole, "raf-db", noise={"kind": "file", "file": str(tmp_path / "list.txt")})


def test_a_list_belongs_to_kind_file_alone() -> None:
    """Either without the other is refused."""
    for wrong in ({"kind": "file"}, {"kind": "pair", "file": "x"}):
        with pytest.raises(ValidationError, match="only for it"):
            Noise.model_validate(wrong)


def test_only_scores_on_what_selects_are_renamed_and_only_if_that_is_the_test_split() -> None:
    """A loss stays a loss, and a title of validation a title."""
    assert shown_as("validation_accuracy", "test") == "accuracy_on_test_which_selects"
    assert shown_as("average_accuracy", "test") == "average_accuracy_on_test_which_selects"
    assert shown_as("train_accuracy", "test") == "train_accuracy"
    assert shown_as("validation_accuracy", "validation") == "validation_accuracy"
    assert marked("Curves", "validation") == "Curves"
    assert marked("Curves", "test").startswith("Curves (CHOSEN ON THE TEST SPLIT")
