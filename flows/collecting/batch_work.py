"""The videos of one batch: begun one after another, finished as their faces come."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from prefect import get_run_logger, task
from prefect.cache_policies import NO_CACHE
from prefect.runtime import task_run

from flows.collecting.calls import CALL_TAG
from flows.collecting.gate import MOST_IN_A_ROW, Walled, call
from flows.collecting.wall import meet
from storage.ledger import VideoEvent
from webemotion.attempt import Downloaded, begin, finish
from webemotion.errors import CollectionError, ConnectionFailed, LocalFault
from webemotion.faces.face_stage import FaceStage
from webemotion.faces.harvest_config import HarvestConfig
from webemotion.listing import Listing
from webemotion.site.manners import Manners
from webemotion.site.web_config import DownloadConfig
from webemotion.spool import Spool


def _video_id() -> str:
    return f"video {task_run.parameters['found'].video_id}"


@task(
    name="collect-video",
    task_run_name=_video_id,
    tags=[CALL_TAG],
    persist_result=False,
    cache_policy=NO_CACHE,
)
def collect_one(found: VideoEvent, work: "BatchWork") -> Downloaded | VideoEvent:
    """Download a video and hand it to the face stage, or find its faces here."""
    begun = begin(
        found,
        spool=work.spool,
        scratch=work.scratch,
        downloading=work.downloading,
        harvesting=work.harvesting,
        stage=work.stage,
    )
    return begun if work.stage.ahead else work.finish(begun)


@dataclass(frozen=True, slots=True)
class BatchWork:
    """How the videos of a batch are collected."""

    spool: Spool
    scratch: Path
    downloading: DownloadConfig
    harvesting: HarvestConfig
    manners: Manners
    stage: FaceStage
    listing: Listing | None

    def run(self, due: Sequence[VideoEvent], trial: bool) -> tuple[list[VideoEvent], Walled | None]:
        """Collect videos up to a wall; what became of them, and the wall."""
        begun: list[Downloaded | VideoEvent] = []
        wall = None
        try:
            for number, found in enumerate(due):
                first = trial and not number
                with call(self.manners, trial=first) as made:
                    begun.append(collect_one(found, self))
                    made.answered = _failure(begun[-1]) is None
                    self._refuse_lost_network(begun, most=1 if first else MOST_IN_A_ROW)
                    self._settle(begun, ahead=self.stage.ahead)
        except Walled as error:
            wall = error
        events, lost = self._finished(begun)
        return events, wall or lost

    def finish(self, begun: Downloaded | VideoEvent) -> VideoEvent:
        """Wait for a video's faces; see webemotion.attempt."""
        event = begun
        if isinstance(begun, Downloaded):
            listed = self.listing.clips.get(begun.found.video_id, ()) if self.listing else None
            event = finish(begun, spool=self.spool, listed=listed)
        assert isinstance(event, VideoEvent)
        get_run_logger().info(
            "%s %s: %s, %d faces",
            event.video_id,
            event.state,
            event.reason or "ok",
            event.counts.get("faces", 0),
        )
        return event

    def _settle(self, begun: list[Downloaded | VideoEvent], ahead: int) -> None:
        """Finish the oldest until so many are under way."""
        under_way = [each for each in begun if isinstance(each, Downloaded)]
        for each in under_way[: max(0, len(under_way) - ahead)]:
            place = begun.index(each)
            del begun[place]
            begun.insert(place, self.finish(each))

    def _finished(
        self, begun: Sequence[Downloaded | VideoEvent]
    ) -> tuple[list[VideoEvent], Walled | None]:
        """Finish what is under way; what the machine or the cluster fails at stays due."""
        events: list[VideoEvent] = []
        wall = None
        for each in begun:
            try:
                events.append(each if isinstance(each, VideoEvent) else self.finish(each))
            except CollectionError as error:
                wall = wall or Walled(meet(error, self.manners))
        return events, wall

    def _refuse_lost_network(self, begun: list[Downloaded | VideoEvent], most: int) -> None:
        """Raise if no connection came about for the last few, which is no fault of theirs."""
        last = [failure for each in begun[-most:] if (failure := _failure(each))]
        if len(last) < most or any(event.reason != ConnectionFailed.reason for event in last):
            return
        del begun[-most:]
        for event in last:
            self.spool.drop(event.video_id)
        raise LocalFault(f"no connection for {most} videos in a row, the last: {last[-1].detail}")


def _failure(begun: Downloaded | VideoEvent) -> VideoEvent | None:
    return begun if isinstance(begun, VideoEvent) and begun.state == "failed" else None
