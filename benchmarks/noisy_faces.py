"""The demo's still faces with a known share of wrong labels, to train on.

Training, validation and test show different people. Training and validation get wrong labels, since
nobody who has a noisy dataset has a clean part of it to choose a checkpoint by; test gets none.
"""

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from demo.benchmark_faces import benchmark_faces
from demo.processes import worker_processes
from scn.config import TrainConfig
from scn.emotions import EMOTIONS
from scn.faces import Faces, FacesSource, open_faces
from scn.label_noise import with_wrong_labels
from storage.schema import FACES
from storage.store import open_store

CLASSES: Final = tuple(emotion for emotion in EMOTIONS if emotion != "contempt")
_SIZE_PX: Final = 72
_SPLITS: Final = ("train", "validation", "test")
_NOISY: Final = ("train", "validation")


@dataclass(frozen=True, slots=True)
class CleanFaces:
    """Faces of one split: encoded images, and their true classes int64 [N]."""

    images: list[bytes]
    truth: npt.NDArray[np.int64]


def draw_faces(faces_per_class: Mapping[str, int]) -> dict[str, CleanFaces]:
    """Draw the faces of each split."""
    with worker_processes(cv2.setNumThreads, 1) as pool:
        jobs = {
            split: [
                pool.submit(_drawn, faces_per_class[split] // 2 + extra, 10 * number + part)
                for part, extra in enumerate((0, faces_per_class[split] % 2))
            ]
            for number, split in enumerate(_SPLITS)
        }
        return {
            split: _joined(itertools.chain.from_iterable(job.result() for job in parts))
            for split, parts in jobs.items()
        }


def _drawn(each: int, seed: int) -> list[tuple[bytes, str]]:
    faces = benchmark_faces(dict.fromkeys(CLASSES, each), seed=1000 + seed, size_px=_SIZE_PX)
    return [(_encoded(image_rgb), emotion) for image_rgb, emotion in faces]


def _encoded(image_rgb: npt.NDArray[np.uint8]) -> bytes:
    encoded = cv2.imencode(".png", cv2.cvtColor(image_rgb, cv2.COLOR_RGB2BGR))[1]
    return bytes(encoded.tobytes())


def _joined(faces: Iterator[tuple[bytes, str]]) -> CleanFaces:
    images, emotions = zip(*faces, strict=True)
    truth = np.array([CLASSES.index(emotion) for emotion in emotions], np.int64)
    return CleanFaces(list(images), truth)


def write_noisy(store: Path, faces: Mapping[str, CleanFaces], share: float, seed: int) -> str:
    """Write the faces as a dataset with a share of wrong labels; returns its name."""
    name = f"noise-{round(100 * share)}-{seed}"
    dataset = open_store(str(store), create=True).dataset(name, create=True)
    for number, (split, clean) in enumerate(faces.items()):
        wrong = share if split in _NOISY else 0.0
        given = with_wrong_labels(clean.truth, wrong, len(CLASSES), 100 * seed + number)
        rows = [
            {
                "face_id": face_id(split, row),
                "split": split,
                "emotion": CLASSES[label],
                "image": image,
                "source": "demo",
            }
            for row, (image, label) in enumerate(zip(clean.images, given.tolist(), strict=True))
        ]
        dataset.append_faces({split: pa.Table.from_pylist(rows, schema=FACES)})
    return name


def face_id(split: str, number: int) -> str:
    """The id of a split's face."""
    return f"{split}/{number:05d}"


def truth_of(faces: Mapping[str, CleanFaces]) -> dict[str, str]:
    """The true label of each face of train, by its id."""
    true = faces["train"].truth.tolist()
    return {face_id("train", number): CLASSES[label] for number, label in enumerate(true)}


def opened(store: Path, name: str, config: TrainConfig) -> Faces:
    """The dataset's splits as a run reads them."""
    return open_faces(FacesSource(store=str(store), dataset=name), config)
