"""RAF-DB: real-world faces with one of seven basic, or of eleven compound, emotions.

Source: the layout of the official archive (http://www.whdeng.cn/RAF/model1.html).

::

    basic/EmoLabel/list_patition_label.txt      (sic) lines such as "train_00001.jpg 5"
    basic/Image/aligned/train_00001_aligned.jpg
    basic/Image/original/train_00001.jpg
    basic/Annotation/manual/train_00001_manu_attri.txt
    basic/boundingbox/train_00001_boundingbox.txt    or in Annotation; of the original images
    compound/                                   likewise, of other faces
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pyarrow as pa

from scn.benchmarks.chunks import NOBODY
from scn.benchmarks.counts import OfficialCounts, SplitCount
from scn.benchmarks.errors import LayoutError
from scn.benchmarks.labelled_files import LabelledFile, tables_of
from scn.benchmarks.lines import read_lines
from scn.benchmarks.options import RafDbPart, ReadOptions
from scn.benchmarks.rafdb_attributes import person_of
from scn.benchmarks.rafdb_boxes import box_of
from scn.benchmarks.tally import Tally
from scn.emotions import RAF_DB, RAF_DB_COMPOUND, ClassOrder

NAME: Final = "rafdb"
SOURCE: Final = "raf-db"

_LABELS: Final = Path("EmoLabel") / "list_patition_label.txt"
_LINE = re.compile(r"((train|test)_\d{4,5})\.jpg\s+(\d{1,2})\s*", re.ASCII)
_TRAIN = {1: 1290, 2: 281, 3: 717, 4: 4772, 5: 1982, 6: 705, 7: 2524}
_TEST = {1: 329, 2: 74, 3: 160, 4: 1185, 5: 478, 6: 162, 7: 680}
_COMPOUND_TRAIN, _COMPOUND_TEST = 3_162, 792


@dataclass(frozen=True, slots=True)
class _Place:
    part: RafDbPart
    folder: Path
    order: ClassOrder

    @property
    def expected(self) -> str:
        last = max(self.order.emotions)
        return (
            f"lines such as 'train_00001.jpg 5' or 'test_0001.jpg 7', with classes from 1 to {last}"
        )


def official_counts() -> OfficialCounts:
    """Return the counts of the published label files, whichever images are read."""
    basic = {"train": _split_count(_TRAIN), "test": _split_count(_TEST)}
    compound = {"train": SplitCount(_COMPOUND_TRAIN), "test": SplitCount(_COMPOUND_TEST)}
    parts: dict[RafDbPart, dict[str, SplitCount]] = {"basic": basic, "compound": compound}
    return {
        _layout(part, images): counts
        for part, counts in parts.items()
        for images in ("aligned", "original")
    }


def _layout(part: RafDbPart, images: str) -> str:
    return f"{images} images" if part == "basic" else f"{images} images, compound emotions"


def _split_count(per_class: dict[int, int]) -> SplitCount:
    per_emotion = {RAF_DB.emotions[code]: number for code, number in per_class.items()}
    return SplitCount(sum(per_class.values()), per_emotion)


def read(path: Path, options: ReadOptions, tally: Tally) -> Iterator[tuple[str, pa.Table]]:
    """Check the whole layout, then give its faces as keyed tables of ``storage.schema.FACES``.

    Args:
        path: the folder ``basic`` or ``compound``, or the one that holds either.
        options: which part and which images, limits on images.
        tally: receives what was found, kept and dropped, before this function returns.

    Raises:
        LayoutError: if a file is missing or malformed; an image that does not decode shows only
            when its chunk is reached.
    """
    place = _place(path, options.rafdb_part)
    tally.layout = _layout(place.part, options.rafdb_images)
    labels = list(_read_labels(place, options))
    name = NAME if place.part == "basic" else f"{NAME}-{place.part}"
    return tables_of(labels, options, tally, name=name, source=place.order.dataset)


def _place(path: Path, part: RafDbPart) -> _Place:
    folder = path / part if (path / part).is_dir() else path
    order = RAF_DB if part == "basic" else RAF_DB_COMPOUND
    if part == "compound" and folder.name == "basic":
        raise LayoutError(folder, "the basic part", "the folder compound, or rafdb_part=basic")
    return _Place(part, folder, order)


def _read_labels(place: _Place, options: ReadOptions) -> Iterator[LabelledFile]:
    path = place.folder / _LABELS
    images = place.folder / "Image" / options.rafdb_images
    attributes = place.folder / "Annotation" / "manual"
    known, boxes = attributes.is_dir(), _boxes(place, options)
    for number, line in read_lines(path, expected=place.expected):
        if (match := _LINE.fullmatch(line)) is None:
            raise LayoutError(path, f"malformed line {line[:80]!r}", place.expected, number)
        stem, split, code = match.groups()
        if (emotion := place.order.emotions.get(int(code))) is None:
            raise LayoutError(path, f"class {code}", place.expected, number)
        suffix = "_aligned.jpg" if options.rafdb_images == "aligned" else ".jpg"
        person = person_of(attributes / f"{stem}_manu_attri.txt") if known else NOBODY
        box = box_of(boxes / f"{stem}_boundingbox.txt") if boxes else None
        yield LabelledFile(split, stem, emotion, images / f"{stem}{suffix}", person, box_px=box)


def _boxes(place: _Place, options: ReadOptions) -> Path | None:
    """The folder of the boxes, which are of the original images alone."""
    if options.rafdb_images == "aligned":
        return None
    folders = (place.folder / "boundingbox", place.folder / "Annotation" / "boundingbox")
    return next((folder for folder in folders if folder.is_dir()), None)
