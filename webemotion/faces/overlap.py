"""How much boxes overlap."""

import numpy as np
import numpy.typing as npt


def box_iou(
    first_xyxy: npt.NDArray[np.float64], second_xyxy: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """Intersection over union of every pair: [N, 4] and [M, 4] → [N, M], 0 to 1."""
    first, second = first_xyxy[:, None], second_xyxy[None]
    low = np.maximum(first[..., :2], second[..., :2])
    high = np.minimum(first[..., 2:], second[..., 2:])
    shared = (high - low).clip(min=0).prod(-1)
    union = _area(first) + _area(second) - shared
    return np.asarray(np.divide(shared, union, out=np.zeros_like(shared), where=union > 0))


def _area(boxes_xyxy: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return np.asarray((boxes_xyxy[..., 2:] - boxes_xyxy[..., :2]).prod(-1), np.float64)
