"""RAF-DB, basic emotions: the aligned faces and their single labels.

Source: the layout of the official archive (http://www.whdeng.cn/RAF/model1.html).

::

    basic/EmoLabel/list_patition_label.txt      (sic) lines such as "train_00001.jpg 5"
    basic/Image/aligned/train_00001_aligned.jpg
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pyarrow as pa

from scn.benchmarks.chunks import Face, gather
from scn.benchmarks.counts import OfficialCounts, SplitCount
from scn.benchmarks.errors import LayoutError
from scn.benchmarks.images import check_images, load_image
from scn.benchmarks.lines import read_lines
from scn.benchmarks.options import ReadOptions
from scn.benchmarks.tally import Tally
from scn.emotions import RAF_DB

NAME: Final = "rafdb"
SOURCE: Final = "raf-db"
LAYOUT: Final = "aligned images"

_EXPECTED = "lines such as 'train_00001.jpg 5' or 'test_0001.jpg 7', with classes from 1 to 7"
_LINE = re.compile(r"((train|test)_\d{4,5})\.jpg\s+(\d{1,2})\s*", re.ASCII)
_TRAIN = {1: 1290, 2: 281, 3: 717, 4: 4772, 5: 1982, 6: 705, 7: 2524}
_TEST = {1: 329, 2: 74, 3: 160, 4: 1185, 5: 478, 6: 162, 7: 680}


def official_counts() -> OfficialCounts:
    """Return the counts of the published label file."""
    return {LAYOUT: {"train": _split_count(_TRAIN), "test": _split_count(_TEST)}}


def _split_count(per_class: dict[int, int]) -> SplitCount:
    per_emotion = {RAF_DB.emotions[code]: number for code, number in per_class.items()}
    return SplitCount(sum(per_class.values()), per_emotion)


def read(path: Path, options: ReadOptions, tally: Tally) -> Iterator[tuple[str, pa.Table]]:
    """Check the whole layout, then give its faces as keyed tables of ``storage.schema.FACES``.

    Args:
        path: the folder ``basic``, or the one that holds it.
        options: limits on images.
        tally: receives what was found, kept and dropped, before this function returns.

    Raises:
        LayoutError: if a file is missing or malformed; an image that does not decode shows only
            when its chunk is reached.
    """
    folder = path / "basic" if (path / "basic").is_dir() else path
    labels = list(_read_labels(folder / "EmoLabel" / "list_patition_label.txt", tally))
    tally.layout = LAYOUT
    images = folder / "Image" / "aligned"
    check_images((_image_path(images, stem) for _, stem, _ in labels), options)
    faces = (
        Face(split, stem, emotion, load_image(_image_path(images, stem), options).data)
        for split, stem, emotion in labels
    )
    return gather(faces, name=NAME, source=SOURCE)


def _image_path(folder: Path, stem: str) -> Path:
    return folder / f"{stem}_aligned.jpg"


def _read_labels(path: Path, tally: Tally) -> Iterator[tuple[str, str, str]]:
    for number, line in read_lines(path, expected=_EXPECTED):
        if (match := _LINE.fullmatch(line)) is None:
            raise LayoutError(path, f"malformed line {line[:80]!r}", _EXPECTED, number)
        stem, split, code = match.groups()
        if (emotion := RAF_DB.emotions.get(int(code))) is None:
            raise LayoutError(path, f"class {code}", _EXPECTED, number)
        if tally.keep(split, stem, emotion):
            yield split, stem, emotion
