"""What `webemotion doctor` looks at: each check says what it found and how to mend it."""

import importlib.metadata as metadata
import os
import shutil
import subprocess
import sysconfig
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from packaging.requirements import Requirement
from prefect.client.orchestration import get_client
from prefect.settings import PREFECT_API_URL

_MIN_FREE_GB: Final = 20
_DENO_TIMEOUT_S: Final = 20.0


@dataclass(frozen=True, slots=True)
class Finding:
    """The outcome of one check; `mend` says what to do, and is empty where all is well."""

    subject: str
    found: str
    mend: str = ""


def examine(folder: Path) -> list[Finding]:
    """Run every check; `folder` is where data would go."""
    checks: list[Callable[[], Finding]] = [
        versions,
        torchvision_operators,
        javascript_runtime,
        lambda: free_disk(folder),
        prefect_server,
        gpu,
    ]
    return [check() for check in checks]


def versions() -> Finding:
    """Whether the installed packages are those that this program asks for."""
    wrong = []
    for text in metadata.requires("webemotion") or []:
        requirement = Requirement(text)
        if requirement.marker is None and not _satisfied(requirement):
            wrong.append(str(requirement))
    if wrong:
        return Finding("packages", f"not as asked: {', '.join(wrong)}", "rm -r .venv && make setup")
    return Finding("packages", f"as asked, webemotion {metadata.version('webemotion')}")


def _satisfied(requirement: Requirement) -> bool:
    try:
        return metadata.version(requirement.name) in requirement.specifier
    except metadata.PackageNotFoundError:
        return False


def torchvision_operators() -> Finding:
    """Whether torchvision's compiled part fits torch."""
    try:
        import torch
        from torchvision.ops import nms

        nms(torch.tensor([[0.0, 0.0, 1.0, 1.0]]), torch.tensor([1.0]), 0.5)
    except (ImportError, RuntimeError, OSError) as error:
        mend = "install torch and torchvision from one source, in versions that belong together"
        return Finding("torchvision", f"its compiled part fails: {error}", mend)
    return Finding("torchvision", f"works with torch {torch.__version__}")


def javascript_runtime() -> Finding:
    """Whether the JavaScript runtime that watch pages ask for runs, where yt-dlp looks for it."""
    subject, mend = "JavaScript runtime", "pip install deno"
    path = os.pathsep.join([sysconfig.get_path("scripts"), os.environ.get("PATH", "")])
    found = shutil.which("deno", path=path)
    if found is None:
        return Finding(subject, "deno is missing", mend)
    try:
        said = subprocess.run(
            [found, "--version"],
            capture_output=True,
            text=True,
            timeout=_DENO_TIMEOUT_S,
            check=True,
        )
    except (OSError, subprocess.SubprocessError) as error:
        return Finding(subject, f"{found} does not run: {error}", mend)
    return Finding(subject, said.stdout.splitlines()[0] if said.stdout else found)


def free_disk(folder: Path) -> Finding:
    """Whether there is room for a collection."""
    existing = next(p for p in (folder.absolute(), *folder.absolute().parents) if p.exists())
    free_gb = shutil.disk_usage(existing).free / 1e9
    mend = "" if free_gb >= _MIN_FREE_GB else f"free {_MIN_FREE_GB} GB, or set another folder"
    return Finding("disk", f"{free_gb:.0f} GB free at {existing}", mend)


def prefect_server() -> Finding:
    """Whether a Prefect server answers."""
    url = PREFECT_API_URL.value()
    if not url:
        mend = "prefect server start, then prefect config set PREFECT_API_URL=http://127.0.0.1:4200/api"
        return Finding("Prefect server", "none is set; flows run with one of their own", mend)
    with get_client(sync_client=True) as client:
        error = client.api_healthcheck()
    if error is not None:
        return Finding("Prefect server", f"{url} does not answer: {error}", "prefect server start")
    return Finding("Prefect server", f"answers at {url}")


def gpu() -> Finding:
    """Whether training finds a GPU."""
    import torch

    if not torch.cuda.is_available():
        mend = "for more than the demo: a machine with an NVIDIA GPU and its driver"
        return Finding("GPU", "none; training runs on the CPU", mend)
    return Finding("GPU", torch.cuda.get_device_name())
