"""A secret of a Prefect block reaches the site, and nothing that Prefect or the store keeps."""

import base64
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from demo.catalogue import Catalogue
from demo.settings import PLAN
from demo.youtube import StandIn
from storage.store import open_store
from tests.flows.collecting import FACE, collect, two_videos
from webemotion.planning.lexicon import load_lexicon, plan

PASSWORD = "pass-of-the-proxy"
COOKIE = "cookie-value-1234"
COOKIES = f"# Netscape HTTP Cookie File\n.youtube.com\tTRUE\t/\tTRUE\t0\tSID\t{COOKIE}\n"
_IMPORTS = "import sys; from prefect.blocks.system import Secret;"
_SAVE = f"{_IMPORTS} Secret(value=sys.stdin.read()).save(sys.argv[1], overwrite=True)"
# By Prefect's client, which tries again when the server is busy: a block left behind would send
# the tests after this one to a proxy that is gone.
_DELETE = f"{_IMPORTS} [Secret.delete(name) for name in sys.argv[1:]]"


@pytest.fixture
def site(tmp_path: Path, api: httpx.Client) -> Iterator[StandIn]:
    """A site with one face."""
    api.delete("/variables/name/webemotion_wall")
    videos = two_videos(tmp_path)
    query = plan(load_lexicon(), **PLAN)[0].text
    with StandIn(Catalogue({FACE: videos[FACE]}, {query: (FACE,)})) as site:
        yield site


@pytest.fixture
def with_secrets(deployed: dict[str, str], site: StandIn) -> Iterator[None]:
    """The two blocks, as an operator saves them."""
    host = site.proxy_url.removeprefix("http://")
    blocks = {"webemotion-proxy": f"http://someone:{PASSWORD}@{host}"}
    blocks["webemotion-cookies"] = COOKIES
    for name, value in blocks.items():
        _prefect(_SAVE, [name], deployed, value)
    yield
    _prefect(_DELETE, [*blocks], deployed)


def _prefect(script: str, names: list[str], env: dict[str, str], given: str = "") -> None:
    command = [sys.executable, "-c", script, *names]
    subprocess.run(command, env={**os.environ, **env}, input=given, text=True, check=True)


@pytest.mark.usefixtures("with_secrets")
def test_the_site_is_told_them_and_nobody_else(
    deployed: dict[str, str], api: httpx.Client, site: StandIn, tmp_path: Path
) -> None:
    """Proxy and site see them; logs, artifacts, runs, terminal and ledger do not."""
    done = collect(deployed, str(tmp_path / "store"), tmp_path / "scratch", site)
    assert done.returncode == 0, done.stderr
    password = base64.b64encode(f"someone:{PASSWORD}".encode()).decode()
    assert f"Basic {password}" in site.secrets
    assert [text for text in site.secrets if f"SID={COOKIE}" in text]
    kept = [done.stdout, done.stderr]
    for kind in ("logs", "artifacts", "flow_runs", "task_runs", "variables"):
        rows = api.post(f"/{kind}/filter", json={"limit": 200}).raise_for_status().json()
        assert kind == "variables" or rows
        kept.append(json.dumps(rows))
    dataset = open_store(str(tmp_path / "store")).dataset("webemotion")
    kept.append(str(dataset.scan("videos").to_pylist()))
    for secret in (PASSWORD, password, COOKIE):
        assert not [text for text in kept if secret in text]
