"""One face in one frame."""

from dataclasses import dataclass

Box = tuple[float, float, float, float]
Landmarks = tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Detection:
    """One face in one frame."""

    t_s: float
    """Presentation time in seconds."""
    box_xyxy: Box
    """Relative to the frame's width and height, clipped to 0 to 1."""
    landmarks_xy: Landmarks
    """Left eye, right eye, nose, left and right mouth corner as seen; relative, not clipped."""
    probability: float
    size_px: int
    """Shorter side of the box in source pixels."""
