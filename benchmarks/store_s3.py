"""An S3 server on loopback (SeaweedFS) that holds what the sides wrote."""

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from shutil import which
from typing import Any

_KEY, _SECRET = "benchmark", "benchmark-secret"
# `datasets` maps Arrow files into memory, which takes a file of this machine.
_LOCAL_ONLY = {"HF datasets (Arrow)"}


@contextmanager
def bucket(places: Mapping[str, Path]) -> Iterator[dict[str, str]]:
    """Side → address of its copy in a bucket; empty where there is no server to start."""
    weed = which("weed", path=f"{Path(sys.executable).parent}:{os.environ['PATH']}")
    if weed is None or find_spec("boto3") is None:
        yield {}
        return
    with tempfile.TemporaryDirectory() as folder:
        process, endpoint = _start(weed, Path(folder))
        try:
            client = _client(endpoint)
            yield {
                name: _copy(client, place, name)
                for name, place in places.items()
                if name not in _LOCAL_ONLY
            }
        finally:
            process.kill()
            process.wait()


def _start(weed: str, folder: Path) -> tuple["subprocess.Popen[bytes]", str]:
    identity = folder / "identity.json"
    identity.write_text(
        '{"identities": [{"name": "b", "actions": ["Admin"], "credentials":'
        f' [{{"accessKey": "{_KEY}", "secretKey": "{_SECRET}"}}]}}]}}'
    )
    port = _free_port()
    ports = [f"-{name}.port={_free_port()}" for name in ("master", "volume", "filer")]
    ports += [f"-{n}.port.grpc={_free_port()}" for n in ("master", "volume", "filer", "s3")]
    command = [weed, "server", f"-dir={folder}", "-ip=127.0.0.1", "-ip.bind=127.0.0.1", "-s3",
               f"-s3.port={port}", f"-s3.config={identity}", *ports, "-master.telemetry=false",
               "-master.volumeSizeLimitMB=512", "-volume.max=16"]  # fmt: skip
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return process, f"http://127.0.0.1:{port}"


def _client(endpoint: str) -> Any:
    os.environ |= {
        "AWS_ENDPOINT_URL": endpoint, "S3_ENDPOINT_URL": endpoint, "AWS_ACCESS_KEY_ID": _KEY,
        "AWS_SECRET_ACCESS_KEY": _SECRET, "AWS_REGION": "us-east-1", "AWS_ALLOW_HTTP": "true",
        "AWS_DEFAULT_REGION": "us-east-1", "AWS_EC2_METADATA_DISABLED": "true",
    }  # fmt: skip
    client = import_module("boto3").client("s3")
    errors = import_module("botocore.exceptions")
    deadline_s = time.monotonic() + 60
    while True:
        try:
            client.create_bucket(Bucket="bench")
        except (errors.BotoCoreError, errors.ClientError):
            if time.monotonic() > deadline_s:
                raise
            time.sleep(0.3)
        else:
            return client


def _copy(client: Any, place: Path, name: str) -> str:
    prefix = name.replace(" ", "-").replace("(", "").replace(")", "")
    paths = [path for path in place.rglob("*") if path.is_file()]
    with ThreadPoolExecutor(8) as pool:
        list(
            pool.map(
                lambda p: client.upload_file(str(p), "bench", f"{prefix}/{p.relative_to(place)}"),
                paths,
            )
        )
    return f"s3://bench/{prefix}"


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])
