"""CK+: posed sequences from neutral to the peak of an expression.

Source: the readme of the archive (Lucey et al., CVPR workshops 2010).

::

    cohn-kanade-images/S005/001/S005_001_00000011.png
    Emotion/S005/001/S005_001_00000011_emotion.txt      one number, such as "   3.0000000e+00"

A sequence without such a file has no label. By the usual convention the last three images of a
labelled sequence show its expression, and the first one is neutral; folds are by subject.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pyarrow as pa

from scn.benchmarks.chunks import Person
from scn.benchmarks.counts import OfficialCounts, SplitCount
from scn.benchmarks.errors import LayoutError
from scn.benchmarks.folders import files_below, inside
from scn.benchmarks.labelled_files import LabelledFile, tables_of
from scn.benchmarks.options import ReadOptions
from scn.benchmarks.tally import Tally
from scn.emotions import CK_PLUS

NAME: Final = "ckplus"
SOURCE: Final = "ck-plus"
LAYOUT: Final = "three peak images and the first"

_IMAGES: Final = "cohn-kanade-images"
_LABELS: Final = "Emotion"
_OTHER_LABELS: Final = "Emotion_labels"
_SUFFIXES: Final = frozenset({".png"})
_PEAKS: Final = 3
_MOST_BYTES: Final = 64
_SUBJECT = re.compile(r"S\d{3}", re.ASCII)
_SEQUENCE = re.compile(r"\d{3}", re.ASCII)
_EXPECTED: Final = f"{_IMAGES}/S005/001/*.png and {_LABELS}/S005/001/*_emotion.txt"
_EXPECTED_LABEL: Final = "one number from 0 to 7, such as 3.0000000e+00"
# Labelled sequences; each gives three peak images and a neutral one.
_SEQUENCES: Final = {
    "anger": 45,
    "contempt": 18,
    "disgust": 59,
    "fear": 25,
    "happy": 69,
    "sad": 28,
    "surprise": 83,
}


def official_counts() -> OfficialCounts:
    """Return the counts that follow from the 327 labelled sequences."""
    counts = {emotion: _PEAKS * number for emotion, number in _SEQUENCES.items()}
    counts["neutral"] = sum(_SEQUENCES.values())
    return {LAYOUT: {"train": SplitCount(sum(counts.values()), counts)}}


def read(path: Path, options: ReadOptions, tally: Tally) -> Iterator[tuple[str, pa.Table]]:
    """Check the whole layout, then give its faces as keyed tables of ``storage.schema.FACES``.

    Args:
        path: the folder of images and labels.
        options: limits on images.
        tally: receives what was found, kept and dropped, before this function returns; a
            sequence without a label counts once.

    Raises:
        LayoutError: a folder is missing, a label is no number from 0 to 7, or a sequence is too
            short.
    """
    tally.layout = LAYOUT
    return tables_of(_labelled(path, tally), options, tally, name=NAME, source=SOURCE, grows=True)


def _labelled(path: Path, tally: Tally) -> Iterator[LabelledFile]:
    labels = path / (_LABELS if (path / _LABELS).is_dir() else _OTHER_LABELS)
    if not labels.is_dir():
        raise LayoutError(labels, "folder is missing", _EXPECTED)
    for subject, sequence in _sequences(path / _IMAGES):
        emotion = _emotion(labels / subject / sequence.name)
        if emotion is None:
            tally.drop("sequence without label")
            continue
        images = files_below(sequence, _SUFFIXES, _EXPECTED)
        if len(images) <= _PEAKS:
            problem = f"{len(images)} images in a labelled sequence"
            raise LayoutError(sequence, problem, f"more than {_PEAKS}")
        person = Person(subject=subject)
        yield LabelledFile("train", images[0].stem, "neutral", images[0], person)
        for image in images[-_PEAKS:]:
            yield LabelledFile("train", image.stem, emotion, image, person)


def _sequences(images: Path) -> Iterator[tuple[str, Path]]:
    """Subject and folder of each sequence."""
    for subject in inside(images, _EXPECTED):
        if _SUBJECT.fullmatch(subject.name) and subject.is_dir():
            for sequence in inside(subject, _EXPECTED):
                if _SEQUENCE.fullmatch(sequence.name) and sequence.is_dir():
                    yield subject.name, sequence


def _emotion(folder: Path) -> str | None:
    """The label of a sequence; none if it has none."""
    file = next(folder.glob("*_emotion.txt"), None)
    if file is None:
        return None
    try:
        with file.open("rb") as label:
            code = float(label.read(_MOST_BYTES))
    except (ValueError, OSError) as error:
        raise LayoutError(file, "no number", _EXPECTED_LABEL) from error
    if code not in CK_PLUS.emotions:
        raise LayoutError(file, f"number {code:g}", _EXPECTED_LABEL)
    return CK_PLUS.emotions[int(code)]
