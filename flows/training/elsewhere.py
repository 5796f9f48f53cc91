"""The test of a trained network on other datasets, over the classes that both have."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from flows.runs import Run
from flows.training.testing import Trained, temperatures_of
from scn.config import TrainConfig
from scn.errors import ClassMismatch, TooFewFaces
from scn.faces import Faces
from scn.scoring.scores import score
from storage.fingerprint import fingerprint
from storage.reader import FaceReader
from storage.store import Dataset, Store

PINNED: Final = "also_test"
"""The parameter of a run that says which version of each other dataset it tests on."""
_FEWEST_SHARED: Final = 2


@dataclass(frozen=True, slots=True)
class Other:
    """Another dataset, as it was when the run first meant to test on it.

    Attributes:
        dataset: to test on.
        version: of its table.
        classes: that it shares with the network, in the network's order.
        fingerprint: of that version.
    """

    dataset: Dataset
    version: int
    classes: tuple[str, ...]
    fingerprint: str

    def reader(self, config: TrainConfig) -> FaceReader:
        """What is tested on: its test split, or all of it if it has none.

        Raises:
            TooFewFaces: it is empty.
        """
        for splits in (("test",), ("train", "validation")):
            reader = FaceReader(
                self.dataset,
                splits=splits,
                image_size_px=config.image_size_px,
                centre_share=config.centre_share,
                version=self.version,
            )
            if len(reader):
                return reader
        raise TooFewFaces(f"also_test: dataset {self.dataset.name} has no faces")


def others_of(
    store: Store, names: Sequence[str], run: Run, faces: Faces, config: TrainConfig
) -> tuple[Other, ...]:
    """Other datasets by name; a run that goes on sees them as they were when it named them first.

    Args:
        store: where they are.
        names: theirs.
        run: that tests on them.
        faces: that it trains on.
        config: how it reads images.

    Raises:
        StoreError: there is no such dataset.
        ClassMismatch: one shares fewer than two classes.
        TooFewFaces: one is empty.
        ValueError: one is trained on.
    """
    if faces.source.dataset in names:
        raise ValueError(f"also_test: is {faces.source.dataset}, must not be what is trained on")
    found = tuple(_other(store.dataset(name), run, faces.classes) for name in names)
    for other in found:
        other.reader(config)
    return found


def pinned(run: Run, others: Sequence[Other] = ()) -> dict[str, int]:
    """The versions that a run tests on, by dataset, of all that it ever named."""
    before: dict[str, int] = run.read().get("parameters", {}).get(PINNED, {})
    return {**before, **{other.dataset.name: other.version for other in others}}


def scores_elsewhere(trained: Trained, other: Other, shared: pa.Table) -> dict[str, Any]:
    """Scores on another dataset, as plain values: those of the best weights, and of all by name.

    Logits are divided by the temperature of the network's own validation faces. Scores without
    repeats leave out the faces whose picture was trained on, or selected by.

    Args:
        trained: the network.
        other: what to test on.
        shared: pictures that it and the network's own dataset hold, `storage.shared_pictures`.
    """
    reader = other.reader(trained.config)
    # No split's name is so long, whatever the dataset is called.
    said = trained.said(reader, f"elsewhere-{other.dataset.name}")
    among = {which: each.among(other.classes) for which, each in said.items()}
    new = ~np.isin(among["best"].face_ids, _seen(trained, shared))
    temperatures = temperatures_of([trained])
    scores, without = (
        {w: score(each.only(mask), temperatures[w][0]).plain() for w, each in among.items()}
        if mask.any()
        else {}
        for mask in (np.ones_like(new), new)
    )
    return {
        "classes": list(other.classes),
        "version": other.version,
        "fingerprint": other.fingerprint,
        **scores["best"],
        "scores": scores,
        "repeats": int((~new).sum()),
        "without_repeats": without.get("best"),
        "scores_without_repeats": without,
    }


def _seen(trained: Trained, shared: pa.Table) -> list[str]:
    """Faces of the other dataset whose picture the network was trained on, or selected by."""
    faces = trained.faces
    seen = pa.chunked_array(
        chunk for part in (faces.train, faces.validation) for chunk in part.index["face_id"].chunks
    )
    known: list[str] = shared.filter(pc.is_in(shared["of"], seen))["face_id"].to_pylist()
    return known


def _other(dataset: Dataset, run: Run, trained: Sequence[str]) -> Other:
    version = pinned(run).get(dataset.name, dataset.version())
    shared = _shared_classes(trained, dataset, version)
    return Other(dataset, version, shared, fingerprint(dataset, version))


def _shared_classes(trained: Sequence[str], dataset: Dataset, version: int) -> tuple[str, ...]:
    theirs = set(
        pc.unique(dataset.scan("faces", ["emotion"], version=version)["emotion"]).to_pylist()
    )
    shared = tuple(name for name in trained if name in theirs)
    if len(shared) < _FEWEST_SHARED:
        raise ClassMismatch(
            f"also_test: {dataset.name} has the classes {', '.join(sorted(theirs))}, of which"
            f" {len(shared)} are trained on, must be at least {_FEWEST_SHARED}"
        )
    return shared
