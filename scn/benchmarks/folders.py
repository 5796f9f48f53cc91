"""Looking into the folders of a benchmark, in an order that does not change."""

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
