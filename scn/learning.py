"""One step of gradient descent on one batch, with its labels and what is remembered of each face.

What a step does is a pure function of the state before it, the configuration and the faces; on the
same CPU with the same number of threads, bit for bit.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from scn.augmentation import augmented, draw
from scn.averaging import WeightAverage
from scn.batches import normalised, to_tensor
from scn.config import TrainConfig
from scn.freezing import least_rows, let_learn, with_shared_statistics
from scn.joint_step import JointStep
from scn.label_book import LabelBook
from scn.methods import METHODS, Step
from scn.network import Network, Outputs
from scn.not_finite import check_gradient, check_loss
from scn.optimisers import make_optimiser
from scn.precision import precision_of
from scn.processes import Processes
from scn.soft_labels import soft_targets
from storage.reader import FaceBatch

FloatArray = npt.NDArray[np.float32]
Int64Array = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Place:
    """Which batch this is: of which epoch, counted from 1, and its number, counted from 0."""

    epoch: int
    number: int
    rows: int
    """Faces of it, over all processes."""


class Learning:
    """All that changes while a network learns.

    Attributes:
        book: the labels.
        shares: float32 [N, C], of the votes for each sample, where labels are soft.
        network: what learns.
        optimiser: how.
        average: of the weights, if it is asked for.
        seen: float32 [3, N]: importance, probability of the given label and of the most probable
            one, of each sample; NaN for one that was in no batch yet.
    """

    def __init__(
        self,
        config: TrainConfig,
        given: Int64Array,
        network: Network,
        device: torch.device,
        processes: Processes,
        shares: FloatArray | None = None,
    ) -> None:
        self.config, self.given, self.shares = config, given, shares
        self.device, self.processes = device, processes
        self.book = LabelBook.of(given, config)
        self.method = METHODS[config.method](config)
        self.precision = precision_of(config, device)
        shared = with_shared_statistics(network, config, device, processes.size)
        self.network = self.precision.prepared(shared)
        self.optimiser = make_optimiser(config, self.network)
        self.average = WeightAverage(self.network, config.ema_decay) if config.ema_decay else None
        self.seen: FloatArray = np.full((3, len(given)), np.nan, np.float32)
        encode = self.precision.encoding(lambda images: self.method.encode(self.network, images))
        self._encode = torch.compile(encode) if config.compile else encode

    @property
    def least_rows(self) -> int:
        """A smaller batch is left out."""
        return least_rows(self.config, self.processes.size)

    def step(self, batch: FaceBatch, samples: Int64Array, place: Place) -> dict[str, float]:
        """Learn from a batch.

        Args:
            batch: this process's images.
            samples: which samples they are.
            place: of the batch.

        Returns:
            Losses and accuracy, means over the whole batch.

        Raises:
            NotFinite: the loss or its gradient is infinite or undefined; all is spoilt then.
        """
        seed = ((self.config.seed * 1_000_003 + place.epoch) * 1_000_003 + place.number) % 2**62
        indexes = self._joined(samples, place.rows)
        joint = JointStep(
            self.network,
            self._encode,
            self._images(batch, place),
            rows=place.rows,
            micro_batch=self.config.micro_batch,
            processes=self.processes,
            seed=seed,
        )
        outputs = self.network.decide(joint.joined)
        step = Step(place.epoch, np.random.default_rng([seed, 1]), self.processes.size)
        self._relabel(batch, place, outputs.detached(), indexes, step)
        labels = self._labels(indexes)
        targets = labels if self.shares is None else self._soft(self.shares, indexes)
        losses = self.method.losses(self.network, joint.joined, outputs, targets, step)
        values = {name: float(value.detach()) for name, value in losses.items()}
        check_loss(values)
        gradient_norm = self._descend(joint, losses["loss"])
        accuracy = self._remember(indexes, outputs.detached(), labels)
        # Not before the step: a GPU would have to be waited for once more.
        check_gradient(float(gradient_norm))
        return {**values, "train_accuracy": accuracy}

    def _descend(self, joint: JointStep, loss: Tensor) -> Tensor:
        """Do a step; returns the length of the gradient."""
        self.optimiser.zero_grad(set_to_none=True)
        joint.backward(loss)
        common = self.network.deciding()
        known = {id(parameter) for parameter in common}
        own = [p for p in self.network.parameters() if id(p) not in known]
        self.processes.add_gradients(own, common)
        gradients = [p.grad for p in self.network.parameters() if p.grad is not None]
        norm = torch.nn.utils.get_total_norm(gradients)
        self.optimiser.step()
        if self.config.batch_norm == "batch":
            self.processes.share_buffers(self.network)
        if self.average:
            self.average.update()
        return norm

    def _images(self, batch: FaceBatch, place: Place, *, clean: bool = False) -> Tensor:
        images = to_tensor(batch.images_rgb, self.device, self.precision.dtype)
        if clean:
            return normalised(images)
        seed = (self.config.seed, place.epoch, place.number)
        draws = draw(self.config.augmentation, place.rows, *seed)
        return normalised(augmented(images, draws.rows(self.processes.rank, self.processes.size)))

    def _joined(self, samples: Int64Array, rows: int) -> Int64Array:
        """The samples of the whole batch, in its order."""
        parts = {"samples": torch.from_numpy(samples).to(self.device)}
        joined: Int64Array = self.processes.join(parts, rows)["samples"].cpu().numpy()
        return joined

    def _labels(self, indexes: Int64Array) -> Tensor:
        return torch.from_numpy(self.book.labels[indexes]).to(self.device)

    def _soft(self, shares: FloatArray, indexes: Int64Array) -> Tensor:
        given, current = self.given[indexes], self.book.labels[indexes]
        targets = soft_targets(shares[indexes], given, current)
        return torch.from_numpy(targets).to(self.device, self.precision.dtype)

    @torch.no_grad()
    def _relabel(
        self, batch: FaceBatch, place: Place, outputs: Outputs, indexes: Int64Array, step: Step
    ) -> None:
        config = self.config
        open_now = self.method.relabels and place.epoch >= config.relabel_from_epoch
        if open_now and config.relabel and config.relabel_view == "clean":
            outputs = self._clean_outputs(batch, place)
        proposals = self.method.relabel(outputs, self._labels(indexes), step)
        if proposals:
            self.book.note(step.epoch, indexes, proposals, outputs.importance)

    def _clean_outputs(self, batch: FaceBatch, place: Place) -> Outputs:
        """What the network says of the images without random changes."""
        self.network.eval()
        encoded = self._encode(self._images(batch, place, clean=True))
        joined = self.processes.join(encoded, place.rows)
        let_learn(self.network, self.config)
        return self.network.decide({n: t.to(self.precision.dtype) for n, t in joined.items()})

    def _remember(self, indexes: Int64Array, outputs: Outputs, labels: Tensor) -> float:
        """Keep what the network said of each sample; returns the share that it named right."""
        logits = outputs.logits
        probabilities = logits.float().softmax(dim=1).cpu().numpy()
        self.seen[0, indexes] = outputs.importance.float().cpu().numpy()
        self.seen[1, indexes] = probabilities[np.arange(len(indexes)), self.given[indexes]]
        self.seen[2, indexes] = probabilities.max(axis=1)
        return float((logits.argmax(dim=1) == labels).float().mean())
