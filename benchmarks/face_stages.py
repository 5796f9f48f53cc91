"""Where the time of a harvest goes: each stage's processor time, and that of its kernel alone.

Stages are functions of `webemotion`, watched while they run; a kernel is the library's call
without which the stage cannot be done: decoding without conversion, a network's forward pass, a
warp, an encoder. A stage cannot be faster than its kernel unless it calls it less often.
"""

import resource
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

import av
import cv2

from webemotion.faces import cascade, crops, harvest, mtcnn, shots

STAGES = ("decode", "shots", "P", "R", "O", "align", "measure", "encode", "write", "rest")


class Clock:
    """Adds up processor time by name; time inside a nested name counts for that name alone."""

    def __init__(self) -> None:
        self.spent_s: defaultdict[str, float] = defaultdict(float)
        self._open: list[str] = []
        self._since_s = time.process_time()

    @contextmanager
    def span(self, name: str) -> Iterator[None]:
        """Count what happens in the block for `name`."""
        self._switch()
        self._open.append(name)
        try:
            yield
        finally:
            self._switch()
            self._open.pop()

    def _switch(self) -> None:
        now_s = time.process_time()
        if self._open:
            self.spent_s[self._open[-1]] += now_s - self._since_s
        self._since_s = now_s

    def watched(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """The same function, watched."""

        def call(*args: Any, **kwargs: Any) -> Any:
            with self.span(name):
                return function(*args, **kwargs)

        return call


def stages(run: Callable[[], Any]) -> tuple[dict[str, float], dict[str, float]]:
    """Processor seconds per stage and per kernel of one run."""
    clock, kernels = Clock(), Clock()
    networks = cascade._networks()
    watched = {
        (shots.ShotFinder, "_look_at"): "shots",
        (mtcnn, "propose"): "P",
        (mtcnn, "refine"): "R",
        (mtcnn, "finish"): "O",
        (crops, "align"): "align",
        (crops, "measure"): "measure",
        (crops, "encode_jpeg"): "encode",
        (harvest, "face_rows"): "write",
    }
    cores = {(cv2, "warpAffine"): "align", (cv2, "imencode"): "encode"}
    with ExitStack() as patches:
        for (owner, name), stage in watched.items():
            patches.enter_context(
                mock.patch.object(owner, name, clock.watched(stage, getattr(owner, name)))
            )
        for (owner, name), stage in cores.items():
            patches.enter_context(
                mock.patch.object(owner, name, kernels.watched(stage, getattr(owner, name)))
            )
        forward = [kernels.watched(stage, net) for stage, net in zip("PRO", networks, strict=True)]
        patches.enter_context(mock.patch.object(cascade, "_networks", return_value=forward))
        children_s = _children_s()
        with clock.span("rest"):
            run()
        clock.spent_s["decode"] = _children_s() - children_s
    return dict(clock.spent_s), dict(kernels.spent_s)


def decode_alone_s(path: Path) -> float:
    """Processor seconds to decode every frame and do nothing with it."""
    started_s = time.process_time()
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        stream.codec_context.thread_count = 1
        for _ in container.decode(stream):
            pass
    return time.process_time() - started_s


def _children_s() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime
