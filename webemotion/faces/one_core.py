"""One core for one video: so many workers as there are cores then do not fight over them."""

from collections.abc import Iterator
from contextlib import contextmanager

import cv2
import torch


@contextmanager
def one_core() -> Iterator[None]:
    """Keep torch and OpenCV from starting threads for as long as the block lasts."""
    before = torch.get_num_threads(), cv2.getNumThreads()
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before[0])
        cv2.setNumThreads(before[1])
