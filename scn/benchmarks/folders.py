"""Looking into the folders of a benchmark, in an order that does not change."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

from scn.benchmarks.errors import LayoutError


def inside(path: Path, expected: str) -> list[Path]:
    """What lies in a folder, sorted.

    Raises:
        LayoutError: there is no such folder, or it cannot be read.
    """
    try:
        return sorted(path.iterdir())
    except (FileNotFoundError, NotADirectoryError) as error:
        raise LayoutError(path, "folder is missing", expected) from error
    except OSError as error:
        raise LayoutError(path, f"unreadable ({error.strerror})", expected) from error


def files_below(path: Path, suffixes: frozenset[str], expected: str) -> list[Path]:
    """Files with one of these suffixes (lower case) in a folder or the folders in it, sorted.

    Links are not followed.
    """
    found: list[Path] = []
    for each in inside(path, expected):
        if each.is_symlink() or each.name.startswith("."):
            continue
        if each.is_dir():
            found += files_below(each, suffixes, expected)
        elif each.suffix.lower() in suffixes:
            found.append(each)
    return found


def digest_of(files: Iterable[tuple[str, str, Path]]) -> str:
    """A short name for a listing: split, name and size of each file."""
    lines = (f"{split}/{name}/{file.stat().st_size}" for split, name, file in files)
    return hashlib.sha256("\n".join(lines).encode("utf-8", "surrogateescape")).hexdigest()[:12]
