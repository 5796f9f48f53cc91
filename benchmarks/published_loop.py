"""The published SCN training loop, transcribed from its description; a rival and a check.

Described in the paper's repository (https://github.com/kaiwang960112/Self-Cure-Network): a loader
over image files, ResNet-18 with a sigmoid that scales the classifier's output, cross-entropy plus
the rank loss, Adam, a tenth less learning rate after each epoch, and a Python loop over the batch
that writes new labels into the dataset. It shares nothing with `scn/`.

Two of its faults are left out, since with them it does not run on a current torch: labels indexed
by a tensor on another device, and `squeeze` of a batch of one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.utils.data import Dataset
from torchvision.models import resnet18
from torchvision.transforms import v2

MEAN_RGB = (0.485, 0.456, 0.406)
STD_RGB = (0.229, 0.224, 0.225)


class PublishedNetwork(nn.Module):
    """ResNet-18, α = sigmoid(W x + b), and α times the classifier's output with its bias."""

    def __init__(self, classes: int) -> None:
        super().__init__()
        whole = resnet18()
        self.features = nn.Sequential(*list(whole.children())[:-1])
        self.alpha = nn.Sequential(nn.Linear(512, 1), nn.Sigmoid())
        self.fc = nn.Linear(512, classes)

    def forward(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """Images [B, 3, S, S] to α [B, 1] and weighted logits [B, C]."""
        x = self.features(images).flatten(1)
        weights = self.alpha(x)
        return weights, weights * self.fc(x)


@dataclass
class PublishedLoop:
    """One batch after the other.

    Attributes:
        network: what learns.
        labels: a list of the dataset's labels, which the loop overwrites.
    """

    network: PublishedNetwork
    labels: list[int]
    relabel_epoch: int = 10
    beta: float = 0.7
    margin_1: float = 0.15
    margin_2: float = 0.2

    def __post_init__(self) -> None:
        self.optimizer = torch.optim.Adam(self.network.parameters(), lr=1e-3, weight_decay=1e-4)
        self.scheduler = torch.optim.lr_scheduler.ExponentialLR(self.optimizer, gamma=0.9)

    def step(self, images: Tensor, targets: Tensor, indexes: Sequence[int], epoch: int) -> float:
        """Learn from a batch, then relabel it; returns the loss."""
        self.optimizer.zero_grad()
        weights, outputs = self.network(images)
        loss = nn.functional.cross_entropy(outputs, targets) + self._rank(weights)
        torch.autograd.backward(loss)
        self.optimizer.step()
        if epoch >= self.relabel_epoch:
            self._relabel(outputs.detach(), targets, indexes)
        return float(loss.detach())

    def _rank(self, weights: Tensor) -> Tensor:
        batch = len(weights)
        tops = int(batch * self.beta)
        _, order = torch.topk(weights.view(-1), batch)
        high, low = weights[order[:tops]].mean(), weights[order[tops:]].mean()
        difference = low - high + self.margin_1
        return difference if difference > 0 else torch.zeros_like(difference)

    def _relabel(self, outputs: Tensor, targets: Tensor, indexes: Sequence[int]) -> None:
        probabilities = torch.softmax(outputs, dim=1)
        for row, index in enumerate(indexes):
            best = int(probabilities[row].argmax())
            lead = float(probabilities[row, best] - probabilities[row, targets[row]])
            if lead > self.margin_2:
                self.labels[index] = best


class ImageFiles(Dataset[tuple[Tensor, int, int]]):
    """Image files read one by one with OpenCV, and the published random changes."""

    def __init__(self, paths: Sequence[Path], labels: list[int], size_px: int) -> None:
        self._paths, self._labels = list(paths), labels
        self._rng = np.random.default_rng(0)
        self._transform = v2.Compose(
            [
                v2.ToImage(),
                v2.Resize((size_px, size_px), antialias=True),
                v2.ToDtype(torch.float32, scale=True),
                v2.Normalize(MEAN_RGB, STD_RGB),
                v2.RandomErasing(scale=(0.02, 0.25)),
            ]
        )

    def __len__(self) -> int:
        """How many there are."""
        return len(self._paths)

    def __getitem__(self, index: int) -> tuple[Tensor, int, int]:
        """Image, its label of now, and its number."""
        image = _read(self._paths[index])
        if self._rng.random() < 0.5:
            image = image[:, ::-1].copy() if self._rng.random() < 0.5 else self._noisy(image)
        return self._transform(image), self._labels[index], index

    def _noisy(self, image: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
        noise = self._rng.normal(0, 30**0.5, image.shape)
        noisy: npt.NDArray[np.uint8] = np.clip(image + noise, 0, 255).astype(np.uint8)
        return noisy


def _read(path: Path) -> npt.NDArray[np.uint8]:
    image_bgr = cv2.imread(str(path))
    assert image_bgr is not None, f"{path} is no image"
    return cv2.cvtColor(image_bgr, cv2.COLOR_BGR2RGB).astype(np.uint8, copy=False)
