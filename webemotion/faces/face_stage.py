"""Where faces are looked for: in this process, or on a cluster that somebody hands in."""

from collections.abc import Callable
from typing import Protocol

from webemotion.faces.harvest import Harvest, harvest
from webemotion.faces.harvest_config import HarvestConfig
from webemotion.video import Video

Pending = Callable[[], Harvest]
"""Waits for a harvest; raises what `harvest` raises, or LocalFault if the cluster is lost."""


class FaceStage(Protocol):
    """Takes videos, gives harvests."""

    @property
    def ahead(self) -> int:
        """How many videos it is worth having under way at once besides the newest."""

    def start(
        self, video: Video, emotion: str, disagreement: float | None, config: HarvestConfig
    ) -> Pending:
        """Take a video; its file must stay until the harvest was waited for."""


class Here:
    """The face stage in this process: works when it is waited for."""

    ahead = 0

    def start(
        self, video: Video, emotion: str, disagreement: float | None, config: HarvestConfig
    ) -> Pending:
        """Take a video."""
        return lambda: harvest(video, emotion=emotion, disagreement=disagreement, config=config)
