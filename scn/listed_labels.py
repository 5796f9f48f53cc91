"""A published list of wrong labels, one ``name label`` a line, understood as labels of faces.

A name is looked for as it stands, then without the suffix of an image, then without its folders; so
lists of RAF-DB, which name files, and of a folder of one's own, which name paths, are both read.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from scn.emotions import ClassOrder

_MOST_BYTES: Final = 64 * 2**20
_ALIGNED: Final = "_aligned"
_SUFFIXES: Final = (".jpg", ".jpeg", ".png", ".bmp", ".tif", ".tiff")
_SHOWN: Final = 3


def listed_labels(
    path: Path, truth: Mapping[str, str], classes: Sequence[str], order: ClassOrder | None
) -> dict[str, str]:
    """The labels of a list, of the faces in `truth`; others, such as tested ones, do not count.

    Args:
        path: of the list.
        truth: face_id → label, of all faces that may get a wrong one.
        classes: that a label may be.
        order: of the numbers that a label may be; none if only names are understood.

    Raises:
        ValueError: the list cannot be read, names no face or one of several, or has another label.
    """
    faces = _Names(truth)
    found: dict[str, str] = {}
    for number, line in enumerate(_lines(path), start=1):
        where = f"{path}, line {number}"
        name, _, label = line.strip().rpartition(" ")
        if not name:
            raise ValueError(f"noise.file: {where} is {line[:80]!r}, not 'name label'")
        if face := faces.find(name.strip(), where):
            found[face] = _label(label, classes, order, where)
    if not found:
        raise ValueError(f"noise.file: {path} names none of the {len(truth)} training faces")
    return found


class _Names:
    """Faces by what a list may call them, from the whole name to the barest."""

    def __init__(self, faces: Mapping[str, str]) -> None:
        self._levels: tuple[dict[str, list[str]], ...] = ({}, {}, {})
        self._folders = False
        for face in faces:
            name = face.partition("/")[2]
            self._folders |= "/" in name
            keys = ({face, name}, {_plain(face), _plain(name)}, {_stem(name)})
            for known, some in zip(self._levels, keys, strict=True):
                for key in some:
                    known.setdefault(key, []).append(face)

    def find(self, name: str, where: str) -> str | None:
        """The face that a name means; none if it is not among these.

        Raises:
            ValueError: it may be one of several.
        """
        # A file of another folder is another face, unless the faces are named without folders.
        keys = [name, _plain(name), *([] if self._folders and "/" in name else [_stem(name)])]
        for known, key in zip(self._levels, keys, strict=False):
            if faces := known.get(key):
                return self._only(faces, name, where)
        return None

    def _only(self, faces: Sequence[str], name: str, where: str) -> str:
        if len(faces) > 1:
            some = ", ".join(faces[:_SHOWN])
            raise ValueError(
                f"noise.file: {where} names {name[:80]!r}, which may be any of {len(faces)} faces:"
                f" {some}; must be named with its folders, or with the split before them"
            )
        return faces[0]


def _plain(name: str) -> str:
    """A name without the suffix of an image, which lists give or leave out."""
    suffix = next((s for s in _SUFFIXES if name.lower().endswith(s)), "")
    return name[: len(name) - len(suffix)].removesuffix(_ALIGNED)


def _stem(name: str) -> str:
    return _plain(name).rpartition("/")[2]


def _lines(path: Path) -> list[str]:
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise ValueError(f"noise.file: {path} is larger than {_MOST_BYTES} bytes")
        return [line for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError(f"noise.file: {path} cannot be read as text: {error}") from error


def _label(text: str, classes: Sequence[str], order: ClassOrder | None, where: str) -> str:
    label = order.emotions.get(int(text), text) if order and text.isdecimal() else text
    if label not in classes:
        numbers = f", or by number {min(order.emotions)} to {max(order.emotions)}" if order else ""
        raise ValueError(
            f"noise.file: {where} has the label {text[:40]!r}, must be one of"
            f" {', '.join(classes)}{numbers}"
        )
    return label
