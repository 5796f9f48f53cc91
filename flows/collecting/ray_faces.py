"""The face stage on a Ray cluster, whose nodes need this package, and neither Prefect nor store."""

import importlib.util
import logging
import socket
import tempfile
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from webemotion.errors import CollectionError, LocalFault
from webemotion.faces.face_stage import FaceStage, Here, Pending
from webemotion.faces.harvest import Harvest, harvest
from webemotion.faces.harvest_config import HarvestConfig
from webemotion.scratch import VIDEO_PREFIX
from webemotion.video import Video

_MOST_AHEAD: Final = 64
"""Each video under way has its file in scratch and its bytes in the cluster's memory."""
_NODE_LOSSES: Final = 3
_CONNECT_S: Final = 10.0
_CLIENT_PORT: Final = 10001


def require_ray() -> None:
    """Refuse a Ray address where Ray is not installed.

    Raises:
        ValueError: Ray is missing.
    """
    if importlib.util.find_spec("ray") is None:
        raise ValueError("work.ray_address is set, but Ray is missing: pip install '.[ray]'")


def face_stage(ray_address: str | None) -> AbstractContextManager[FaceStage]:
    """The face stage on a cluster, or here.

    Raises:
        LocalFault: there is no cluster at that address, or it cannot be talked to.
        ValueError: Ray is missing.
    """
    return nullcontext(Here()) if ray_address is None else OnRay(ray_address)


class OnRay:
    """A connection to a Ray cluster; a video whose node dies is given to another.

    https://docs.ray.io/en/latest/ray-core/fault_tolerance/tasks.html

    Args:
        address: "host:6379", "ray://host:10001" or "auto", as `ray.init` takes it.

    Raises:
        LocalFault: there is no such cluster, or it cannot be talked to.
    """

    def __init__(self, address: str) -> None:
        require_ray()
        import ray

        self._ray: Any = ray
        try:
            _refuse_silence(address)
            ray.init(address, log_to_driver=False, logging_level=logging.WARNING)
            self.ahead = min(_MOST_AHEAD, int(self._ray.cluster_resources().get("CPU", 1)))
        except (OSError, ValueError, RuntimeError, ray.exceptions.RayError) as error:
            raise LocalFault(f"no Ray cluster at {address}: {error}") from error
        self._remote: Any = ray.remote(num_cpus=1, max_retries=_NODE_LOSSES)(harvest_there)

    def start(
        self, video: Video, emotion: str, disagreement: float | None, config: HarvestConfig
    ) -> Pending:
        """Send a video to the cluster."""
        given = (video.path.read_bytes(), video, emotion, disagreement, config)
        reference = self._remote.remote(*given)
        return lambda: self._await(reference)

    def _await(self, reference: object) -> Harvest:
        try:
            result = self._ray.get(reference)
        except (self._ray.exceptions.RayError, ConnectionError) as error:
            raise LocalFault(f"the Ray cluster lost a video: {error}") from error
        if isinstance(result, CollectionError):
            raise result
        assert isinstance(result, Harvest)
        return result

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._ray.shutdown()


def _refuse_silence(address: str) -> None:
    """Raise OSError if nobody listens: Ray ends the whole process instead."""
    if address != "auto":
        host, _, port = address.removeprefix("ray://").partition(":")
        socket.create_connection((host, int(port or _CLIENT_PORT)), _CONNECT_S).close()


def harvest_there(
    data: bytes, video: Video, emotion: str, disagreement: float | None, config: HarvestConfig
) -> Harvest | CollectionError:
    """Harvest a file on whatever machine this runs on.

    Failures are returned, because Ray wraps what is raised in an error of its own.
    """
    with tempfile.TemporaryDirectory(prefix=VIDEO_PREFIX) as folder:
        path = Path(folder) / video.path.name
        path.write_bytes(data)
        try:
            return harvest(
                replace(video, path=path),
                emotion=emotion,
                disagreement=disagreement,
                config=config,
            )
        except CollectionError as failure:
            return failure
