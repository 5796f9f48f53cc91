"""`webemotion recheck` forgets what its owners took back, and nothing else."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from demo.catalogue import Catalogue, CatalogueVideo
from demo.youtube import StandIn
from storage.ledger import Ledger, VideoEvent
from storage.store import Dataset, open_store
from tests.flows.collecting import MANNERS, webemotion
from tests.storage.rows import faces

CC = "Creative Commons Attribution license (reuse allowed)"
LONG_AGO = datetime.now(UTC) - timedelta(days=90)
# What the page says today, and the licence each was collected under.
PAGES = {
    "same-------": (CatalogueVideo("same-------", "t"), None),
    "still-free-": (CatalogueVideo("still-free-", "t", licence=CC), CC),
    "now-free---": (CatalogueVideo("now-free---", "t", licence=CC), None),
    "no-longer--": (CatalogueVideo("no-longer--", "t"), CC),
    "private----": (CatalogueVideo("private----", "t", status="private"), None),
    "removed----": (CatalogueVideo("removed----", "t", status="gone"), CC),
    "age-check--": (CatalogueVideo("age-check--", "t", status="age"), None),
}
GONE = {"no-longer--", "private----", "removed----"}


@pytest.fixture(autouse=True)
def no_wall(api: httpx.Client) -> None:
    """No wall stands from another test."""
    api.delete("/variables/name/webemotion_wall")


def _collected(folder: Path) -> Dataset:
    dataset = open_store(str(folder / "store"), create=True).dataset("webemotion", create=True)
    dataset.append_faces({video: faces(video, 2) for video in PAGES})
    Ledger(dataset).record(
        VideoEvent(video, "collected", licence=licence, time=LONG_AGO)
        for video, (_, licence) in PAGES.items()
    )
    return dataset


def _recheck(folder: Path, env: dict[str, str], catalogue: Catalogue) -> tuple[int, set[str], str]:
    """The exit code, the videos asked for, and what was said."""
    with StandIn(catalogue) as site:
        downloading = {"proxy": site.proxy_url, "request_wait_s": 0, "retries": 0}
        settings = {"downloading": downloading, "manners": MANNERS}
        done = webemotion(
            ["recheck", "--store", str(folder / "store")]
            + [f"--set={name}={json.dumps(value)}" for name, value in settings.items()],
            {**env, "SSL_CERT_FILE": str(site.certificate)},
        )
        asked = {v for v in PAGES for request in site.requests if v in request.path}
        assert not [request for request in site.requests if "videoplayback" in request.path]
    return done.returncode, asked, done.stderr


def _kept(dataset: Dataset) -> set[str]:
    return set(dataset.scan("faces", ["video_id"])["video_id"].to_pylist())


def test_what_was_taken_back_is_forgotten(deployed: dict[str, str], tmp_path: Path) -> None:
    """Removed, private and relicensed videos leave the store, with a tombstone and its reason."""
    dataset = _collected(tmp_path)
    catalogue = Catalogue({video: page for video, (page, _) in PAGES.items()})
    status, asked, told = _recheck(tmp_path, deployed, catalogue)
    assert status == 0, told
    assert asked == set(PAGES)
    assert _kept(dataset) == set(PAGES) - GONE
    tombstones = dataset.scan("tombstones").to_pylist()
    assert {row["key"] for row in tombstones} == GONE
    assert {row["reason"].partition(",")[0] for row in tombstones} == {
        "recheck: relicensed", "recheck: private", "recheck: gone",
    }  # fmt: skip
    licences = {v: e.licence for v, e in Ledger(dataset).states().items()}
    assert licences["now-free---"] == CC
    # What was visited is left alone for a month; what could not be told is asked again.
    _, asked, _ = _recheck(tmp_path, deployed, catalogue)
    assert asked == {"age-check--"}


def test_a_wall_or_a_lost_site_forgets_nobody(deployed: dict[str, str], tmp_path: Path) -> None:
    """A bot check, and pages that are not to be had, say nothing about a video."""
    dataset = _collected(tmp_path)
    robots = {video: CatalogueVideo(video, "t", status="bot") for video in PAGES}
    status, asked, told = _recheck(tmp_path, deployed, Catalogue(robots))
    assert (status, len(asked)) == (1, 1)
    assert "bot_check" in told
    assert _kept(dataset) == set(PAGES)
