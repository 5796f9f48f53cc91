"""What can be measured on a face image without knowing the expression: light, blur, pose, hash.

Sharpness is the variance of the Laplacian (Pech-Pacheco et al. 2000,
https://doi.org/10.1109/ICPR.2000.903548); the hash is ImageHash's pHash. Pose is our estimate:
roll is the slope of the line through the eyes; for yaw the nose is taken to stand out from the
plane of eyes and mouth by half the distance of the eyes, so that, turned by ψ and seen from
afar, it leaves the midline by (offset / distance) = 0.5 tan ψ. Pitch follows from how far down
the midline, from eyes to mouth, the nose is, beside where the template has it.
"""

from dataclasses import asdict, dataclass

import cv2
import imagehash
import numpy as np
import numpy.typing as npt
from PIL import Image

from storage.alignment_template import TEMPLATE_XY

_NOSE_DEPTH = 0.5


@dataclass(frozen=True, slots=True)
class Look:
    """Measurements of one face image."""

    sharpness: float
    """Variance of the Laplacian, grey levels 0 to 255."""
    brightness: float
    """Mean grey level, 0 to 1."""
    contrast: float
    """Standard deviation of the grey level, 0 to 0.5."""
    asymmetry: float
    """How unlike its mirror image the crop is: 1 minus their correlation, 0 to 2. It grows with
    whatever covers one side, and with a turned head or light from one side."""
    phash: str
    """16 hexadecimal digits."""


@dataclass(frozen=True, slots=True)
class Quality(Look):
    """Measurements of one aligned crop and its landmarks."""

    yaw_deg: float
    """-90 to 90; positive when the nose points to the right of the image."""
    pitch_deg: float
    """-90 to 90; positive when the face looks down."""
    roll_deg: float
    """-180 to 180; positive when the eye on the right is the lower one."""


def measure(crop_rgb: npt.NDArray[np.uint8], landmarks_px: npt.NDArray[np.float64]) -> Quality:
    """Measure one face.

    Args:
        crop_rgb: uint8 [S, S, 3], aligned.
        landmarks_px: float [5, 2] in pixels of the source frame, before alignment.
    """
    yaw_deg, pitch_deg, roll_deg = pose_deg(landmarks_px)
    look = asdict(look_of(crop_rgb))
    return Quality(**look, yaw_deg=yaw_deg, pitch_deg=pitch_deg, roll_deg=roll_deg)


def look_of(crop_rgb: npt.NDArray[np.uint8]) -> Look:
    """Measure what needs no landmarks, of uint8 [S, S, 3]."""
    grey = np.asarray(cv2.cvtColor(crop_rgb, cv2.COLOR_RGB2GRAY), np.uint8)
    return Look(
        sharpness=float(cv2.Laplacian(grey, cv2.CV_64F).var()),
        brightness=float(grey.mean() / 255),
        contrast=float(grey.std() / 255),
        asymmetry=_asymmetry(grey),
        phash=str(imagehash.phash(Image.fromarray(crop_rgb))),
    )


def pose_deg(landmarks_px: npt.NDArray[np.float64]) -> tuple[float, float, float]:
    """Yaw, pitch and roll in degrees from five landmarks, float [5, 2] in pixels."""
    left_eye, right_eye, nose, *mouth = landmarks_px
    across = right_eye - left_eye
    roll_deg = np.degrees(np.arctan2(across[1], across[0]))
    eyes_px = np.hypot(*across)
    middle = (left_eye + right_eye) / 2
    offset_px = _distance_from_line(nose, middle, (mouth[0] + mouth[1]) / 2)
    yaw_deg = np.degrees(np.arctan2(offset_px, _NOSE_DEPTH * eyes_px))
    down = _nose_height(landmarks_px) - _nose_height(np.array(TEMPLATE_XY))
    pitch_deg = np.degrees(np.arctan(down * _face_height() / _NOSE_DEPTH))
    return float(yaw_deg), float(pitch_deg), float(roll_deg)


def _nose_height(landmarks: npt.NDArray[np.float64]) -> float:
    """Where the nose is on the midline: 0 between the eyes, 1 between the mouth's corners."""
    left_eye, right_eye, nose, *mouth = landmarks
    middle = (left_eye + right_eye) / 2
    down = (mouth[0] + mouth[1]) / 2 - middle
    return float((nose - middle) @ down / max(down @ down, np.finfo(np.float64).tiny))


def _face_height() -> float:
    """From eyes to mouth in a frontal face, as a share of the distance of the eyes."""
    left_eye, right_eye, _, *mouth = np.array(TEMPLATE_XY)
    down = (mouth[0] + mouth[1]) / 2 - (left_eye + right_eye) / 2
    return float(np.hypot(*down) / np.hypot(*(right_eye - left_eye)))


def _asymmetry(grey: npt.NDArray[np.uint8]) -> float:
    """Of the face itself: the outer quarters are hair and background."""
    side_px = grey.shape[0]
    inner = grey[side_px // 4 : side_px * 7 // 8, side_px // 4 : side_px - side_px // 4]
    # Small, so that a landmark off by a pixel or two does not count.
    small = cv2.resize(inner, (12, 16), interpolation=cv2.INTER_AREA).astype(np.float64)
    half, mirrored = (each - each.mean() for each in (small[:, :6], small[:, :5:-1]))
    scale = np.sqrt((half**2).sum() * (mirrored**2).sum())
    return 1 - float((half * mirrored).sum() / max(scale, 1.0))


def _distance_from_line(
    point: npt.NDArray[np.float64], start: npt.NDArray[np.float64], end: npt.NDArray[np.float64]
) -> float:
    """Signed: positive on the right-hand side of a line that runs down the image."""
    along, to_point = end - start, point - start
    length = max(float(np.hypot(*along)), float(np.finfo(np.float64).tiny))
    return float(along[1] * to_point[0] - along[0] * to_point[1]) / length
