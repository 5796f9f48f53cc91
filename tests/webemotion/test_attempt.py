"""One video from its id to its outcome, against a site on loopback."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from demo.catalogue import Catalogue, CatalogueVideo
from demo.youtube import StandIn
from storage.forgetting import forget
from storage.ledger import Ledger, VideoEvent
from storage.reader import FaceReader
from storage.schema import FACES
from storage.store import Dataset, open_store
from storage.tombstones import Kind, forgotten
from tests.webemotion.recordings import carphone, every, hopper, scene, write_video
from tests.webemotion.stand_in_site import collect_video
from webemotion.attempt import MAX_ATTEMPTS, failed
from webemotion.commit import commit
from webemotion.errors import BotCheck, ConnectionFailed, Private
from webemotion.faces.harvest_config import HarvestConfig
from webemotion.site.web_config import DownloadConfig
from webemotion.spool import Spool

NOW = datetime(2026, 1, 1, tzinfo=UTC)
FACE, EMPTY, PRIVATE, ROBOT = "faceface-00", "emptyempty0", "privateprv0", "robotrobot0"
RECORDING = "recording-0"
HARVESTING = HarvestConfig(detect_rate_hz=2, sample_rate_hz=1, min_face_s=3)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StandIn]:
    """A site with a face of 4 s, an empty room, a real recording, and two that are not shown."""
    folder = tmp_path_factory.mktemp("media")
    times_ms = every(250, 4000)
    face = [scene((hopper(), 60 + number)) for number in range(len(times_ms))]
    films = {
        FACE: write_video(folder / "face.mp4", face, times_ms),
        EMPTY: write_video(folder / "empty.mp4", [scene()] * len(times_ms), times_ms),
        RECORDING: carphone(),
    }
    videos = {v: CatalogueVideo(v, "t", media=film) for v, film in films.items()}
    videos[PRIVATE] = CatalogueVideo(PRIVATE, "t", status="private")
    videos[ROBOT] = CatalogueVideo(ROBOT, "t", status="bot")
    with StandIn(Catalogue(videos)) as running:
        yield running


def _downloading(site: StandIn) -> DownloadConfig:
    return DownloadConfig(
        proxy=site.proxy_url, verify_tls=False, download_wait_s=0, request_wait_s=0
    )


def _collect(site: StandIn, scratch: Path, found: str | VideoEvent) -> VideoEvent:
    if isinstance(found, str):
        found = VideoEvent(found, "found", emotion="happy")
    return collect_video(
        found,
        spool=Spool.under(scratch, "store", HARVESTING),
        scratch=scratch,
        downloading=_downloading(site),
        harvesting=HARVESTING,
    )


def _dataset(folder: Path) -> Dataset:
    return open_store(str(folder), create=True).dataset("webemotion", create=True)


@pytest.mark.parametrize(
    ("video_id", "state", "reason"),
    [(FACE, "collected", None), (EMPTY, "dropped", "no_face"), (PRIVATE, "dropped", "private")],
)
def test_each_video_ends_in_its_state_and_leaves_only_its_spool(
    site: StandIn, tmp_path: Path, video_id: str, state: str, reason: str | None
) -> None:
    event = _collect(site, tmp_path, video_id)
    assert (event.state, event.reason) == (state, reason)
    assert [path.name for path in tmp_path.iterdir()] == ["spool"]


@pytest.mark.parametrize("kind", ["video", "channel"])
def test_what_is_forgotten_while_it_is_collected_leaves_nothing_and_stays_forgotten(
    site: StandIn, tmp_path: Path, kind: Kind
) -> None:
    dataset, spool = _dataset(tmp_path / "store"), Spool.under(tmp_path, "store", HARVESTING)
    event = _collect(site, tmp_path, FACE)
    key = FACE if kind == "video" else event.channel_id
    assert key is not None
    forget(dataset, kind, key)
    assert commit(dataset, spool, [event]) == 0
    assert dataset.scan("faces").num_rows == dataset.scan("videos").num_rows == 0
    assert FACE in forgotten(dataset).videos
    assert spool.event(FACE) is None


def test_a_real_recording_of_a_real_face_ends_as_faces_that_can_be_read(
    site: StandIn, tmp_path: Path
) -> None:
    dataset, spool = _dataset(tmp_path / "store"), Spool.under(tmp_path, "store", HARVESTING)
    event = _collect(site, tmp_path, RECORDING)
    assert commit(dataset, spool, [event]) == event.counts["faces"] > 0
    assert (event.state, event.counts["clips"]) == ("collected", 1)
    reader = FaceReader(dataset, image_size_px=96)
    (batch,) = reader.batches(batch_size=100)
    assert batch.images_rgb.shape == (event.counts["faces"], 96, 96, 3)
    assert set(reader.index["video_id"].to_pylist()) == {RECORDING}
    # Its only person keeps still enough that all crops look alike, and like no blank.
    assert batch.images_rgb.std(axis=(1, 2, 3)).min() > 20
    assert batch.images_rgb.astype(float).std(axis=0).mean() < 40


def test_what_the_spool_holds_is_not_downloaded_again(site: StandIn, tmp_path: Path) -> None:
    first = _collect(site, tmp_path, FACE)
    before = len(site.requests)
    assert _collect(site, tmp_path, FACE) == first
    assert len(site.requests) == before


def test_a_weak_label_that_changed_meanwhile_is_in_the_faces(site: StandIn, tmp_path: Path) -> None:
    first = _collect(site, tmp_path, FACE)
    again = _collect(site, tmp_path, VideoEvent(FACE, "found", emotion="fear"))
    rows = Spool.under(tmp_path, "store", HARVESTING).faces(FACE)
    assert (first.emotion, again.emotion) == ("happy", "fear")
    assert set(rows["emotion"].to_pylist()) == {"fear"}


def test_a_commit_cut_short_anywhere_and_repeated_is_one_commit(
    site: StandIn, tmp_path: Path
) -> None:
    spool = Spool.under(tmp_path, "store", HARVESTING)
    events = [_collect(site, tmp_path, video_id) for video_id in (FACE, EMPTY)]
    dataset = _dataset(tmp_path / "store")
    # As if the process had died after the faces were committed and before the ledger was.
    dataset.append_faces({FACE: spool.faces(FACE)})
    assert commit(dataset, spool, events) == 0
    assert spool.event(FACE) is None
    states = Ledger(dataset).states()
    assert {v: e.state for v, e in states.items()} == {FACE: "collected", EMPTY: "dropped"}
    assert dataset.scan("faces").num_rows == events[0].counts["faces"] > 0


def test_a_second_attempt_is_made_and_recorded_whatever_the_first_left_behind(
    site: StandIn, tmp_path: Path
) -> None:
    spool, dataset = Spool.under(tmp_path, "store", HARVESTING), _dataset(tmp_path / "store")
    tried = failed(VideoEvent(FACE, "found", emotion="happy"), ConnectionFailed("reset"), NOW)
    commit(dataset, spool, [tried])
    # As if the process had died after the ledger was written and before the spool was emptied.
    spool.keep(tried, FACES.empty_table())
    event = _collect(site, tmp_path, tried)
    assert (event.state, event.attempts) == ("collected", 2)
    assert commit(dataset, spool, [event]) == event.counts["faces"] > 0
    assert Ledger(dataset).states()[FACE].attempts == 2


def test_a_wall_is_no_fault_of_the_video_and_leaves_no_trace(site: StandIn, tmp_path: Path) -> None:
    with pytest.raises(BotCheck):
        _collect(site, tmp_path, ROBOT)
    assert list((tmp_path / "spool").iterdir()) == []


def test_a_transient_failure_comes_back_ever_later_and_is_dropped_at_last() -> None:
    event = VideoEvent("a", "found")
    waits = []
    while (event := failed(event, ConnectionFailed("reset"), NOW)).state == "failed":
        assert event.next_try_at is not None
        waits.append(event.next_try_at - NOW)
    assert waits == sorted(set(waits))
    assert (event.state, event.attempts, event.reason) == (
        "dropped",
        MAX_ATTEMPTS,
        ConnectionFailed.reason,
    )
    assert failed(VideoEvent("a", "found"), Private("no"), NOW).state == "dropped"
