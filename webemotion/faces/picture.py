"""One frame in sizes halved again and again, so that large squares are cut out of few pixels."""

import cv2
import numpy as np
import numpy.typing as npt

Image = npt.NDArray[np.uint8]


class Picture:
    """A frame, uint8 [H, W, 3], and its reductions, each made when it is first needed."""

    def __init__(self, frame_rgb: Image) -> None:
        self._levels = [frame_rgb]

    @property
    def frame_rgb(self) -> Image:
        """The frame itself."""
        return self._levels[0]

    @property
    def size_px(self) -> tuple[int, int]:
        """Width and height of the frame."""
        height_px, width_px = self.frame_rgb.shape[:2]
        return width_px, height_px

    def scaled(self, width_px: int, height_px: int) -> Image:
        """The whole frame, averaged down."""
        level = self._level(min(self.size_px[0] // width_px, self.size_px[1] // height_px))
        return _resized(level, width_px, height_px)

    def square(self, low_px: tuple[int, int], high_px: tuple[int, int], side_px: int) -> Image:
        """The pixels between two corners inside the frame, resized to a square.

        Args:
            low_px: left and top.
            high_px: right and bottom, both greater.
            side_px: side of the result.
        """
        # Four pixels and more for each one wanted: the corners' rounding then hardly shows.
        level = self._level(min(high_px[0] - low_px[0], high_px[1] - low_px[1]) // (4 * side_px))
        factor = round(self.frame_rgb.shape[0] / level.shape[0])
        x0, y0 = (round(each / factor) for each in low_px)
        x1, y1 = (round(each / factor) for each in high_px)
        return _resized(level[y0:y1, x0:x1], side_px, side_px)

    def _level(self, reduction: int) -> Image:
        """The frame, reduced by the greatest power of two up to `reduction`."""
        wanted = max(reduction, 1).bit_length() - 1
        while len(self._levels) <= wanted:
            last = self._levels[-1]
            # An odd edge is left out: halving is several times as fast when it comes out even.
            even = last[: last.shape[0] // 2 * 2, : last.shape[1] // 2 * 2]
            self._levels.append(_resized(even, even.shape[1] // 2, even.shape[0] // 2))
        return self._levels[wanted]


def _resized(image: Image, width_px: int, height_px: int) -> Image:
    return np.asarray(
        cv2.resize(image, (width_px, height_px), interpolation=cv2.INTER_AREA), np.uint8
    )
