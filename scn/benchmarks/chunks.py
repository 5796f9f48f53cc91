"""Faces of a benchmark, gathered into tables of bounded size under keys that never change."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

import pyarrow as pa

from storage.schema import FACES

CHUNK_IMAGES = 1_000
CHUNK_BYTES = 256 * 2**20


@dataclass(frozen=True, slots=True)
class Person:
    """What a source says of who is seen, in its own words; none where it says nothing."""

    subject: str | None = None
    age: str | None = None
    gender: str | None = None
    race: str | None = None


NOBODY: Final = Person()


@dataclass(frozen=True, slots=True)
class Face:
    """One labelled image of a benchmark, as it goes into the store."""

    split: str
    stem: str
    emotion: str
    image: bytes
    votes: dict[str, float] | None = None
    box_xyxy: tuple[float, ...] | None = None
    landmarks_xy: tuple[float, ...] | None = None
    size_px: int | None = None
    person: Person = NOBODY
    pose_deg: tuple[float, float, float] | None = None
    """Yaw, pitch and roll, as the source says."""

    def row(self, source: str) -> dict[str, object]:
        """Return the face as a row of ``storage.schema.FACES``."""
        yaw, pitch, roll = self.pose_deg or (None, None, None)
        subject = self.person.subject
        return {
            "face_id": f"{self.split}/{self.stem}",
            "split": self.split,
            "emotion": self.emotion,
            "votes": [{"emotion": e, "share": v} for e, v in self.votes.items()]
            if self.votes
            else None,
            "box_xyxy": self.box_xyxy,
            "landmarks_xy": self.landmarks_xy,
            "size_px": self.size_px,
            "subject": subject and f"{source}/{subject}",
            "age": self.person.age,
            "gender": self.person.gender,
            "race": self.person.race,
            "yaw_deg": yaw,
            "pitch_deg": pitch,
            "roll_deg": roll,
            "image": self.image,
            "source": source,
        }


@dataclass(slots=True)
class _Chunk:
    split: str
    number: int = 0
    size_bytes: int = 0
    faces: list[Face] = field(default_factory=list)

    def add(self, face: Face) -> None:
        self.faces.append(face)
        self.size_bytes += len(face.image)

    def is_full(self, max_images: int, max_bytes: int) -> bool:
        return len(self.faces) >= max_images or self.size_bytes >= max_bytes

    def table(self, name: str, source: str) -> tuple[str, pa.Table]:
        rows = [face.row(source) for face in self.faces]
        key = f"{name}/{self.split}/{self.number:04d}"
        return key, pa.Table.from_pylist(rows, schema=FACES)


def gather(
    faces: Iterable[Face],
    *,
    name: str,
    source: str,
    max_images: int = CHUNK_IMAGES,
    max_bytes: int = CHUNK_BYTES,
) -> Iterator[tuple[str, pa.Table]]:
    """Yield ("<name>/<split>/<number>", rows): the same faces always give the same pairs.

    Args:
        faces: in an order that does not change; splits may be mixed.
        name: the benchmark's name, the first part of every key.
        source: the value of the column of that name.
        max_images: rows after which a chunk is closed.
        max_bytes: encoded images, in bytes, after which a chunk is closed.
    """
    open_chunks: dict[str, _Chunk] = {}
    for face in faces:
        chunk = open_chunks.setdefault(face.split, _Chunk(face.split))
        chunk.add(face)
        if chunk.is_full(max_images, max_bytes):
            yield chunk.table(name, source)
            open_chunks[face.split] = _Chunk(face.split, chunk.number + 1)
    for chunk in open_chunks.values():
        if chunk.faces:
            yield chunk.table(name, source)
