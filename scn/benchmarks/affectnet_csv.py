"""AffectNet as first published: two label files, images in numbered folders.

Source of the columns: AffectNet's own readme.

::

    training.csv  validation.csv         here or in Manually_Annotated_file_lists
    Manually_Annotated_Images/<folder>/<hash>.<any image suffix>
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

from scn.benchmarks.chunks import Face
from scn.benchmarks.errors import LayoutError
from scn.benchmarks.images import ImageFile, check_images, load_image
from scn.benchmarks.landmarks import five_landmarks, relative_landmarks
from scn.benchmarks.lines import read_csv
from scn.benchmarks.options import ReadOptions
from scn.benchmarks.reuploads import order_of
from scn.benchmarks.tally import Tally
from scn.emotions import AFFECTNET, ClassOrder

LAYOUT: Final = "csv label files"

_BOX = ("face_x", "face_y", "face_width", "face_height")
_COLUMNS = (
    "subDirectory_filePath",
    *_BOX,
    "facial_landmarks",
    "expression",
    "valence",
    "arousal",
)
_EXPECTED = f"the columns {','.join(_COLUMNS)}"
_SPLITS = {"train": "training.csv", "test": "validation.csv"}
_WHOLE_NUMBER = re.compile(r"-?\d{1,6}", re.ASCII)
_INVALID = -2.0  # AffectNet's valence and arousal where there is no emotion to rate


@dataclass(frozen=True, slots=True)
class _Label:
    split: str
    file: PurePosixPath
    emotion: str
    box_xywh_px: tuple[int, ...]
    landmarks_px: tuple[float, ...]

    @property
    def stem(self) -> str:
        return str(self.file.with_suffix(""))


def is_here(path: Path) -> bool:
    """Tell whether the folder holds a label file of this layout."""
    return any((_lists_folder(path) / name).exists() for name in _SPLITS.values())


def faces(path: Path, options: ReadOptions, tally: Tally) -> Iterator[Face]:
    """Check label files and images, then give the faces one by one."""
    labels = [
        label
        for split, name in _SPLITS.items()
        for label in _read_labels(
            _lists_folder(path) / name, split, tally, order_of(AFFECTNET, options)
        )
    ]
    tally.layout = LAYOUT
    images = path / "Manually_Annotated_Images"
    check_images((images / label.file for label in labels), options)
    return (_face(label, load_image(images / label.file, options)) for label in labels)


def _lists_folder(path: Path) -> Path:
    lists = path / "Manually_Annotated_file_lists"
    return lists if lists.is_dir() else path


def _read_labels(path: Path, split: str, tally: Tally, order: ClassOrder) -> Iterator[_Label]:
    for line, row in read_csv(path, columns=(len(_COLUMNS),), expected=_EXPECTED):
        if row[0] == _COLUMNS[0]:  # some copies come without the header
            continue
        fields = dict(zip(_COLUMNS, row, strict=True))
        try:
            known = _has_emotion(fields, tally, order)
            label = _label(fields, split, order) if known else None
        except ValueError as error:
            raise LayoutError(path, str(error), _EXPECTED, line) from error
        if label is not None and tally.keep(split, label.stem, label.emotion):
            yield label


def _has_emotion(fields: dict[str, str], tally: Tally, order: ClassOrder) -> bool:
    code = _whole("expression", fields)
    if code in AFFECTNET.no_emotion:
        tally.drop(AFFECTNET.no_emotion[code])
        return False
    if code not in order.emotions:
        raise ValueError(f"expression {code} is not one of 0 to {max(order.emotions)} or 8 to 10")
    return True


def _label(fields: dict[str, str], split: str, order: ClassOrder) -> _Label:
    for name in ("valence", "arousal"):
        _check_rating(name, float(fields[name]))
    return _Label(
        split=split,
        file=_inner_path(fields["subDirectory_filePath"]),
        emotion=order.emotions[_whole("expression", fields)],
        box_xywh_px=tuple(_whole(name, fields) for name in _BOX),
        landmarks_px=five_landmarks(fields["facial_landmarks"].split(";")),
    )


def _whole(name: str, fields: dict[str, str]) -> int:
    if _WHOLE_NUMBER.fullmatch(fields[name]) is None:
        raise ValueError(f"{name} {fields[name][:40]!r} is no whole number of at most six digits")
    return int(fields[name])


def _check_rating(name: str, value: float) -> None:
    if value != _INVALID and not -1 <= value <= 1:
        raise ValueError(f"{name} {value:g} is neither within -1 to 1 nor {_INVALID:g}")


def _inner_path(text: str) -> PurePosixPath:
    path = PurePosixPath(text)
    if path.is_absolute() or ".." in path.parts or not path.name or "\0" in text:
        raise ValueError(f"image path {text!r} leads out of the image folder")
    return path


def _face(label: _Label, image: ImageFile) -> Face:
    x, y, width, height = label.box_xywh_px
    has_box = width > 0 and height > 0
    box_xyxy = (
        x / image.width_px,
        y / image.height_px,
        (x + width) / image.width_px,
        (y + height) / image.height_px,
    )
    return Face(
        split=label.split,
        stem=label.stem,
        emotion=label.emotion,
        image=image.data,
        box_xyxy=box_xyxy if has_box else None,
        landmarks_xy=relative_landmarks(label.landmarks_px, image.width_px, image.height_px),
        size_px=min(width, height) if has_box else None,
    )
