"""A plain folder of class folders, of faces or of anything else.

::

    train/<class>/<image>       validation/ (or val/, valid/) and test/ where there are any
    <class>/<image>             without splits: everything is train

A class is called what its folder is called; where all of them are words for emotions, such as Angry
or happiness, they get the common names, by which datasets are compared. Images are taken as they
are, not aligned.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import pyarrow as pa

from scn.benchmarks.chunks import Face, gather
from scn.benchmarks.counts import OfficialCounts
from scn.benchmarks.errors import LayoutError
from scn.benchmarks.folders import digest_of
from scn.benchmarks.images import check_images, load_image
from scn.benchmarks.options import ReadOptions
from scn.benchmarks.tally import Tally
from scn.emotions import common_names

NAME: Final = "folder"
SOURCE: Final = "folder"
LAYOUT: Final = "class folders"

_SPLITS: Final = {
    "train": "train",
    "validation": "validation",
    "valid": "validation",
    "val": "validation",
    "test": "test",
}
_SUFFIXES: Final = frozenset({".jpg", ".jpeg", ".png", ".bmp", ".tif", ".tiff"})
_LONGEST_NAME: Final = 64
_EXPECTED: Final = "folders of images, one a class, or train/ and test/ with such folders"
Image = tuple[str, str, Path]


def official_counts() -> OfficialCounts:
    """Nobody published any."""
    return {}


def read(path: Path, options: ReadOptions, tally: Tally) -> Iterator[tuple[str, pa.Table]]:
    """Check the whole layout, then give its images as keyed tables of ``storage.schema.FACES``.

    The keys carry a digest of the listing: another folder, or one that grew, has other keys.

    Args:
        path: the folder.
        options: limits on images.
        tally: receives what was found, kept and dropped, before this function returns.

    Raises:
        LayoutError: there are no classes, or a name cannot be one; an image that does not decode
            shows only when its chunk is reached.
    """
    names = common_names(folder.name for _, folder in _class_folders(path) if _has_images(folder))
    return read_named(
        path, options, tally, lambda folder: names.get(folder.name, folder.name), SOURCE
    )


def read_named(
    path: Path,
    options: ReadOptions,
    tally: Tally,
    class_of: Callable[[Path], str],
    source: str,
) -> Iterator[tuple[str, pa.Table]]:
    """As `read`, with classes that are not called what their folders are.

    Args:
        path: the folder.
        options: limits on images.
        tally: as for `read`.
        class_of: the class of a folder.
        source: the column of that name.

    Raises:
        LayoutError: as for `read`.
    """
    images = list(_images(path, tally, class_of))
    tally.layout, tally.source, tally.grows = LAYOUT, source, True
    classes = {label for _, label, _ in images}
    if len(classes) < 2:
        raise LayoutError(path, f"images of {len(classes)} classes", _EXPECTED)
    check_images((file for _, _, file in images), options)
    faces = (
        Face(split, _stem(file), label, load_image(file, options).data)
        for split, label, file in images
    )
    digest = digest_of((split, _stem(file), file) for split, _, file in images)
    return gather(faces, name=f"{NAME}/{digest}", source=source)


def split_of(folder: str) -> str | None:
    """The split that a folder's name says; none if it is no split's."""
    return _SPLITS.get(folder.lower())


def _images(path: Path, tally: Tally, class_of: Callable[[Path], str]) -> Iterator[Image]:
    """Split, class and file of each image."""
    for split, folder in _class_folders(path):
        if len(folder.name) > _LONGEST_NAME or not folder.name.isprintable():
            raise LayoutError(folder, "a class name", f"at most {_LONGEST_NAME} letters")
        name = class_of(folder)
        for file in _inside(folder):
            if (reason := _refused(file)) is not None:
                tally.drop(reason)
            elif tally.keep(split, _stem(file), name):
                yield split, name, file


def _stem(file: Path) -> str:
    """The name of an image within its split, after its folder as that is called."""
    return f"{file.parent.name}/{file.name}"


def _class_folders(path: Path) -> Iterator[tuple[str, Path]]:
    """Split and folder of each class."""
    for split, folder in _splits(path):
        for each in _folders(folder):
            yield split, each


def _has_images(folder: Path) -> bool:
    return any(_refused(file) is None for file in _inside(folder))


def _splits(path: Path) -> Iterator[tuple[str, Path]]:
    folders = _folders(path)
    if not any(split_of(folder.name) == "train" for folder in folders):
        yield "train", path
        return
    for folder in folders:
        if (split := split_of(folder.name)) is None:
            expected = f"beside train/ only {', '.join(sorted(_SPLITS))}"
            raise LayoutError(folder, "neither a split nor, beside splits, a class", expected)
        yield split, folder


def _folders(path: Path) -> list[Path]:
    return [each for each in _inside(path) if each.is_dir() and not each.name.startswith(".")]


def _inside(path: Path) -> list[Path]:
    try:
        return sorted(path.iterdir())
    except OSError as error:
        raise LayoutError(path, f"unreadable ({error.strerror})", _EXPECTED) from error


def _refused(file: Path) -> str | None:
    """Why a file is no image to read; none if it is one."""
    if file.is_symlink():
        return "link"
    if file.is_dir():
        return "folder within a class"
    if file.name.startswith(".") or file.suffix.lower() not in _SUFFIXES:
        return "no image by its name"
    return None
