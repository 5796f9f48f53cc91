"""Copies of AffectNet and FER2013 from elsewhere on the web, whose classes follow the alphabet.

Sources: https://github.com/damo-cv/S4D issue 4, and dataset cards on Hugging Face and Kaggle. Two
kinds are known: class folders, whose images were cut and split anew; and label files whose numbers
were given by the alphabet. Read as if they were official, most of their labels are wrong.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

import pyarrow as pa

from scn.benchmarks import class_folders
from scn.benchmarks.errors import LayoutError
from scn.benchmarks.options import ReadOptions
from scn.benchmarks.tally import Tally
from scn.emotions import WORDS, ClassOrder, alphabetical

FOLDERS: Final = "class folders of a re-upload, forced"
# Fewer images may look like anything.
_FEWEST: Final = 2_000
# Summed differences between the shares of classes, of at most 2.
_FAR: Final = 0.1


def order_of(official: ClassOrder, options: ReadOptions) -> ClassOrder:
    """How class numbers are understood."""
    return _orders(official).get(options.class_order, official)


def check_order(
    path: Path,
    official: ClassOrder,
    published: Mapping[str, int],
    options: ReadOptions,
    tally: Tally,
) -> None:
    """Refuse labels whose counts say that their numbers follow the alphabet.

    Args:
        path: for the message.
        official: the published order of the classes.
        published: emotion → images to train on, as published.
        options: `class_order` other than "checked" leaves the check out.
        tally: of what was read in the official order.

    Raises:
        LayoutError: the classes are as large as the published ones in the order of the alphabet.
    """
    found = tally.result().counts.get("train", {})
    if options.class_order != "checked" or sum(found.values()) < _FEWEST:
        return
    by_number = {code: found.get(emotion, 0) for code, emotion in official.emotions.items()}
    far = _difference(by_number, official, published)
    orders = _orders(official)
    choice = min(orders, key=lambda name: _difference(by_number, orders[name], published))
    near = _difference(by_number, orders[choice], published)
    if far > _FAR and near < far / 2:
        names = ", ".join(orders[choice].emotions.values())
        raise LayoutError(
            path,
            f"its classes are as large as the official ones would be in the order {names}: a"
            " re-upload whose numbers follow the alphabet",
            f"the official files; --set options.class_order={choice} reads it as what it seems,"
            " official as it stands",
        )


def _orders(official: ClassOrder) -> dict[str, ClassOrder]:
    """How re-uploads number the classes, by the name of the option."""
    return {
        "alphabetical": alphabetical(official),
        "alphabetical-7": alphabetical(official, without="contempt"),
    }


def is_here(path: Path) -> bool:
    """Whether a folder holds class folders of emotions, by word or number, in splits or not."""
    folders = [path, *(each for each in _folders(path) if class_folders.split_of(each.name))]
    return any(_is_class_folder(folder) for folder in folders)


def read_folders(
    path: Path,
    official: ClassOrder,
    options: ReadOptions,
    tally: Tally,
    source: str,
) -> Iterator[tuple[str, pa.Table]]:
    """Read class folders of a re-upload, if that is what is asked for, as a source of its own.

    Raises:
        LayoutError: it is not forced, or a folder is no emotion.
    """
    if options.class_order not in _orders(official):
        raise LayoutError(
            path,
            f"class folders: a re-upload, not {source}: its images were cut and split by others,"
            " and class numbers, if it has any, follow the alphabet",
            "the official files, or --set options.class_order=alphabetical to read it all the same"
            " (alphabetical-7 if its numbers leave out contempt)",
        )
    numbers = order_of(official, options).emotions

    def emotion_of(folder: Path) -> str:
        name = folder.name.lower()
        emotion = numbers.get(int(name)) if name.isdecimal() else WORDS.get(name)
        if emotion is None:
            raise LayoutError(folder, "no emotion", f"one of {', '.join(WORDS)}, or a number")
        return emotion

    chunks = class_folders.read_named(path, options, tally, emotion_of, f"{source}-reupload")
    tally.layout = FOLDERS
    return chunks


def _difference(
    by_number: Mapping[int, int], order: ClassOrder, published: Mapping[str, int]
) -> float:
    """How differently found and published images are spread over the classes, 0 to 2."""
    theirs = {code: published[emotion] for code, emotion in order.emotions.items()}
    total, expected = sum(by_number.values()), sum(theirs.values())
    return sum(
        abs(count / total - theirs.get(code, 0) / expected) for code, count in by_number.items()
    )


def _is_class_folder(folder: Path) -> bool:
    names = {each.name.lower() for each in _folders(folder)}
    words, numbers = {n for n in names if n in WORDS}, {n for n in names if n.isdecimal()}
    return len(words) >= 3 or len(numbers) >= 3


def _folders(path: Path) -> list[Path]:
    return [each for each in path.iterdir() if each.is_dir()] if path.is_dir() else []
