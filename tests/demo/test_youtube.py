"""The stand-in site, seen by a plain HTTP client."""

import json
import signal
import ssl
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from demo.catalogue import Catalogue, CatalogueVideo
from demo.innertube import PAGE_SIZE
from demo.youtube import LoggedRequest, StandIn

MEDIA = bytes(range(256)) * 40
SITE = "https://www.youtube.com"
STREAM = "https://stand-in.googlevideo.com/videoplayback?id=plain-video"


@pytest.fixture(scope="module")
def catalogue(tmp_path_factory: pytest.TempPathFactory) -> Catalogue:
    media = tmp_path_factory.mktemp("media") / "media.mp4"
    media.write_bytes(MEDIA)
    videos = [CatalogueVideo(f"video-{i:05}", f"Title {i}") for i in range(50)]
    videos.append(CatalogueVideo("plain-video", "</script>", media, licence="Public domain"))
    by_id = {video.video_id: video for video in videos}
    return Catalogue(by_id, {"query": tuple(by_id)[:50]})


@pytest.fixture(scope="module")
def site(catalogue: Catalogue) -> Iterator[StandIn]:
    with StandIn(catalogue) as running:
        yield running


@pytest.fixture(scope="module")
def client(site: StandIn) -> Iterator[httpx.Client]:
    """A client that trusts the stand-in's certificate and verifies it."""
    trust = ssl.create_default_context(cafile=str(site.certificate))
    with httpx.Client(proxy=site.proxy_url, verify=trust) as running:
        yield running


def test_its_certificate_holds_for_its_hosts_alone(client: httpx.Client) -> None:
    """A verifying client accepts the site's hosts and refuses to be sent elsewhere."""
    assert client.get(f"{SITE}/").status_code == 200
    with pytest.raises(httpx.ConnectError, match=r"(?i)certificate"):
        client.get("https://example.org/")


@given(first=st.integers(0, len(MEDIA) - 1), length=st.integers(1, len(MEDIA)))
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_range_is_that_part_of_the_media(client: httpx.Client, first: int, length: int) -> None:
    """A range answers with the bytes asked for, as far as there are any."""
    last = first + length - 1
    answer = client.get(STREAM, headers={"Range": f"bytes={first}-{last}"})
    assert answer.status_code == 206
    assert answer.content == MEDIA[first : last + 1]
    end = min(last, len(MEDIA) - 1)
    assert answer.headers["Content-Range"] == f"bytes {first}-{end}/{len(MEDIA)}"


def test_a_range_behind_the_end_is_refused(client: httpx.Client) -> None:
    """There are no bytes after the last."""
    answer = client.get(STREAM, headers={"Range": f"bytes={len(MEDIA)}-"})
    assert answer.status_code == 416


def test_pages_of_a_search_hold_every_result_once(client: httpx.Client) -> None:
    """Following the continuations gives all results in order, twenty a page."""
    body = {"query": "query"}
    found: list[str] = []
    pages = 0
    while body:
        answer = client.post(f"{SITE}/youtubei/v1/search", json=body).text
        parts = answer.split('"videoId": "')[1:]
        found += [part[:11] for part in parts]
        token = answer.partition('"token": "')[2].partition('"')[0]
        body = {"continuation": token} if token else {}
        pages += 1
    assert found == [f"video-{i:05}" for i in range(50)]
    assert pages == -(-50 // PAGE_SIZE)


def test_a_title_cannot_end_the_script_it_stands_in(client: httpx.Client) -> None:
    """The watch page keeps its data inside its scripts, whatever a title says."""
    page = client.get(f"{SITE}/watch?v=plain-video").text
    assert page.count("</script>") == page.count("<script>")


def test_it_logs_what_it_is_asked(catalogue: Catalogue) -> None:
    """Every request inside the tunnel is kept, in order, and can be read from outside."""
    with StandIn(catalogue) as site:
        trust = ssl.create_default_context(cafile=str(site.certificate))
        with httpx.Client(proxy=site.proxy_url, verify=trust) as client:
            client.get(f"{SITE}/watch?v=plain-video")
            client.post(f"{SITE}/youtubei/v1/player", json={"videoId": "plain-video"})
        expected = (
            LoggedRequest("GET", "www.youtube.com", "/watch?v=plain-video"),
            LoggedRequest("POST", "www.youtube.com", "/youtubei/v1/player"),
        )
        assert site.requests == expected
        outside = httpx.get(f"{site.proxy_url}/log").json()
    assert [LoggedRequest(*entry) for entry in outside] == list(expected)


def test_it_runs_as_a_process_of_its_own(catalogue: Catalogue, tmp_path: Path) -> None:
    """The command serves a catalogue from a file, prints its port, and ends when interrupted."""
    path = tmp_path / "catalogue.json"
    catalogue.write(path)
    command = [sys.executable, "-m", "demo.youtube", "--catalogue", str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        port = int(process.stdout.readline())
        with httpx.Client(proxy=f"http://127.0.0.1:{port}", verify=False) as client:
            answer = client.get(STREAM)
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=10) == 0
    assert answer.content == MEDIA


def test_a_catalogue_reads_as_it_was_written(catalogue: Catalogue, tmp_path: Path) -> None:
    """JSON keeps every field of every video."""
    path = tmp_path / "catalogue.json"
    catalogue.write(path)
    assert Catalogue.read(path) == catalogue
    assert json.loads(path.read_text())["results"]["query"][0] == "video-00000"
