"""A dataset of uneven shards, for the tests of reading."""

from pathlib import Path

from storage.store import Dataset, open_store
from tests.storage.rows import faces


def uneven_dataset(folder: Path) -> Dataset:
    """61 faces in 12 shards of uneven size."""
    made = open_store(str(folder), create=True).dataset("webemotion", create=True)
    sizes = [1, 9, 3, 7, 2, 8, 4, 6, 5, 5, 10]
    for number, size in enumerate(sizes):
        video = f"video-{number:02d}"
        made.append_faces({video: faces(video, size, first=10 * number)})
    made.append_faces({"test": faces("tested", 1, split="test")})
    return made
