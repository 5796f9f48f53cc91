"""Options of the random changes of training images."""

from pydantic import BaseModel, ConfigDict, Field


class Augmentation(BaseModel):
    """Random changes of a training image; the paper does not publish its own.

    In the published code an image is mirrored or gets noise, never both; each colour channel has
    noise of its own; and the blanked rectangle is the data set's mean colour, put in after
    normalisation. Here each change is drawn alone, as often as there, the noise is the same in all
    channels, and the rectangle is grey.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    flip: float = Field(
        0.5, ge=0, le=1, description="Share of images that are mirrored (reference: 0.25)."
    )
    shift: float = Field(
        0.04,
        ge=0,
        le=0.5,
        description="Largest shift in each direction, as a share of the side (reference: 0).",
    )
    zoom: float = Field(
        0.0,
        ge=0,
        lt=1,
        description="Largest cut: a random part of at least 1 - zoom of each side is enlarged.",
    )
    noise: float = Field(
        0.25, ge=0, le=1, description="Share of images that get noise (reference: 0.25)."
    )
    noise_std: float = Field(
        0.0215,
        ge=0,
        le=1,
        description="Standard deviation of the noise, full scale 1 (reference: sqrt(30) / 255).",
    )
    colour: float = Field(
        0.0,
        ge=0,
        le=1,
        description="Largest relative change of each colour channel (reference: 0).",
    )
    erase: float = Field(
        0.5, ge=0, le=1, description="Share of images with a blanked rectangle (reference: 0.5)."
    )
