"""Folders for files of passing use: gone after use, and a day after a process that was killed."""

import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

_PREFIX: Final = "webemotion-store-"
_AGE_S: Final = 24 * 3600.0


@contextmanager
def scratch_folder() -> Iterator[Path]:
    """A folder that only this user can read, below the system's for temporary files."""
    _sweep(Path(tempfile.gettempdir()))
    with tempfile.TemporaryDirectory(prefix=_PREFIX) as folder:
        yield Path(folder)


def _sweep(parent: Path) -> None:
    """Delete what killed processes left there: it may hold faces."""
    oldest_s = time.time() - _AGE_S
    for path in parent.glob(f"{_PREFIX}*"):
        try:
            stale = path.stat().st_mtime < oldest_s
        except FileNotFoundError:
            continue
        if stale:
            shutil.rmtree(path, ignore_errors=True)
