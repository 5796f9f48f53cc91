"""PostgreSQL on loopback, as an unprivileged user."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from demo.services import free_port, wait_for_port


def programs() -> Path | None:
    """Where Debian's package keeps initdb and postgres, the newest version; None without it.

    The packages on PyPI lack the extension pg_trgm, which Prefect's server wants.
    """
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
    return found[-1].parent if found else None


@contextmanager
def postgres() -> Iterator[str]:
    """A running server with an empty database; yields SQLAlchemy's address of it."""
    # It refuses to run as root.
    who: dict[str, Any] = {"user": "nobody"} if os.geteuid() == 0 else {}
    folder = Path(tempfile.mkdtemp(prefix="webemotion-postgres-"))
    try:
        if who:
            shutil.chown(folder, **who)
        where = programs()
        assert where is not None
        data, port = folder / "data", free_port()
        initdb = [str(where / "initdb"), "-D", str(data), "-U", "webemotion", "--auth=trust"]
        subprocess.run(initdb, cwd="/", check=True, stdout=subprocess.DEVNULL, **who)
        options = ["-h", "127.0.0.1", "-p", str(port), "-k", "", "-c", "fsync=off"]
        process = subprocess.Popen(
            [str(where / "postgres"), "-D", str(data), *options],
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
