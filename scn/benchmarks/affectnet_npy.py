"""AffectNet as published later: one image and four small arrays for each face, no face box.

Source: the layout as read by https://github.com/yaoing/DAN.

::

    train_set/images/<id>.jpg     val_set/images/<id>.jpg
    train_set/annotations/<id>_exp.npy  _val.npy  _aro.npy  _lnd.npy

Expression, valence and arousal are arrays of one text, landmarks of 136 numbers.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tokenize import TokenError
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from scn.benchmarks.chunks import Face
from scn.benchmarks.errors import LayoutError
from scn.benchmarks.images import check_images, load_image
from scn.benchmarks.landmarks import LANDMARKS, five_landmarks, relative_landmarks
from scn.benchmarks.options import ReadOptions
from scn.benchmarks.reuploads import order_of
from scn.benchmarks.tally import Tally
from scn.emotions import AFFECTNET, ClassOrder

LAYOUT: Final = "npy annotations"

_SPLITS = {"train": "train_set", "test": "val_set"}
_EXP = "_exp.npy"
_LND = "_lnd.npy"
_MAX_HEADER_BYTES = 256  # of text that numpy parses; published ones have 118
_NOT_AN_ARRAY = (OSError, ValueError, TypeError, OverflowError, SyntaxError, TokenError)
_EXPECTED_EXP = "an array of one text or number, the class from 0 to 10"
_EXPECTED_LND = "an array of 136 landmark coordinates"
_EXPECTED_SPLIT = "<id>.jpg in images, <id>_exp.npy and <id>_lnd.npy in annotations, for every id"


@dataclass(frozen=True, slots=True)
class _Label:
    split: str
    folder: Path
    stem: str
    emotion: str

    @property
    def image(self) -> Path:
        return self.folder / "images" / f"{self.stem}.jpg"

    @property
    def landmarks(self) -> Path:
        return self.folder / "annotations" / f"{self.stem}{_LND}"


def is_here(path: Path) -> bool:
    """Tell whether the folder holds a split of this layout."""
    return any((path / name).is_dir() for name in _SPLITS.values())


def faces(path: Path, options: ReadOptions, tally: Tally) -> Iterator[Face]:
    """Check annotations and images, then give the faces one by one, by ascending id."""
    labels = [
        label
        for split, name in _SPLITS.items()
        for label in _read_labels(path / name, split, tally, order_of(AFFECTNET, options))
    ]
    tally.layout = LAYOUT
    check_images((label.image for label in labels), options)
    return (_face(label, options) for label in labels)


def _read_labels(folder: Path, split: str, tally: Tally, order: ClassOrder) -> Iterator[_Label]:
    for stem in _stems(folder):
        path = folder / "annotations" / f"{stem}{_EXP}"
        code = _expression(path)
        if code in AFFECTNET.no_emotion:
            tally.drop(AFFECTNET.no_emotion[code])
        elif code not in order.emotions:
            raise LayoutError(path, f"expression {code}", _EXPECTED_EXP)
        elif tally.keep(split, stem, order.emotions[code]):
            yield _Label(split, folder, stem, order.emotions[code])


def _stems(folder: Path) -> list[str]:
    for part in ("images", "annotations"):
        if not (folder / part).is_dir():
            raise LayoutError(folder / part, "folder is missing", _EXPECTED_SPLIT)
    annotations = {file.name for file in (folder / "annotations").iterdir()}
    labelled = {name.removesuffix(_EXP) for name in annotations if name.endswith(_EXP)}
    if not labelled:
        raise LayoutError(folder / "annotations", f"no file <id>{_EXP}", _EXPECTED_SPLIT)
    if unmarked := {f"{stem}{_LND}" for stem in labelled} - annotations:
        raise LayoutError(folder / "annotations", _some("missing", unmarked), _EXPECTED_SPLIT)
    images = {file.name for file in (folder / "images").glob("*.jpg")}
    if unlabelled := images - {f"{stem}.jpg" for stem in labelled}:
        raise LayoutError(folder / "images", _some("without label", unlabelled), _EXPECTED_SPLIT)
    return sorted(labelled, key=lambda stem: (len(stem), stem))  # ids are numbers without zeros


def _some(fault: str, names: set[str]) -> str:
    return f"{len(names)} files {fault}, such as {min(names)}"


def _expression(path: Path) -> int:
    array = _load(path, 1, _EXPECTED_EXP)
    try:
        return int(str(array.item()))
    except (ValueError, SystemError) as error:  # SystemError: characters beyond Unicode
        raise LayoutError(path, f"no class ({error})", _EXPECTED_EXP) from error


def _load(path: Path, size: int, expected: str) -> npt.NDArray[Any]:
    """Map an array: a pickle in it is refused, and the size it claims is held against the file."""
    try:
        array = np.lib.format.open_memmap(path, mode="r", max_header_size=_MAX_HEADER_BYTES)
    except _NOT_AN_ARRAY as error:
        raise LayoutError(path, f"no plain numpy array ({error})", expected) from error
    if array.size != size:
        raise LayoutError(path, f"{array.size} values", expected)
    return array


def _face(label: _Label, options: ReadOptions) -> Face:
    image = load_image(label.image, options)
    values = _load(label.landmarks, 2 * LANDMARKS, _EXPECTED_LND).ravel().tolist()
    try:
        landmarks_px = five_landmarks(values)
    except (TypeError, ValueError) as error:
        raise LayoutError(label.landmarks, str(error), _EXPECTED_LND) from error
    return Face(
        split=label.split,
        stem=label.stem,
        emotion=label.emotion,
        image=image.data,
        landmarks_xy=relative_landmarks(landmarks_px, image.width_px, image.height_px),
    )
