"""FER2013 with its own labels, one annotator each; FERPlus relabels the same images.

Source: https://www.kaggle.com/c/challenges-in-representation-learning-facial-expression-recognition-challenge
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pyarrow as pa

from scn.benchmarks import fer2013, reuploads
from scn.benchmarks.chunks import Face, gather
from scn.benchmarks.counts import OfficialCounts, SplitCount
from scn.benchmarks.options import ReadOptions
from scn.benchmarks.tally import Tally
from scn.emotions import FER2013

NAME: Final = "fer2013"
SOURCE: Final = "fer2013"
LAYOUT: Final = "fer2013.csv"

_TRAIN: Final = (3_995, 436, 4_097, 7_215, 4_830, 3_171, 4_965)
_VALIDATION: Final = (467, 56, 496, 895, 653, 415, 607)
_TEST: Final = (491, 55, 528, 879, 594, 416, 626)


def official_counts() -> OfficialCounts:
    """Return the counts of the published file, by the order of its classes."""
    splits = {"train": _TRAIN, "validation": _VALIDATION, "test": _TEST}
    return {
        LAYOUT: {
            split: SplitCount(
                sum(numbers), dict(zip(FER2013.emotions.values(), numbers, strict=True))
            )
            for split, numbers in splits.items()
        }
    }


def read(path: Path, options: ReadOptions, tally: Tally) -> Iterator[tuple[str, pa.Table]]:
    """Check the whole file, then give its faces as keyed tables of ``storage.schema.FACES``.

    Args:
        path: the folder of fer2013.csv.
        options: how class numbers are understood.
        tally: receives what was found and kept, before this function returns.

    Raises:
        LayoutError: the file is missing or malformed, or a re-upload.
    """
    if not (path / fer2013.FILE).exists() and reuploads.is_here(path):
        return reuploads.read_folders(path, FER2013, options, tally, SOURCE)
    tally.layout, tally.source = LAYOUT, SOURCE
    order = reuploads.order_of(FER2013, options)
    labels = list(fer2013.read_labels(path / fer2013.FILE, order))
    for row, (split, emotion) in enumerate(labels):
        tally.keep(split, _stem(row), emotion)
    published = dict(zip(FER2013.emotions.values(), _TRAIN, strict=True))
    reuploads.check_order(path / fer2013.FILE, FER2013, published, options, tally)
    images = fer2013.read_images(path / fer2013.FILE, range(len(labels)))
    faces = (Face(labels[row][0], _stem(row), labels[row][1], image) for row, image in images)
    return gather(faces, name=NAME, source=SOURCE)


def _stem(row: int) -> str:
    """The name that FERPlus gives to the same row."""
    return f"fer{row:07d}"
