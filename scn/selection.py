"""The part of train that chooses the checkpoint; the test split never does."""

import hashlib

import numpy as np

from storage.reader import FaceReader


def split_holdout(reader: FaceReader, share: float, seed: int) -> tuple[FaceReader, FaceReader]:
    """Split a reader into what is fitted and what is held out.

    All faces of a video go to one side, decided by a hash of the video's id (or the face's, where
    there is no video): so the same faces are held out however the dataset grows.

    Args:
        reader: the training faces.
        share: expected share of videos that are held out, 0 to 1.
        seed: another seed holds out others.
    """
    ids = reader.index["video_id"].to_pylist()
    faces = reader.index["face_id"].to_pylist()
    held = np.array(
        [_fraction(video or face, seed) < share for video, face in zip(ids, faces, strict=True)],
        dtype=np.bool_,
    )
    return reader.select(~held), reader.select(held)


def _fraction(name: str, seed: int) -> float:
    digest = hashlib.sha256(f"{seed}/{name}".encode()).digest()
    return int.from_bytes(digest[:8], "big") / 2**64
