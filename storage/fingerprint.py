"""A short name for exactly these images and labels, by which results say what they are of."""

import hashlib
from typing import Final

import pyarrow as pa

from storage.store import Dataset

_COLUMNS: Final = ("face_id", "split", "emotion", "votes", "subject", "phash")


def fingerprint(dataset: Dataset, version: int | None = None) -> str:
    """SHA-256 over ids, splits, labels, votes, people and perceptual hashes, in the ids' order.

    It does not depend on the order of commits or on shards, and reads no image: an image that
    changed so little that its perceptual hash stayed the same counts as the same. Of images as
    published it is the same on every machine; of images that were aligned here it need not be, for
    a detector's last bits differ between machines, and with them now and then a bit of a hash.

    Args:
        dataset: whose faces.
        version: of the table; none for the newest.

    Returns:
        64 hexadecimal digits.
    """
    rows = dataset.scan("faces", list(_COLUMNS), version=version).sort_by("face_id")
    digest = hashlib.sha256()
    for batch in rows.select(list(_COLUMNS)).to_batches(max_chunksize=65_536):
        digest.update(_lines(batch))
    return digest.hexdigest()


def _lines(batch: pa.RecordBatch) -> bytes:
    columns = [batch[name].to_pylist() for name in _COLUMNS]
    lines = ("\x1f".join(map(_text, row)) for row in zip(*columns, strict=True))
    return "".join(f"{line}\x1e" for line in lines).encode()


def _text(value: str | list[dict[str, str | float]] | None) -> str:
    """A value, of which only votes are no text; their order says nothing."""
    if isinstance(value, list):
        return "\x1d".join(sorted(f"{vote['emotion']} {vote['share']!r}" for vote in value))
    return value or ""
