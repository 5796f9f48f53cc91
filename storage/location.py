"""Where a store lies: a folder, or a prefix in an S3 bucket; the same calls for both.

Credentials, region and endpoint come from the usual AWS environment variables and are handed to
the libraries that need them; no address, error or log of this project holds them.
"""

import os
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

import pyarrow.fs as fs

from storage.errors import StoreError, StoreMissing, StoreUnreachable, StoreUnwritable

_S3: Final = "s3://"
_BUCKET: Final = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[A-Za-z0-9._=-]+)*/?")
_SECRETS: Final = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")
_REFUSED: Final = (
    "accessdenied", "forbidden", "invalidaccesskeyid", "nocredentials", "permissiondenied",
    "signaturedoesnotmatch", "unauthenticated",
)  # fmt: skip
_CONNECT_TIMEOUT_S: Final = 5.0
_REQUEST_TIMEOUT_S: Final = 30.0
_REQUEST_TRIES: Final = 4


@dataclass(frozen=True, slots=True)
class Location:
    """A folder (absolute) or an ``s3://bucket/prefix``.

    Attributes:
        uri: as the other libraries take it.
    """

    uri: str

    @classmethod
    def of(cls, uri: str) -> "Location":
        """The location that a user names.

        Raises:
            ValueError: it is neither a folder's name nor ``s3://bucket/prefix``.
        """
        if uri.startswith(_S3):
            if not _BUCKET.fullmatch(uri[len(_S3) :]):
                raise ValueError(f"store: is {_plain(uri)!r}, must be s3://bucket/prefix")
            return cls(uri.rstrip("/"))
        if not uri or "://" in uri:
            raise ValueError(f"store: is {_plain(uri)!r}, must be a folder or s3://bucket/prefix")
        return cls(str(Path(uri).absolute()))

    @property
    def is_s3(self) -> bool:
        """Whether it lies in an S3 bucket."""
        return self.uri.startswith(_S3)

    def below(self, *names: str) -> "Location":
        """The location of something in it."""
        return Location("/".join([self.uri, *names]))

    @property
    def files(self) -> fs.FileSystem:
        """Its files; paths are relative to it."""
        if self.is_s3:
            identity = tuple(os.environ.get(name) for name in _SECRETS)
            return fs.SubTreeFileSystem(
                self.uri[len(_S3) :], _s3(_endpoint(), _region(), identity, os.getpid())
            )
        # Arrow's own files: those of deltalake call Python from threads that outlive it, which
        # ends the process with an abort.
        return fs.SubTreeFileSystem(self.uri, fs.LocalFileSystem())

    def make(self) -> None:
        """Make the folder where it is not there; a prefix in a bucket is there once a file is."""
        if not self.is_s3:
            Path(self.uri).mkdir(parents=True, exist_ok=True)

    @property
    def delta_options(self) -> dict[str, str]:
        """What deltalake must be told beside the environment."""
        if not self.is_s3:
            return {}
        endpoint = _endpoint() or ""
        plain_http = {"AWS_ALLOW_HTTP": "true"} if endpoint.startswith("http://") else {}
        return {
            "max_retries": str(_REQUEST_TRIES),
            "timeout": f"{_REQUEST_TIMEOUT_S:.0f}s",
            "connect_timeout": f"{_CONNECT_TIMEOUT_S:.0f}s",
            **plain_http,
        }

    def failure(self, error: Exception, doing: str) -> StoreError:
        """The store's own error for one of a library: its class tells whether to try again."""
        text = _plain(str(error))
        # The libraries write AccessDenied, ACCESS_DENIED and "access denied".
        letters = re.sub(r"[\s_]", "", text.lower())
        if "nosuchbucket" in letters:
            return StoreMissing(f"store {self.uri}: there is no such bucket")
        if not self.is_s3 and isinstance(error, OSError) and error.errno:
            text = os.strerror(error.errno)
        if not self.is_s3 or any(word in letters for word in _REFUSED):
            return StoreUnwritable(f"store {self.uri}: cannot be {doing}: {text}")
        return StoreUnreachable(f"store {self.uri}: cannot be {doing} at the moment: {text}")

    def sync(self, *names: str) -> None:
        """Make files of a folder, and the folders that hold them, outlast a loss of power."""
        paths = [Path(self.uri, name) for name in names]
        for path in [*paths, *{path.parent for path in paths}]:
            handle = os.open(path, os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)


def _endpoint() -> str | None:
    return os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL")


def _region() -> str | None:
    return os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION")


@lru_cache(maxsize=4)
def _s3(
    endpoint: str | None, region: str | None, identity: tuple[str | None, ...], process: int
) -> fs.S3FileSystem:
    """One client per server, identity and process: a forked client would share connections."""
    del identity, process
    return fs.S3FileSystem(
        endpoint_override=endpoint,
        region=region,
        connect_timeout=_CONNECT_TIMEOUT_S,
        request_timeout=_REQUEST_TIMEOUT_S,
        retry_strategy=fs.AwsStandardS3RetryStrategy(max_attempts=_REQUEST_TRIES),
    )


def _plain(text: str) -> str:
    """One line without colours, pictures and secrets."""
    text = re.sub(r"\x1b\[[0-9;]*m|[↳]", "", text)
    text = re.sub(r"//[^/\s@]*@", "//", text)
    for name in _SECRETS:
        if secret := os.environ.get(name):
            text = text.replace(secret, f"<{name}>")
    return " ".join(text.split())
