"""Two portraits in the public domain, cut out and laid on one canvas, eyes over eyes.

Eileen Collins (NASA, https://flic.kr/p/r9qvLn, shipped by scikit-image) and Grace Hopper (US
Navy, shipped by matplotlib). Both are works of the United States' government.
"""

from dataclasses import dataclass
from importlib import resources
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from demo.face_points import (
    CANVAS_HEIGHT_PX,
    CANVAS_WIDTH_PX,
    EYES_XY,
    Points,
    at_picture,
    at_rest,
)

_FILES: Final = {
    "astronaut": ("skimage", "data/astronaut.png"),
    "hopper": ("matplotlib", "mpl-data/sample_data/grace_hopper.jpg"),
}
# Head and shoulders, drawn by hand on the canvas; GrabCut finds the exact edge near them.
_OUTLINES: Final = {
    "astronaut": (
        *((0, 539), (0, 455), (30, 425), (70, 395), (85, 345), (110, 300), (150, 278), (203, 272)),
        *((203, 245), (188, 238), (178, 218), (158, 208), (142, 185), (137, 150), (140, 113)),
        *((160, 88), (190, 72), (203, 52), (230, 28), (270, 12), (310, 12), (350, 26), (385, 48)),
        *((408, 83), (418, 120), (417, 160), (406, 190), (386, 217), (366, 240), (358, 285)),
        *((346, 316), (376, 330), (402, 355), (432, 390), (442, 432), (480, 443), (512, 470)),
        *((532, 510), (540, 539)),
    ),
    "hopper": (
        *((20, 539), (30, 470), (50, 390), (70, 342), (100, 333), (160, 318), (200, 293)),
        *((212, 280), (184, 258), (181, 230), (177, 180), (184, 150), (179, 115), (184, 92)),
        *((203, 90), (206, 70), (225, 50), (245, 42), (255, 31), (280, 27), (305, 32), (320, 48)),
        *((345, 62), (357, 80), (358, 92), (378, 95), (378, 150), (378, 210), (366, 250)),
        *((350, 288), (332, 294), (332, 302), (370, 323), (440, 353), (472, 373), (480, 420)),
        *((488, 480), (500, 539)),
    ),
}
_EDGE_PX: Final = 17
_FEATHER_PX: Final = 1.0


@dataclass(frozen=True, slots=True)
class Portrait:
    """A cut-out head and shoulders whose face can be moved."""

    name: str
    image_rgba: npt.NDArray[np.uint8]
    """uint8 [540, 560, 4]; the fourth channel is 255 on the person."""
    picture_xy: Points
    """Where the points of ``demo.face_points`` lie in the image."""
    rest_xy: Points
    """Where they lie when the face shows nothing."""
    mirrored: bool = False
    """Whether a rendered face is turned left to right at the end."""
    brow_rgb: tuple[int, int, int] = (84, 56, 38)
    """The colour of the drawn brows."""
    brow_width_px: float = 4.0


def load_portraits() -> dict[str, Portrait]:
    """Both portraits by name."""
    return {name: _load(name) for name in _FILES}


def _load(name: str) -> Portrait:
    # Torch takes seconds to import, and the processes that only render never need it.
    from demo.landmarks import find_landmarks

    image_rgb = _read(*_FILES[name])
    matrix = _onto_canvas(find_landmarks(image_rgb))
    size = (CANVAS_WIDTH_PX, CANVAS_HEIGHT_PX)
    canvas_rgb = cv2.warpAffine(
        image_rgb, matrix, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
    ).astype(np.uint8, copy=False)
    image_rgba = np.dstack([canvas_rgb, _matte(canvas_rgb, np.array(_OUTLINES[name], np.int32))])
    return Portrait(name, image_rgba, at_picture(name), at_rest(name))


def _read(package: str, path: str) -> npt.NDArray[np.uint8]:
    data = resources.files(package).joinpath(path).read_bytes()
    image_bgr = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    if image_bgr is None:
        raise ValueError(f"path: {package}/{path} is not an image that OpenCV reads")
    return np.asarray(cv2.cvtColor(image_bgr, cv2.COLOR_BGR2RGB), np.uint8)


def _onto_canvas(landmarks_xy: Points) -> Points:
    """The similarity transform that lays the two eyes on ``EYES_XY``: float64 [2, 3]."""
    source, target = landmarks_xy[:2] @ (1, 1j), np.array(EYES_XY) @ (1, 1j)
    turn = (target[1] - target[0]) / (source[1] - source[0])
    shift = target[0] - turn * source[0]
    return np.array([[turn.real, -turn.imag, shift.real], [turn.imag, turn.real, shift.imag]])


def _matte(
    canvas_rgb: npt.NDArray[np.uint8], outline: npt.NDArray[np.int32]
) -> npt.NDArray[np.uint8]:
    """How much of each pixel is the person, 0 to 255, by GrabCut along the drawn outline."""
    inside = np.zeros(canvas_rgb.shape[:2], np.uint8)
    cv2.fillPoly(inside, [outline], 1)
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (_EDGE_PX, _EDGE_PX))
    sure = cv2.erode(inside, kernel, borderType=cv2.BORDER_REPLICATE)
    near = cv2.dilate(inside, kernel)
    labels = np.where(inside, cv2.GC_PR_FGD, cv2.GC_PR_BGD).astype(np.uint8)
    labels[sure == 1], labels[near == 0] = cv2.GC_FGD, cv2.GC_BGD
    cv2.setRNGSeed(0)
    model = np.zeros((1, 65)), np.zeros((1, 65))
    cv2.grabCut(canvas_rgb, labels, None, *model, 4, cv2.GC_INIT_WITH_MASK)  # type: ignore[call-overload]
    person = np.isin(labels, (cv2.GC_FGD, cv2.GC_PR_FGD)).astype(np.uint8) * 255
    smooth = cv2.medianBlur(person, 7)
    return np.asarray(cv2.GaussianBlur(smooth, (0, 0), _FEATHER_PX), np.uint8)
