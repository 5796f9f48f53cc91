"""Whatever a stranger serves as a video ends in a row of the ledger, and harms nobody."""

import random
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from demo.catalogue import Catalogue, CatalogueVideo
from demo.youtube import StandIn
from storage.ledger import Ledger, VideoEvent
from storage.store import open_store
from tests.webemotion.hostile import corpus, film
from tests.webemotion.stand_in_site import collect_video, downloading
from webemotion.commit import commit
from webemotion.decoding.frames import read_frames
from webemotion.errors import CollectionError, LocalFault
from webemotion.faces.harvest_config import HarvestConfig
from webemotion.spool import Spool

HARVESTING = HarvestConfig(min_face_s=1, max_duration_s=300, timeout_s=60)
FACES_OR_NONE = {None, "no_face", "face_too_short"}
TITLE = "../../etc/passwd\0; rm -rf / $(touch owned) \u202e <script>"


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Path, set[str | None]]]:
    found = corpus(tmp_path_factory.mktemp("hostile"))
    return {name: (path, reasons) for name, path, reasons in found}


@pytest.fixture(scope="module")
def site(files: dict[str, tuple[Path, set[str | None]]]) -> Iterator[StandIn]:
    videos = [CatalogueVideo(_id(name), TITLE, media=path) for name, (path, _) in files.items()]
    with StandIn(Catalogue({video.video_id: video for video in videos})) as running:
        yield running


def _id(name: str) -> str:
    return f"{name:-<11}"


def test_each_file_ends_in_the_ledger_with_its_reason(
    files: dict[str, tuple[Path, set[str | None]]], site: StandIn, tmp_path: Path
) -> None:
    """Truncated, flipped, huge, endless, no video at all, or merely unusual: one row each."""
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    dataset = open_store(str(tmp_path / "store"), create=True).dataset("d", create=True)
    spool = Spool.under(scratch, dataset.uri, HARVESTING)
    events = [
        collect_video(
            VideoEvent(_id(name), "found", emotion="happy", title=TITLE),
            spool=spool,
            scratch=scratch,
            downloading=downloading(site),
            harvesting=HARVESTING,
        )
        for name in files
    ]
    commit(dataset, spool, events)
    states = Ledger(dataset).states()
    wrong = {}
    for name, (_, reasons) in files.items():
        event = states[_id(name)]
        allowed = FACES_OR_NONE | reasons if None in reasons else reasons
        if event.reason not in allowed or event.state not in ("collected", "dropped"):
            wrong[name] = (event.state, event.reason, event.detail, reasons)
    assert wrong == {}
    assert {states[_id(name)].state for name in ("ten-bit", "av1", "vp9", "hevc")} == {"collected"}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["scratch", "store"]
    assert [path.name for path in scratch.iterdir()] == ["spool"]


def _outcome(path: Path) -> str:
    try:
        for _ in read_frames(path, HARVESTING):
            pass
    except LocalFault:
        raise
    except CollectionError as error:
        return error.reason
    return "frames"


def _mutated(data: bytes, rng: random.Random) -> bytes:
    """A few bytes changed, a stretch cut out, doubled or overwritten: one to four of these."""
    file = bytearray(data)
    for _ in range(rng.randint(1, 4)):
        at, length = rng.randrange(len(file)), rng.choice([1, 4, 64, 999])
        match rng.randrange(5):
            case 0:
                file[at] ^= 1 << rng.randrange(8)
            case 1:
                file[at : at + length] = rng.randbytes(length)
            case 2:
                del file[at : at + length]
            case 3:
                file[at:at] = file[at : at + length]
            case _:
                # Sizes and counts of the container are four bytes, most of them in its index.
                at = rng.randrange(min(len(file), 2000))
                file[at : at + 4] = rng.choice([b"\xff" * 4, b"\0" * 4, b"\x7f\xff\xff\xff"])
        file = file or bytearray(data)
    return bytes(file)


def _fuzz(folder: Path, count: int) -> Counter[str]:
    originals = [
        film(folder / "a.mp4", options={"movflags": "faststart"}).read_bytes(),
        film(folder / "b.webm", codec="libvpx-vp9").read_bytes(),
        film(folder / "c.mp4", codec="libx265").read_bytes(),
        film(folder / "d.mp4", codec="libsvtav1").read_bytes(),
    ]

    def one(number: int) -> str:
        path = folder / f"{number}.mp4"
        rng = random.Random(number)
        path.write_bytes(_mutated(rng.choice(originals), rng))
        try:
            return _outcome(path)
        finally:
            path.unlink()

    with ThreadPoolExecutor(4) as pool:
        return Counter(pool.map(one, range(count)))


def test_mutated_files_end_as_frames_or_as_their_own_fault(tmp_path: Path) -> None:
    """Of a hundred damaged files none takes this process with it, or is blamed on the machine."""
    outcomes = _fuzz(tmp_path, 100)
    assert outcomes.total() == 100
    assert outcomes.keys() <= {"frames", "unreadable", "too_large", "too_long"}
    assert outcomes["frames"] > 0 < outcomes["unreadable"]


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_ten_thousand_mutated_files_end_as_frames_or_as_their_own_fault(tmp_path: Path) -> None:
    """The same of ten thousand."""
    outcomes = _fuzz(tmp_path, 10_000)
    assert outcomes.total() == 10_000
    assert outcomes.keys() <= {"frames", "unreadable", "too_large", "too_long"}
