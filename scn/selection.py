"""The part of train that chooses the checkpoint, and folds where there is no test split."""

import hashlib
from collections.abc import Sequence

import numpy as np

from storage.reader import FaceReader


def split_holdout(reader: FaceReader, share: float, seed: int) -> tuple[FaceReader, FaceReader]:
    """Split a reader into what is fitted and what is held out.

    All faces of a person go to one side, or of a video where no person is named, decided by a hash
    of the name (or the face's, where there is neither): so the same faces are held out however the
    dataset grows. Of two people or more, at least one is on either side.

    Args:
        reader: the training faces.
        share: expected share of people or videos that are held out, 0 to 1.
        seed: another seed holds out others.
    """
    owners = _owners(reader)
    ordered = sorted(set(owners), key=lambda name: (_fraction(name, seed), name))
    expected = sum(_fraction(name, seed) < share for name in ordered)
    count = min(max(expected, 1), len(ordered) - 1)
    chosen = set(ordered[: max(count, 0)])
    held = np.array([name in chosen for name in owners], np.bool_)
    return reader.select(~held), reader.select(held)


def split_fold(reader: FaceReader, fold: int, folds: int) -> tuple[FaceReader, FaceReader]:
    """Split a reader into what is trained on and the fold that is tested on.

    People (or videos, or faces, as above) are dealt to the folds by turns, in the order of a hash
    of their names: so all folds have as many of them, give or take one.

    Args:
        reader: all faces.
        fold: which part is tested on, counted from 0.
        folds: how many parts there are.

    Raises:
        ValueError: there are fewer people than folds.
    """
    owners = _owners(reader)
    ordered = sorted(set(owners), key=lambda name: (_fraction(name, 0), name))
    if len(ordered) < folds:
        raise ValueError(
            f"protocol.folds: is {folds}, must be at most {len(ordered)}, the people in the"
            " dataset: it has no faces in its test split, and so is tested fold by fold"
        )
    fold_of = {name: number % folds for number, name in enumerate(ordered)}
    tested = np.array([fold_of[name] == fold for name in owners], np.bool_)
    return reader.select(~tested), reader.select(tested)


def _owners(reader: FaceReader) -> Sequence[str]:
    """Who or what each face belongs with: a person, else a video, else itself."""
    columns = [reader.index[name].to_pylist() for name in ("subject", "video_id", "face_id")]
    return [subject or video or face for subject, video, face in zip(*columns, strict=True)]


def _fraction(name: str, seed: int) -> float:
    digest = hashlib.sha256(f"{seed}/{name}".encode()).digest()
    return int.from_bytes(digest[:8], "big") / 2**64
