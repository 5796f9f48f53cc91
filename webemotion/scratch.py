"""Upkeep of the scratch folder: what killed processes left there."""

import shutil
import time
from pathlib import Path
from typing import Final

VIDEO_PREFIX: Final = "video-"
UNFINISHED_SUFFIX: Final = ".part"
_AGE_S: Final = 24 * 3600.0


def sweep(scratch: Path, age_s: float = _AGE_S) -> int:
    """Delete downloads and half-written files that nobody has touched for so long.

    A killed process cannot delete its own; what another process works on is younger, since each
    download has a deadline.

    Args:
        scratch: its folder; what else lies there stays.
        age_s: age since the last change, in seconds.

    Returns:
        How many files and folders were deleted.
    """
    oldest_s = time.time() - age_s
    left = [*scratch.glob(f"{VIDEO_PREFIX}*"), *scratch.glob(f"spool/*{UNFINISHED_SUFFIX}")]
    stale = [path for path in left if _changed_s(path) < oldest_s]
    for path in stale:
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
    return len(stale)


def _changed_s(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return float("inf")
