"""Datasets of noise in a real store, and networks that were never trained on them, for tests."""

import io
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import imagehash
import pyarrow as pa
import torch
from PIL import Image

from flows.training.testing import Trained
from scn.checkpoint import load, save
from scn.config import TrainConfig, preset
from scn.faces import FacesSource, open_faces
from scn.fitting import FitResult
from scn.protocol import Protocol
from storage.schema import FACES
from storage.store import Dataset, open_store
from tests.scn.benchmarks.copies import picture
from tests.scn.checkpoints import write_checkpoint

EMOTIONS = ("neutral", "happy", "sad")
CONFIG: TrainConfig = preset("baseline", holdout_share=0.3).model_copy(update={"image_size_px": 32})


@dataclass(frozen=True, slots=True)
class Face:
    """A face of noise.

    Attributes:
        name: "<split>/<name>".
        seed: of the picture; equal ones are copies.
        subject: who is seen; none for unknown.
    """

    name: str
    seed: int
    subject: str | None = None


def dataset_of(
    store: Path, name: str, faces: Sequence[Face], emotions: Sequence[str] = EMOTIONS
) -> Dataset:
    """A dataset in the store of a folder, or more faces in one; emotions come by turns."""
    rows = []
    for number, face in enumerate(faces):
        image = picture(".png", seed=face.seed, width=48, height=48)
        rows.append(
            {
                "face_id": face.name,
                "split": face.name.partition("/")[0],
                "emotion": emotions[number % len(emotions)],
                "subject": face.subject,
                "phash": str(imagehash.phash(Image.open(io.BytesIO(image)))),
                "image": image,
                "source": "test",
            }
        )
    dataset = open_store(str(store), create=True).dataset(name, create=True)
    dataset.append_faces({faces[0].name: pa.Table.from_pylist(rows, schema=FACES)})
    return dataset


def untrained(
    dataset: Dataset, folder: Path, protocol: Protocol | None = None, fold: int | None = None
) -> Trained:
    """What a training of a fold leaves: best and last weights that differ, and an average."""
    store = dataset.uri.removesuffix(f"/{dataset.name}")
    source = FacesSource(
        store=store, dataset=dataset.name, protocol=protocol or Protocol(), fold=fold
    )
    faces = open_faces(source, CONFIG)
    torch.manual_seed(fold or 0)
    best, made = (
        write_checkpoint(folder / name, CONFIG, faces.classes) for name in ("one", "other")
    )
    last = load(made)
    average = {n: t * 1.5 if n.startswith("classifier") else t for n, t in last.model.items()}
    result = FitResult(save(folder / "last", replace(last, average=average)), best, ())
    return Trained(faces, CONFIG, folder, result)
