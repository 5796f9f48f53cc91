"""The three networks of MTCNN, stage by stage, so that a stage can be left out.

Zhang et al. 2016, "Joint face detection and alignment using multitask cascaded convolutional
networks" (https://arxiv.org/abs/1604.02878), with the weights and the thresholds of
facenet-pytorch (https://github.com/timesler/facenet-pytorch). Its own cascade always runs as a
whole, and cuts its candidates out one by one, which takes longer than the networks.

Boxes are float64 [N, 4], left, top, right, bottom in pixels of the frame.
"""

from collections.abc import Iterator
from functools import cache
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
import torch
from facenet_pytorch.models.mtcnn import ONet, PNet, RNet
from torchvision.ops import nms

from webemotion.faces.picture import Picture

Image = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float64]

_FACTOR: Final = 0.709
_THRESHOLDS: Final = (0.6, 0.7, 0.7)
_CELL_PX: Final = 12
_STRIDE_PX: Final = 2
_REFINE_PX: Final = 24
_FINISH_PX: Final = 48


class Faces(NamedTuple):
    """What the last stage says of N faces."""

    boxes_px: Floats
    landmarks_px: Floats
    """[N, 5, 2]."""
    probabilities: Floats
    """[N]."""


def propose(picture: Picture, min_face_px: int) -> Floats:
    """First stage: squares that may hold a face of min_face_px or more, anywhere in the frame."""
    found = [_proposed(*level) for level in _pyramid(picture, min_face_px)]
    boxes_px = np.concatenate([np.empty((0, 4)), *(boxes for boxes, _ in found)])
    scores = np.concatenate([np.empty(0), *(scores for _, scores in found)])
    return _squared(boxes_px[_suppress(boxes_px, scores, 0.7)])


def refine(picture: Picture, squares_px: Floats, overlap: float) -> Floats:
    """Second stage: the squares that look like faces, moved onto them.

    Args:
        picture: the frame.
        squares_px: candidates.
        overlap: of two that share more, as intersection over union, the likelier one is kept.
    """
    squares_px, pixels = _cut(picture, squares_px, _REFINE_PX)
    if not len(squares_px):
        return squares_px
    moves, scores = (each.double().numpy() for each in _networks()[1](pixels))
    likely = scores[:, 1] > _THRESHOLDS[1]
    boxes_px, moves = squares_px[likely], moves[likely]
    kept = _suppress(boxes_px, scores[likely, 1], overlap)
    return _squared(_moved(boxes_px[kept], moves[kept]))


def finish(picture: Picture, squares_px: Floats) -> Faces:
    """Third stage: faces with their landmarks."""
    squares_px, pixels = _cut(picture, squares_px, _FINISH_PX)
    if not len(squares_px):
        return Faces(squares_px, np.empty((0, 5, 2)), np.empty(0))
    moves, points, scores = (each.double().numpy() for each in _networks()[2](pixels))
    sure = scores[:, 1] > _THRESHOLDS[2]
    squares_px, scores = squares_px[sure], scores[sure, 1]
    relative = points[sure].reshape(-1, 2, 5).transpose(0, 2, 1)
    corners = squares_px.reshape(-1, 2, 2)
    landmarks_px = relative * (corners[:, 1:] - corners[:, :1] + 1) + corners[:, :1] - 1
    boxes_px = _moved(squares_px, moves[sure])
    kept = _suppress_contained(boxes_px, scores, 0.7)
    return Faces(boxes_px[kept], landmarks_px[kept], scores[kept])


@cache
def _networks() -> tuple[torch.nn.Module, ...]:
    # Channels last saves a third of the time.
    return tuple(
        network().eval().requires_grad_(False).to(memory_format=torch.channels_last)
        for network in (PNet, RNet, ONet)
    )


