"""Which checkpoints had seen certain faces: trained on them, or begun from one that was."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.dataset as ds

from storage.tombstones import Forgotten

_SAMPLES: Final = "samples.parquet"
_ORIGIN: Final = "origin.json"


@dataclass(frozen=True, slots=True)
class Exposed:
    """A checkpoint's folder, and what it had seen, in words."""

    path: Path
    how: str


def exposed_checkpoints(runs: Path, gone: Forgotten) -> list[Exposed]:
    """The checkpoints in a folder of runs that had seen what is forgotten, sorted by path."""
    folders = sorted(path.parent for path in runs.rglob(_SAMPLES))
    seen = {folder: how for folder in folders if (how := _trained_on(folder / _SAMPLES, gone))}
    while begun := [f for f in folders if f not in seen and _origin(f) in _resolved(seen)]:
        seen |= dict.fromkeys(begun, "began from one of these")
    return [Exposed(folder, seen[folder]) for folder in sorted(seen)]


def note_origin(folder: Path, initial: Path) -> None:
    """Keep beside a run's checkpoints which one they began from; what is noted stays."""
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / _ORIGIN).exists():
        unfinished = folder / f".{_ORIGIN}.part"
        unfinished.write_text(json.dumps({"initial": str(initial.resolve())}))
        unfinished.replace(folder / _ORIGIN)


def _resolved(folders: Iterable[Path]) -> set[Path]:
    return {folder.resolve() for folder in folders}


def _origin(checkpoint: Path) -> Path | None:
    path = checkpoint.parent / _ORIGIN
    return Path(json.loads(path.read_text())["initial"]) if path.exists() else None


def _trained_on(samples: Path, gone: Forgotten) -> str:
    """What a checkpoint was trained on, in words; empty for none of it."""
    rows = gone.rows_in("labels")
    if rows is None:
        return ""
    try:
        count = ds.dataset(samples, format="parquet").count_rows(filter=rows)
    except (OSError, pa.ArrowException):
        return "its list of faces cannot be read, so it may have seen it"
    return f"trained on {count} of its faces" if count else ""
