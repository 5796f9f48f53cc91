"""Training: an epoch over the faces of a store, with labels that may change.

What an epoch does is a pure function of the state before it, the configuration and the faces; on
the same CPU with the same number of threads, bit for bit.
"""

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import torch
from torch import Tensor

from scn.batches import augmented, normalised, to_tensor
from scn.checkpoint import Checkpoint
from scn.config import TrainConfig, rate_at
from scn.errors import NotFinite
from scn.evaluation import class_indexes, evaluate
from scn.methods import METHODS
from scn.model import SelfCureNetwork
from scn.optimisers import make_optimiser, restore, tensors_of
from scn.relabeling import EVENTS, LabelBook
from storage.reader import FaceBatch, FaceReader

FloatArray = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class EpochRow:
    """One line of a training log; epochs are counted from 1."""

    epoch: int
    learning_rate: float
    loss: float
    rank_loss: float
    train_accuracy: float
    importance_mean: float
    relabelled: int
    validation_accuracy: float
    validation_mean_class_accuracy: float
    seconds: float


class Trainer:
    """The state of one run over one set of faces; `scn.fitting` drives it."""

    def __init__(
        self,
        config: TrainConfig,
        train: FaceReader,
        validation: FaceReader,
        classes: Sequence[str],
        model: SelfCureNetwork,
        device: torch.device,
    ) -> None:
        self.config, self.train, self.validation = config, train, validation
        self.classes, self.device = tuple(classes), device
        self.given = class_indexes(train, classes)
        class_indexes(validation, classes)
        self.book = LabelBook(self.given.copy())
        self.method = METHODS[config.method](config)
        self.model = model.to(device).to(memory_format=torch.channels_last)
        self.optimiser = make_optimiser(config, self.model)
        # Importance, probability of the given label and of the most probable one, per sample; a
        # face that was alone in its batch has not been seen yet.
        self.seen: FloatArray = np.full((3, len(train)), np.nan, np.float32)
        self.log: list[dict[str, Any]] = []

    def epoch(self, epoch: int) -> EpochRow:
        """Train on every face once, let relabels count, and validate."""
        started = time.monotonic()
        rate = rate_at(self.config, epoch)
        for group in self.optimiser.param_groups:
            group["lr"] = rate
        sums = self._pass(epoch)
        faces = max(sums["faces"], 1)
        relabelled = self.book.close_epoch()
        scores = evaluate(self.model, self.validation, self.classes, self.device)
        row = EpochRow(
            epoch=epoch,
            learning_rate=rate,
            loss=sums["loss"] / faces,
            rank_loss=sums["rank_loss"] / faces,
            train_accuracy=sums["right"] / faces,
            importance_mean=float(np.nanmean(self.seen[0])),
            relabelled=relabelled,
            validation_accuracy=scores.accuracy,
            validation_mean_class_accuracy=scores.mean_class_accuracy,
            seconds=time.monotonic() - started,
        )
        self.log.append(asdict(row))
        return row

    def _pass(self, epoch: int) -> Counter[str]:
        """One step for every batch; returns sums over the faces."""
        self.model.train()
        sums: Counter[str] = Counter()
        batches = self.train.batches(
            batch_size=self.config.batch_size, seed=self.config.seed, epoch=epoch
        )
        for step, batch in enumerate(batches):
            # Batch normalisation cannot learn from one image.
            if len(batch.indexes) > 1:
                sums.update(self._step(epoch, step, batch))
        return sums

    def _step(self, epoch: int, step: int, batch: FaceBatch) -> dict[str, float]:
        """One step of gradient descent; returns sums over the batch."""
        images = to_tensor(batch.images_rgb, self.device)
        images = normalised(
            augmented(images, self.config.augmentation, self.config.seed, epoch, step)
        )
        labels = torch.from_numpy(self.book.labels[batch.indexes]).to(self.device)
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.device.type == "cuda"):
            outputs = self.model(images)
            losses = self.method.losses(outputs, labels)
        if not torch.isfinite(losses["loss"]):
            raise NotFinite(f"epoch {epoch}, step {step}: the loss is {losses['loss'].item()}")
        self.optimiser.zero_grad(set_to_none=True)
        torch.autograd.backward(losses["loss"])
        self.optimiser.step()
        with torch.no_grad():
            if proposals := self.method.relabel(outputs, labels, epoch):
                self.book.note(epoch, batch.indexes, proposals, outputs.importance)
            self._remember(batch.indexes, outputs.logits, outputs.importance)
            right = (outputs.logits.argmax(dim=1) == labels).sum().item()
        count = len(labels)
        means = {name: losses[name].item() * count for name in losses if name != "cross_entropy"}
        return {"faces": count, "right": right, **means}

    def _remember(self, indexes: npt.NDArray[np.int64], logits: Tensor, importance: Tensor) -> None:
        """Keep what the model said of each sample in this epoch."""
        probabilities = logits.float().softmax(dim=1).cpu().numpy()
        self.seen[0, indexes] = importance.float().cpu().numpy()
        self.seen[1, indexes] = probabilities[np.arange(len(indexes)), self.given[indexes]]
        self.seen[2, indexes] = probabilities.max(axis=1)

    def checkpoint(self, epoch: int) -> Checkpoint:
        """All that is needed to go on after `epoch`."""
        model = {n: t.detach().cpu().contiguous() for n, t in self.model.state_dict().items()}
        return Checkpoint(
            config=self.config,
            classes=self.classes,
            epoch=epoch,
            store_version=self.train.version,
            model=model,
            optimiser=tensors_of(self.optimiser),
            samples=self._samples(),
            events=pa.Table.from_pylist(self.book.events, schema=EVENTS),
            log=self.log,
        )

    def go_on(self, checkpoint: Checkpoint) -> None:
        """Take up the state of a checkpoint of the same run."""
        self.model.load_state_dict(checkpoint.model)
        restore(self.optimiser, checkpoint.optimiser)
        place = {name: number for number, name in enumerate(self.classes)}
        current = checkpoint.samples["current"].to_pylist()
        self.book.labels[:] = [place[name] for name in current]
        self.book.events[:] = checkpoint.events.to_pylist()
        for row, column in enumerate(("importance", "p_given", "p_max")):
            self.seen[row] = checkpoint.samples[column].to_numpy()
        self.log = list(checkpoint.log)

    def _samples(self) -> pa.Table:
        names = np.array(self.classes, dtype=object)
        return pa.table(
            {
                "face_id": self.train.index["face_id"],
                "given": pa.array(names[self.given], pa.string()),
                "current": pa.array(names[self.book.labels], pa.string()),
                "importance": pa.array(self.seen[0], from_pandas=True),
                "p_given": pa.array(self.seen[1], from_pandas=True),
                "p_max": pa.array(self.seen[2], from_pandas=True),
            }
        )
