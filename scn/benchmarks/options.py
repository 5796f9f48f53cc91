"""What a user may set when a benchmark's official files are read."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

FerPlusVotes = Literal["fer2013new.csv", "label.csv"]
RafDbPart = Literal["basic", "compound"]
RafDbImages = Literal["aligned", "original"]
FerPlusRule = Literal["majority", "argmax"]
ClassOrderChoice = Literal["checked", "official", "alphabetical", "alphabetical-7"]


class ReadOptions(BaseModel):
    """Limits on images from strangers, and the choices that FERPlus leaves to its readers."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    max_image_bytes: int = Field(
        32_000_000, ge=1_000, description="Largest image file accepted, in bytes."
    )
    max_image_pixels: int = Field(
        50_000_000,
        ge=1_000,
        le=100_000_000,
        description="Largest image accepted, width times height in pixels.",
    )
    class_order: ClassOrderChoice = Field(
        "checked",
        description=(
            "AffectNet, FER2013: checked refuses copies whose classes follow the alphabet, as"
            " re-uploads do; alphabetical reads them, alphabetical-7 those without contempt;"
            " official takes numbers as published."
        ),
    )
    rafdb_part: RafDbPart = Field(
        "basic", description="RAF-DB: seven basic emotions, or eleven compound ones."
    )
    rafdb_images: RafDbImages = Field(
        "aligned",
        description="RAF-DB: its aligned faces of 100 x 100 pixels, or the original images.",
    )
    ferplus_votes: FerPlusVotes | None = Field(
        None,
        description=(
            "FERPlus: the file whose votes count. The two differ for 1,602 images. Empty takes "
            "label.csv, as SCN's authors did, or fer2013new.csv where label.csv is absent."
        ),
    )
    ferplus_rule: FerPlusRule = Field(
        "majority",
        description=(
            "FERPlus: majority leaves out single votes and keeps an image only if one class has "
            "more than half of the rest; argmax takes the emotion with the most votes."
        ),
    )
