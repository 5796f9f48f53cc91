"""What a user may set between a video file and its faces, with units and ranges."""

from pydantic import BaseModel, ConfigDict, Field


class HarvestConfig(BaseModel):
    """How faces are found, kept and cut; and how much an untrusted file may cost."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    detect_rate_hz: float = Field(
        4.0, gt=0, le=1000, description="Frames examined for faces per second of video."
    )
    probe_interval_s: float = Field(
        2.0, gt=0, le=60, description="How often new faces are looked for, in seconds."
    )
    sample_rate_hz: float = Field(
        2.0, gt=0, le=50, description="Faces kept per second of a clip, at most."
    )
    min_face_s: float = Field(
        5.0, ge=0, le=3600, description="Shortest time a face must stay in view, in seconds."
    )
    min_face_px: int = Field(
        40, ge=20, le=2000, description="Smallest face, shorter side of its box in source pixels."
    )
    min_probability: float = Field(
        0.9, ge=0.7, le=1, description="Least probability of being a face that is believed."
    )
    max_faces: int = Field(
        10, ge=1, le=1000, description="Faces kept per frame, the largest first."
    )
    max_gap_s: float = Field(
        1.0, ge=0, le=60, description="Longest time a face may be out of sight, in seconds."
    )
    min_iou: float = Field(
        0.3, gt=0, le=1, description="Least overlap of a face with itself a moment later, 0 to 1."
    )
    crop_px: int = Field(224, ge=32, le=1024, description="Side of the aligned crop, in pixels.")
    margin: float = Field(
        0.1, ge=0, lt=0.5, description="Extra border on each side, as a share of the crop's side."
    )
    jpeg_quality: int = Field(
        92, ge=1, le=100, description="JPEG quality of the stored crop, 1 to 100."
    )
    max_pixels: int = Field(
        1920 * 1088, ge=1024, description="Largest frame accepted, width times height in pixels."
    )
    max_duration_s: float = Field(600.0, gt=0, description="Longest video accepted, in seconds.")
    max_frames: int = Field(36_000, ge=1, description="Most frames decoded from one video.")
    timeout_s: float = Field(
        900.0, gt=0, description="Longest time spent on one video by the clock, in seconds."
    )
