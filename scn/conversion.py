"""A legacy pickle of weights, such as older `.pth` files, turned into safetensors."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Final

from scn.errors import WeightsError

_MOST_BYTES: Final = 4 << 30
_TIMEOUT_S: Final = 300


def convert(source: Path, target: Path) -> int:
    """Write the tensors of a pickle as safetensors; nothing in it is run.

    A process of its own reads it, which can open no other file, and has no network. Mappings in
    the file that hold tensors give dotted names: `state_dict.conv1.weight`.

    Returns:
        The bytes written.

    Raises:
        WeightsError: the file is missing, too large, or holds no tensors that can be read; or
            `target` exists or is no .safetensors.
    """
    _check(source, target)
    tensors = _converted(source)
    unfinished = target.with_name(f".{target.name}.part")
    unfinished.write_bytes(tensors)
    unfinished.replace(target)
    return len(tensors)


def _check(source: Path, target: Path) -> None:
    if not source.is_file():
        raise WeightsError(f"weights {source}: there is no such file")
    if source.stat().st_size > _MOST_BYTES:
        size_gb = source.stat().st_size / 1e9
        raise WeightsError(f"weights {source}: has {size_gb:.1f} GB, at most 4 are allowed")
    if target.suffix != ".safetensors":
        raise WeightsError(f"target {target}: must end in .safetensors")
    if target.exists():
        raise WeightsError(f"target {target}: exists already")
    if not target.parent.is_dir():
        raise WeightsError(f"target {target}: its folder does not exist")


def _converted(source: Path) -> bytes:
    try:
        with source.open("rb") as given:
            ended = subprocess.run(
                [sys.executable, "-m", "scn.conversion_process"],
                stdin=given,
                capture_output=True,
                env={"PATH": os.environ.get("PATH", ""), "OMP_NUM_THREADS": "1"},
                timeout=_TIMEOUT_S,
                check=False,
            )
    except subprocess.TimeoutExpired as error:
        raise WeightsError(f"weights {source}: took longer than {_TIMEOUT_S} s") from error
    if ended.returncode:
        said = ended.stderr.decode(errors="replace").strip()[-500:] or f"code {ended.returncode}"
        raise WeightsError(f"weights {source}: cannot be converted: {said}")
    return ended.stdout
