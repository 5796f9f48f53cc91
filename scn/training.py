"""Training: the steps of an epoch over the faces of a store, and what an epoch came to."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import torch

from scn.balance import balanced_counts
from scn.config import TrainConfig, rate_at
from scn.errors import NotFinite
from scn.evaluation import class_indexes, evaluate
from scn.freezing import let_learn
from scn.learning import Learning, Place
from scn.monitors import alarms, look
from scn.not_finite import Wreck
from scn.optimisers import set_rate
from scn.premises import Premises
from scn.processes import Processes
from scn.progress import Progress
from scn.soft_labels import vote_shares
from scn.start import Start
from storage.reader import FaceBatch, FaceReader

Int64Array = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class StepRow:
    """One step of a training log; epochs are counted from 1, steps from 0.

    Attributes:
        values: the losses, means over the batch.
        images_per_s: over all processes.
        wait_share: share of the step's time that was spent waiting for images.
    """

    epoch: int
    step: int
    steps: int
    learning_rate: float
    values: dict[str, float]
    images_per_s: float
    wait_share: float


class Trainer:
    """One run over one set of faces; `scn.fitting` drives it."""

    def __init__(
        self,
        config: TrainConfig,
        train: FaceReader,
        validation: FaceReader,
        classes: Sequence[str],
        start: Start,
        device: torch.device,
        processes: Processes,
        premises: Premises,
        folder: Path,
    ) -> None:
        self.config, self.train, self.validation = config, train, validation
        self.classes, self.device, self.processes = tuple(classes), device, processes
        self.premises, self.folder = premises, folder
        class_indexes(validation, classes)
        given = class_indexes(train, classes)
        soft = config.labels == "soft"
        shares = vote_shares(train.index, given, self.classes) if soft else None
        self.learning = Learning(config, given, start.network, device, processes, shares)
        self.copied = start.copied
        self.progress = Progress()

    def steps(self) -> Iterator[StepRow]:
        """Do the rest of the open epoch, step by step."""
        learning, progress, size = self.learning, self.progress, self.config.batch_size
        let_learn(learning.network, self.config)
        reader, samples = self._shown()
        total = -(-len(reader) // size)
        begun_s = time.monotonic()
        for batch in self._batches(reader):
            read_s = time.monotonic()
            number = progress.batches
            rate = rate_at(self.config, progress.epoch - 1 + (number + 0.5) / total)
            set_rate(learning.optimiser, self.config, rate)
            place = Place(progress.epoch, number, min(size, len(reader) - number * size))
            values: dict[str, float] = {}
            if place.rows >= learning.least_rows:
                values = self._learned(batch, samples[batch.indexes], place)
            spent_s = time.monotonic() - begun_s
            progress.add_batch(values, place.rows, spent_s)
            speed, wait = place.rows / spent_s, (read_s - begun_s) / spent_s
            begun_s += spent_s
            yield StepRow(progress.epoch, number, total, rate, values, speed, wait)

    def _learned(self, batch: FaceBatch, samples: Int64Array, place: Place) -> dict[str, float]:
        """Learn from a batch, or keep it in the run's folder if that cannot be done."""
        try:
            return self.learning.step(batch, samples, place)
        except NotFinite as error:
            part = f"-process-{self.processes.rank}" if self.processes.size > 1 else ""
            name = f"epoch-{place.epoch:04d}-step-{place.number:06d}{part}"
            kept = Wreck(name, batch.images_rgb, self._faces(samples)).keep(self.folder)
            raise NotFinite(
                f"epoch {place.epoch}, step {place.number}: {error}; its batch is in {kept}."
                " Lower the learning rate, or set precision float32."
            ) from error

    def _faces(self, samples: Int64Array) -> pa.Table:
        """Who these samples are, and what they are called."""
        names = np.array(self.classes)
        return pa.table(
            {
                "face_id": self.train.index["face_id"].take(pa.array(samples)),
                "given": names[self.learning.given[samples]],
                "current": names[self.learning.book.labels[samples]],
            }
        )

    def close_epoch(self, between: Callable[[], None] = lambda: None) -> dict[str, Any]:
        """Validate, let relabels count, look for what goes wrong; returns the epoch's row.

        `between` is called after each batch of validation; what it raises leaves the epoch open.
        """
        begun_s, progress, learning = time.monotonic(), self.progress, self.learning
        epoch, scores = progress.epoch, self._validated(between)
        relabelled = learning.book.close_epoch(epoch)
        seen = learning.seen[0][~np.isnan(learning.seen[0])]
        row = {
            "epoch": epoch,
            "learning_rate": rate_at(self.config, epoch - 0.5),
            **progress.means(),
            "importance_mean": float(seen.mean()) if len(seen) else 0.0,
            "relabelled": relabelled,
            **scores,
            **self._looked(epoch, scores["validation_accuracy"]),
        }
        row["seconds"] = progress.seconds + time.monotonic() - begun_s
        progress.close(row)
        return row

    def _looked(self, epoch: int, accuracy: float) -> dict[str, Any]:
        """Findings and alarms."""
        learning = self.learning
        events = [event for event in learning.book.events if event["epoch"] == epoch]
        inactive = self.progress.share("rank_inactive")
        findings = look(self.classes, learning.given, learning.seen[0], events, inactive)
        before = [row["validation_accuracy"] for row in self.progress.log]
        ranked = "rank_loss" in self.progress.sums and self.config.rank_loss_weight > 0
        raised = alarms(findings, [*before, accuracy], ranked=ranked)
        return {"findings": asdict(findings), "alarms": [asdict(alarm) for alarm in raised]}

    def _validated(self, between: Callable[[], None]) -> dict[str, float]:
        """Scores on validation, of the weights and of their average."""
        network, average = self.learning.network, self.learning.average
        given = (self.validation, self.classes, self.device, self.processes, between)
        scores = evaluate(network, *given)
        found = {
            "validation_accuracy": scores.accuracy,
            "validation_mean_class_accuracy": scores.mean_class_accuracy,
        }
        if average:
            with average.in_place():
                scores = evaluate(network, *given)
            found["average_accuracy"] = scores.accuracy
        return found

    def _shown(self) -> tuple[FaceReader, Int64Array]:
        """What the open epoch shows, and which sample each of its faces is."""
        everyone = np.arange(len(self.train))
        if not self.config.balanced:
            return self.train, everyone
        given, seed = self.learning.given, self.config.seed
        counts = balanced_counts(given, seed, self.progress.epoch)
        return self.train.repeat(counts), np.repeat(everyone, counts)

    def _batches(self, reader: FaceReader) -> Iterator[FaceBatch]:
        return reader.batches(
            batch_size=self.config.batch_size,
            seed=self.config.seed,
            epoch=self.progress.epoch,
            rank=self.processes.rank,
            world_size=self.processes.size,
            lanes=self.premises.lanes,
            start=self.progress.batches,
        )
