"""What the benchmark asks of a way to keep images, and what all of them need."""

import os
from abc import ABC, abstractmethod
from collections.abc import Iterator
from importlib import import_module
from itertools import islice
from pathlib import Path
from typing import Any, Final

SHARD_ROWS: Final = 10_000
BATCH: Final = 256
# Rows that rivals shuffle together, as many as the store does.
SHUFFLED: Final = 4096


class Side(ABC):
    """One way to keep images: the modules it needs, and whether torch's sampler shuffles it."""

    modules: tuple[str, ...] = ()
    map_style: bool = False

    @abstractmethod
    def write(self, data: Iterator[bytes], folder: Path) -> None:
        """Write images to an empty folder."""

    @abstractmethod
    def dataset(self, place: str, start: int) -> Any:
        """A torch dataset of encoded images, `start` of them skipped if it can."""

    @abstractmethod
    def encoded(self, item: Any) -> bytes:
        """The image in an item of the dataset."""


def chunks(data: Iterator[bytes], size: int) -> Iterator[list[bytes]]:
    """Lists of at most `size`."""
    while chunk := list(islice(data, size)):
        yield chunk


def files(place: str, suffix: str) -> list[str]:
    """The files of a folder or prefix, sorted; of a bucket as addresses that need no key."""
    if not place.startswith("s3://"):
        return sorted(str(path) for path in Path(place).rglob(f"*{suffix}"))
    bucket, _, prefix = place[5:].partition("/")
    client = import_module("boto3").client("s3")
    pages = client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=f"{prefix}/")
    keys = [item["Key"] for page in pages for item in page.get("Contents", [])]
    return [f"s3://{bucket}/{key}" for key in sorted(keys) if key.endswith(suffix)]


_CLIENTS: dict[int, Any] = {}


def client() -> Any:
    """This process's client of S3."""
    return _CLIENTS.setdefault(os.getpid(), import_module("boto3").client("s3"))


def signed(url: str) -> str:
    """An address over HTTP that needs no key."""
    bucket, _, key = url[5:].partition("/")
    where = {"Bucket": bucket, "Key": key}
    return str(client().generate_presigned_url("get_object", Params=where))
