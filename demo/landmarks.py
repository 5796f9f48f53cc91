"""The five landmarks of a portrait, found by MTCNN (https://arxiv.org/abs/1604.02878)."""

import numpy as np
import numpy.typing as npt
from facenet_pytorch import MTCNN

_MIN_PROBABILITY = 0.9


def find_landmarks(image_rgb: npt.NDArray[np.uint8]) -> npt.NDArray[np.float64]:
    """Eyes, nose and mouth corners of the one face in the picture: float64 [5, 2], pixels.

    Raises:
        ValueError: MTCNN sees no face, or is not sure of it.
    """
    _, probabilities, landmarks = MTCNN(device="cpu").detect(image_rgb, landmarks=True)
    if landmarks is None or probabilities[0] < _MIN_PROBABILITY:
        raise ValueError(f"image_rgb: must show one clear face; probabilities {probabilities}")
    return np.asarray(landmarks[0], np.float64)
