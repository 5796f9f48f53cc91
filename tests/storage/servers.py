"""S3 servers on loopback: moto's in this process, and SeaweedFS as processes that can be killed."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pyarrow.fs as fs
import pytest
from moto.server import ThreadedMotoServer

ACCESS_KEY: Final = "AKIATESTACCESSKEYID0"
SECRET_KEY: Final = "test/secret/access/key/0123456789+abcdef"
_START_S: Final = 60


def set_environment(patch: pytest.MonkeyPatch, endpoint: str) -> None:
    """The usual AWS environment for a server."""
    patch.setenv("AWS_ENDPOINT_URL", endpoint)
    patch.setenv("AWS_ACCESS_KEY_ID", ACCESS_KEY)
    patch.setenv("AWS_SECRET_ACCESS_KEY", SECRET_KEY)
    patch.setenv("AWS_REGION", "us-east-1")
    patch.setenv("AWS_EC2_METADATA_DISABLED", "true")


def make_bucket(endpoint: str, name: str) -> None:
    """Create a bucket, as its owner would beforehand."""
    files = fs.S3FileSystem(
        endpoint_override=endpoint,
        access_key=ACCESS_KEY,
        secret_key=SECRET_KEY,
        region="us-east-1",
        allow_bucket_creation=True,
    )
    files.create_dir(name)


@contextmanager
def moto() -> Iterator[str]:
    """Moto's server; yields its address."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    try:
        yield f"http://{host}:{port}"
    finally:
        server.stop()


@dataclass(slots=True)
class SeaweedFS:
    """A SeaweedFS server that keeps its data in a folder."""

    folder: Path
    port: int
    process: subprocess.Popen[bytes] | None = None

    @property
    def endpoint(self) -> str:
        """The address of its S3 interface."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it, and wait until it answers."""
        identity = self.folder / "identity.json"
        identity.write_text(
            '{"identities": [{"name": "tester", "actions": ["Admin", "Read", "Write", "List"],'
            f' "credentials": [{{"accessKey": "{ACCESS_KEY}", "secretKey": "{SECRET_KEY}"}}]}}]}}'
        )
        ports = [f"-{name}.port={_free_port()}" for name in ("master", "volume", "filer")]
        grpc = [f"-{name}.port.grpc={_free_port()}" for name in ("master", "volume", "filer", "s3")]
        self.process = subprocess.Popen(
            [str(Path(sys.executable).parent / "weed"), "server", f"-dir={self.folder}",
             "-ip=127.0.0.1", "-ip.bind=127.0.0.1",
             "-s3", f"-s3.port={self.port}", f"-s3.config={identity}", *ports, *grpc,
             "-master.telemetry=false", "-master.volumeSizeLimitMB=64", "-volume.max=16"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
        self._wait()

    def kill(self) -> None:
        """End it without warning."""
        if self.process is not None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def _wait(self) -> None:
        deadline = time.monotonic() + _START_S
        while time.monotonic() < deadline:
            try:
                make_bucket(self.endpoint, "bucket")
            except OSError:
                time.sleep(0.2)
            else:
                return
        raise TimeoutError("SeaweedFS did not start")


@contextmanager
def seaweedfs(folder: Path) -> Iterator[SeaweedFS]:
    """A running SeaweedFS."""
    server = SeaweedFS(folder, _free_port())
    server.start()
    try:
        yield server
    finally:
        server.kill()


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])
