"""Who must never come back: the keys of videos, channels and clips, and the rows they name."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal, get_args

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds

from storage.schema import TOMBSTONES
from storage.store import Dataset

Kind = Literal["video", "channel", "clip"]
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)
_ID: Final = r"[A-Za-z0-9_-]{1,64}"
_KEYS: Final = {
    "video": re.compile(_ID),
    "channel": re.compile(_ID),
    "clip": re.compile(rf"{_ID}/[0-9]{{1,6}}"),
}


@dataclass(frozen=True, slots=True)
class Forgotten:
    """All tombstones of a dataset, by kind."""

    videos: frozenset[str] = frozenset()
    channels: frozenset[str] = frozenset()
    clips: frozenset[str] = frozenset()

    def rows_in(self, table: str) -> ds.Expression | None:
        """The rows of a table that they name; none where no row of it can be meant."""
        match table:
            case "faces":
                return _either(_in("video_id", self.videos), _in("clip_id", self.clips))
            case "labels":
                # A face's id begins with that of its video and clip.
                video, clip = (
                    pc.replace_substring_regex(pc.field("face_id"), pattern=rest, replacement="")
                    for rest in ("/.*", "/[^/]*$")
                )
                return _either(_in(video, self.videos), _in(clip, self.clips))
            case "videos":
                return _either(_in("video_id", self.videos), _in("channel_id", self.channels))
            case _:
                return None


def check_key(kind: Kind, key: str) -> None:
    """Check that a key can be the id of a video, channel or clip.

    Raises:
        ValueError: it cannot.
    """
    if not _KEYS[kind].fullmatch(key):
        allowed = "VIDEO/NUMBER" if kind == "clip" else "letters, digits, hyphens and underscores"
        raise ValueError(f"{kind}: is {key!r}, must be {allowed}")


def forgotten(dataset: Dataset) -> Forgotten:
    """The tombstones of a dataset."""
    rows = dataset.scan("tombstones", ["key", "kind"]).to_pylist()
    keys = {kind: frozenset(r["key"] for r in rows if r["kind"] == kind) for kind in KINDS}
    return Forgotten(keys["video"], keys["channel"], keys["clip"])


def bury(dataset: Dataset, kind: Kind, keys: Iterable[str], reason: str, time: datetime) -> None:
    """Write the tombstones that are not there yet."""
    rows = {
        f"{kind}:{key}": [{"key": key, "kind": kind, "reason": reason, "time": time}]
        for key in sorted(set(keys))
    }
    if rows:
        dataset.append_tombstones(
            {name: pa.Table.from_pylist(row, schema=TOMBSTONES) for name, row in rows.items()}
        )


def _in(column: Any, keys: frozenset[str]) -> ds.Expression | None:
    field = pc.field(column) if isinstance(column, str) else column
    return field.isin(pa.array(sorted(keys), pa.string())) if keys else None


def _either(first: ds.Expression | None, second: ds.Expression | None) -> ds.Expression | None:
    if first is None or second is None:
        return second if first is None else first
    return first | second