def _pyramid(picture: Picture, min_face_px: int) -> Iterator[tuple[torch.Tensor, float]]:
    """The frame at ever smaller scales, as the first network wants it."""
    width_px, height_px = picture.size_px
    scale = _CELL_PX / min_face_px
    while min(height_px, width_px) * scale >= _CELL_PX:
        level = picture.scaled(int(width_px * scale + 1), int(height_px * scale + 1))
        yield _normalised(level[None]), scale
        scale *= _FACTOR


def _proposed(level: torch.Tensor, scale: float) -> tuple[Floats, Floats]:
    moves, probabilities = _networks()[0](level)
    scores = probabilities[0, 1].double().numpy()
    rows, columns = np.nonzero(scores >= _THRESHOLDS[0])
    corner = np.stack([columns, rows], axis=1) * _STRIDE_PX + 1
    boxes_px = np.floor(np.concatenate([corner, corner + _CELL_PX - 1], axis=1) / scale)
    found = scores[rows, columns]
    kept = _suppress(boxes_px, found, 0.5)
    shares = moves[0].double().numpy()[:, rows, columns].T[kept]
    boxes_px = boxes_px[kept]
    return boxes_px + shares * np.tile(boxes_px[:, 2:] - boxes_px[:, :2], 2), found[kept]


def _cut(picture: Picture, squares_px: Floats, side_px: int) -> tuple[Floats, torch.Tensor]:
    """The squares that lie in the frame at least in part, and their pixels."""
    low = np.maximum(np.trunc(squares_px[:, :2]).astype(int), 1) - 1
    high = np.minimum(np.trunc(squares_px[:, 2:]).astype(int), picture.size_px)
    inside = (high > low).all(axis=1)
    pixels = [
        picture.square((x0, y0), (x1, y1), side_px)
        for (x0, y0), (x1, y1) in zip(low[inside].tolist(), high[inside].tolist(), strict=True)
    ]
    shape = (-1, side_px, side_px, 3)
    return squares_px[inside], _normalised(np.array(pixels, np.uint8).reshape(shape))


def _normalised(images_rgb: Image) -> torch.Tensor:
    """uint8 [N, H, W, 3] → float32 [N, 3, H, W], channels last, about -1 to 1."""
    return (torch.from_numpy(images_rgb).float() - 127.5).mul_(1 / 128).permute(0, 3, 1, 2)


def _moved(boxes_px: Floats, moves: Floats) -> Floats:
    """Corners moved by shares of the box's size."""
    return boxes_px + moves * np.tile(boxes_px[:, 2:] - boxes_px[:, :2] + 1, 2)


def _squared(boxes_px: Floats) -> Floats:
    """Squares with the same centres and the longer of both sides."""
    middle = (boxes_px[:, :2] + boxes_px[:, 2:]) / 2
    half = (boxes_px[:, 2:] - boxes_px[:, :2]).max(axis=1, initial=-np.inf, keepdims=True) / 2
    return np.concatenate([middle - half, middle + half], axis=1)


def _suppress(boxes_px: Floats, scores: Floats, overlap: float) -> npt.NDArray[np.int64]:
    if len(boxes_px) < 2:
        return np.arange(len(boxes_px))
    kept = nms(torch.from_numpy(boxes_px), torch.from_numpy(scores), overlap)
    return np.asarray(kept.numpy(), np.int64)


def _suppress_contained(boxes_px: Floats, scores: Floats, share: float) -> list[int]:
    """Of two boxes, one of which holds more than a share of the other, keep the likelier one."""
    kept: list[int] = []
    for one in np.argsort(-scores).tolist():
        if all(_shared(boxes_px[one], boxes_px[other]) <= share for other in kept):
            kept.append(one)
    return kept


def _shared(first_px: Floats, second_px: Floats) -> float:
    """The part in common as a share of the smaller box."""
    low, high = np.maximum(first_px[:2], second_px[:2]), np.minimum(first_px[2:], second_px[2:])
    areas = [(box[2] - box[0] + 1) * (box[3] - box[1] + 1) for box in (first_px, second_px)]
    return float((high - low + 1).clip(min=0).prod() / min(areas))
