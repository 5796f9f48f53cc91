"""FERPlus: FER2013's images with the votes of ten annotators.

Source: https://github.com/microsoft/FERPlus.

::

    fer2013.csv  fer2013new.csv                      pixels, and votes row by row
    [data/]FER2013{Train,Valid,Test}/label.csv       votes by image name; differ for 1,602 images
    [data/]FER2013{Train,Valid,Test}/fer0000000.png  optional beside label.csv

Without the PNG files, label.csv finds its pixels through the names in fer2013new.csv. That is the
plain clone of the repository with fer2013.csv put into it, and gives the lists of SCN's authors.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pyarrow as pa

from scn.benchmarks import fer2013
from scn.benchmarks.chunks import Face, gather
from scn.benchmarks.counts import OfficialCounts, SplitCount
from scn.benchmarks.errors import LayoutError
from scn.benchmarks.ferplus_files import (
    LABEL_FILE,
    LABEL_FOLDERS,
    NEW_FILE,
    Entry,
    read_labels,
    read_new,
)
from scn.benchmarks.ferplus_votes import shares, verdict
from scn.benchmarks.images import check_images, load_image
from scn.benchmarks.options import FerPlusRule, FerPlusVotes, ReadOptions
from scn.benchmarks.tally import Tally
from scn.emotions import EMOTIONS

NAME: Final = "ferplus"
SOURCE: Final = "ferplus"

_EXPECTED = "fer2013.csv with fer2013new.csv, or FER2013Train, FER2013Valid and FER2013Test"
_KEPT: dict[tuple[FerPlusVotes, FerPlusRule], dict[str, int]] = {
    ("label.csv", "majority"): {"train": 25_045, "validation": 3_191, "test": 3_137},
    ("fer2013new.csv", "majority"): {"train": 25_060, "validation": 3_199, "test": 3_153},
    ("fer2013new.csv", "argmax"): {"train": 28_559, "validation": 3_579, "test": 3_573},
}


@dataclass(frozen=True, slots=True)
class _Labelled:
    entry: Entry
    emotion: str

    def face(self, image: bytes) -> Face:
        votes = shares(self.entry.votes)
        return Face(self.entry.split, self.entry.stem, self.emotion, image, votes)


def official_counts() -> OfficialCounts:
    """Return how many images each rule keeps of the published votes."""
    return {
        _layout(*choice): {split: SplitCount(total) for split, total in kept.items()}
        for choice, kept in _KEPT.items()
    }


def _layout(votes: FerPlusVotes, rule: FerPlusRule) -> str:
    return f"{votes}, {rule}"


def read(path: Path, options: ReadOptions, tally: Tally) -> Iterator[tuple[str, pa.Table]]:
    """Check the whole layout, then give its faces as keyed tables of ``storage.schema.FACES``.

    Keys do not name the rule: the same dataset must not hold the same image under two labels.

    Args:
        path: the folder that holds the files.
        options: which votes, which rule, limits on images.
        tally: receives what was found, kept and dropped, before this function returns.

    Raises:
        LayoutError: if a file is missing or malformed; a PNG file that does not decode shows only
            when its chunk is reached.
    """
    labels = _labels_folder(path)
    votes = options.ferplus_votes or _votes_found(path, labels)
    tally.layout, tally.source = _layout(votes, options.ferplus_rule), SOURCE
    if votes == "label.csv":
        faces = _faces_by_name(path, labels, options, tally)
    else:
        faces = _faces_by_row(path, options, tally)
    return gather(faces, name=NAME, source=SOURCE)


def _labels_folder(path: Path) -> Path:
    return path / "data" if (path / "data").is_dir() else path


def _votes_found(path: Path, labels: Path) -> FerPlusVotes:
    if any((labels / name / LABEL_FILE).exists() for name in LABEL_FOLDERS.values()):
        return "label.csv"
    if (path / NEW_FILE).exists() or (path / fer2013.FILE).exists():
        return "fer2013new.csv"
    raise LayoutError(path, "no FERPlus layout", _EXPECTED)


def _faces_by_row(path: Path, options: ReadOptions, tally: Tally) -> Iterator[Face]:
    by_row: dict[int, _Labelled] = {}
    for row, entry in enumerate(_new_entries(path)):
        if labelled := _label(entry, options.ferplus_rule, tally):
            by_row[row] = labelled
    return _faces_of_pixels(path, by_row)


def _faces_by_name(path: Path, folder: Path, options: ReadOptions, tally: Tally) -> Iterator[Face]:
    found = (_label(entry, options.ferplus_rule, tally) for entry in read_labels(folder))
    by_image = {_image_path(folder, labelled.entry): labelled for labelled in found if labelled}
    if (path / fer2013.FILE).exists() and not any(image.exists() for image in by_image):
        return _faces_of_pixels(path, _rows_of_names(path, by_image.values()))
    check_images(by_image, options)
    return (labelled.face(load_image(p, options).data) for p, labelled in by_image.items())


def _label(entry: Entry, rule: FerPlusRule, tally: Tally) -> _Labelled | None:
    outcome = verdict(entry.votes, rule) if entry.stem else "empty_name"
    if outcome not in EMOTIONS:
        tally.drop(outcome)
        return None
    kept = tally.keep(entry.split, entry.stem, outcome)
    return _Labelled(entry, outcome) if kept else None


def _new_entries(path: Path) -> list[Entry]:
    return read_new(path / NEW_FILE, fer2013.read_splits(path / fer2013.FILE))


def _image_path(folder: Path, entry: Entry) -> Path:
    return folder / LABEL_FOLDERS[entry.split] / f"{entry.stem}.png"


def _rows_of_names(path: Path, wanted: Collection[_Labelled]) -> dict[int, _Labelled]:
    by_name = {(labelled.entry.split, labelled.entry.stem): labelled for labelled in wanted}
    by_row = {
        row: by_name[entry.split, entry.stem]
        for row, entry in enumerate(_new_entries(path))
        if (entry.split, entry.stem) in by_name
    }
    if len(by_row) != len(wanted):
        problem = f"names {len(by_row)} of the {len(wanted)} images of {LABEL_FILE}"
        raise LayoutError(path / NEW_FILE, problem, "every image of the label files")
    return by_row


def _faces_of_pixels(path: Path, by_row: dict[int, _Labelled]) -> Iterator[Face]:
    for row, image in fer2013.read_images(path / fer2013.FILE, by_row.keys()):
        yield by_row[row].face(image)
