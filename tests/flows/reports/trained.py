"""Fine-tunings of coloured noise as the flow leaves them, in seconds and without a server."""

import hashlib
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pyarrow as pa

from flows.runs import Run
from flows.training.arms import Arm
from flows.training.elsewhere import others_of, scores_elsewhere
from flows.training.testing import Trained, test_results
from flows.training.training_task import summary_of
from scn.config import TrainConfig
from scn.faces import FacesSource, open_faces
from scn.fitting import fit
from scn.protocol import Protocol
from storage.fingerprint import fingerprint
from storage.repeats import repeats
from storage.schema import FACES
from storage.shared_pictures import Side, shared_pictures
from storage.store import Dataset, open_store

SCRIPT = "<script>alert('happy')</script>"
DOLLAR = "a $\\frac$ formula"
CLASSES = ("neutral", SCRIPT, DOLLAR)
GENDERS = ("f<b>", "m&m")
SIZE_PX = 32
REPEATED = 6
TRAIN = TrainConfig.model_validate(
    {"preset": "reference", "image_size_px": SIZE_PX, "batch_size": 16,
     "ema_decay": 0.5, "relabel_from_epoch": 1, "relabel_margin": 0.0, "holdout_share": 0.3}
)  # fmt: skip


def write_faces(
    folder: Path,
    name: str = "own",
    classes: tuple[str, ...] = CLASSES,
    train: int = 60,
    test: int = 60,
) -> Dataset:
    """A dataset of noise whose colour tells its class, most of the time."""
    rng = np.random.default_rng(len(name))
    images = {
        (split, number): _image(rng, number % len(classes))
        for split, count in (("train", train), ("test", test))
        for number in range(count)
    }
    # So many tested pictures are trained on as well.
    images |= {("test", number): images["train", number] for number in range(min(REPEATED, train))}
    rows = [
        {
            "face_id": f"{split}/{number:04d}<i>.png",
            "split": split,
            "emotion": classes[number % len(classes)],
            "video_id": f"{split}{number}",
            "subject": f"{name}/{number // 4}" if not test else None,
            "gender": GENDERS[number % 2],
            "size_px": int(rng.integers(20, 200)),
            "sharpness": float(rng.gamma(2, 50)),
            "yaw_deg": float(rng.normal(0, 20)),
            "image": images[split, number],
            "phash": hashlib.sha256(images[split, number]).hexdigest()[:16],
            "source": "test",
        }
        for split, count in (("train", train), ("test", test))
        for number in range(count)
    ]
    dataset = open_store(str(folder / "store"), create=True).dataset(name, create=True)
    dataset.append_faces({"all": pa.Table.from_pylist(rows, schema=FACES)})
    return dataset


def finetuned(
    folder: Path,
    name: str,
    dataset: Dataset,
    methods: tuple[str, ...] = ("scn",),
    others: tuple[Dataset, ...] = (),
    epochs: int = 1,
    **protocol: Any,
) -> Run:
    """Train by each method from random weights, test, and leave a finished run in `folder`."""
    run, rules = Run(folder / "runs" / name), Protocol.model_validate(protocol)
    train = TRAIN.model_copy(update={"epochs": epochs})
    source = FacesSource(store=str(folder / "store"), dataset=dataset.name, protocol=rules)
    folds = [source.model_copy(update={"fold": n}) for n in range(rules.folds or 0)] or [source]
    parameters = {
        "benchmark": "folder",
        "dataset": dataset.name,
        "store": source.store,
        "start": "random",
        "train": train.model_dump(mode="json"),
        "protocol": rules.model_dump(mode="json"),
        "store_version": dataset.version(),
        "fingerprint": fingerprint(dataset),
    }
    run.start("finetune", parameters)
    arms = [Arm(f"{m}-random", train.model_copy(update={"method": m})) for m in methods]
    rows = [_row(arm, run, folds, dataset, others, rules) for arm in arms]
    run.finish(
        {
            "benchmark": "folder",
            "selection": rules.selection,
            "classes": list(open_faces(folds[0], train).classes),
            "fingerprint": parameters["fingerprint"],
            "folds": len(folds),
            "rows": rows,
        }
    )
    return run


def _row(
    arm: Arm,
    run: Run,
    folds: list[FacesSource],
    dataset: Dataset,
    others: tuple[Dataset, ...],
    rules: Protocol,
) -> dict[str, Any]:
    trained = []
    for number, source in enumerate(folds):
        faces = open_faces(source, arm.config)
        folder = run.path / arm.name / (f"fold-{number:02d}" if len(folds) > 1 else "")
        result = fit(arm.config, faces.train, faces.validation, faces.classes, folder)
        trained.append(Trained(faces, arm.config, folder, result))
    summaries = [summary_of(each.result) for each in trained]
    repeated = repeats(dataset, dataset.version())
    return {
        "method": arm.config.method,
        "start": "random",
        "selection": rules.selection,
        **(summaries[0] if len(folds) == 1 else {"folds": summaries}),
        **test_results(trained, dataset, repeated, run.path / arm.name),
        "also_tested": {each.name: _elsewhere(trained[0], dataset, each, run) for each in others},
    }


def _elsewhere(trained: Trained, dataset: Dataset, other: Dataset, run: Run) -> dict[str, Any]:
    store = open_store(trained.faces.source.store)
    (found,) = others_of(store, [other.name], run, trained.faces, trained.config)
    sides = Side(found.dataset, found.version), Side(dataset, dataset.version())
    return scores_elsewhere(trained, found, shared_pictures(*sides))


def _image(rng: np.random.Generator, label: int) -> bytes:
    colour = np.full(3, 60.0)
    colour[label % 3 if rng.random() > 0.2 else rng.integers(3)] += 60
    noisy = colour + rng.normal(0, 45, (SIZE_PX, SIZE_PX, 3))
    return cv2.imencode(".png", noisy.clip(0, 255).astype(np.uint8))[1].tobytes()
