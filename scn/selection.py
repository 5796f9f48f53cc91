"""The part of train that chooses the checkpoint; the test split never does."""

import hashlib

import numpy as np

from storage.reader import FaceReader


def split_holdout(reader: FaceReader, share: float, seed: int) -> tuple[FaceReader, FaceReader]:
    """Split a reader into what is fitted and what is held out.

    All faces of a person go to one side, or of a video where no person is named, decided by a hash
    of the name (or the face's, where there is neither): so the same faces are held out however the
    dataset grows.

    Args:
        reader: the training faces.
        share: expected share of people or videos that are held out, 0 to 1.
        seed: another seed holds out others.
    """
    columns = [reader.index[name].to_pylist() for name in ("subject", "video_id", "face_id")]
    held = np.array(
        [
            _fraction(subject or video or face, seed) < share
            for subject, video, face in zip(*columns, strict=True)
        ],
        dtype=np.bool_,
    )
    return reader.select(~held), reader.select(held)


def _fraction(name: str, seed: int) -> float:
    digest = hashlib.sha256(f"{seed}/{name}".encode()).digest()
    return int.from_bytes(digest[:8], "big") / 2**64
