"""What became of videos, committed together: faces, then the ledger."""

import hashlib
from collections.abc import Sequence

from storage.forgetting import forget
from storage.ledger import Ledger, VideoEvent
from storage.store import Dataset
from storage.tombstones import forgotten
from webemotion.spool import Spool


def commit(dataset: Dataset, spool: Spool, events: Sequence[VideoEvent]) -> int:
    """Commit a batch: the faces first, then the ledger, then the spool is emptied.

    A crash between any two of them is made good by the next call: faces are committed once per
    video, the ledger's events once per set of attempts. A video that was forgotten, or whose
    channel was, while it was being collected, leaves nothing.

    Returns:
        The number of faces committed by this call.
    """
    _respect_tombstones(dataset, events)
    kept = _not_forgotten(dataset, events)
    faces = {e.video_id: spool.faces(e.video_id) for e in kept if e.state == "collected"}
    committed = dataset.append_faces(faces) if faces else frozenset()
    # Whoever forgets a channel writes the tombstone first and then looks for its videos: one of
    # the two sees the other.
    _respect_tombstones(dataset, kept)
    kept = _not_forgotten(dataset, kept)
    Ledger(dataset).record(kept, _key(kept))
    for event in events:
        spool.drop(event.video_id)
    return sum(faces[e.video_id].num_rows for e in kept if e.video_id in committed)


def _respect_tombstones(dataset: Dataset, events: Sequence[VideoEvent]) -> None:
    """Forget the videos whose channel is to be forgotten."""
    gone = forgotten(dataset)
    for event in events:
        if event.channel_id in gone.channels and event.video_id not in gone.videos:
            forget(dataset, "video", event.video_id, f"its channel {event.channel_id} is forgotten")


def _not_forgotten(dataset: Dataset, events: Sequence[VideoEvent]) -> list[VideoEvent]:
    videos = forgotten(dataset).videos
    return [event for event in events if event.video_id not in videos]


def _key(events: Sequence[VideoEvent]) -> str:
    """The name of these attempts: a batch that is repeated has it again, a later one has not."""
    attempts = sorted(f"{event.video_id} {event.attempts}" for event in events)
    return "attempts:" + hashlib.sha256("\n".join(attempts).encode()).hexdigest()
