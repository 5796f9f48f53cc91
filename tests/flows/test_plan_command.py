"""`webemotion plan` says what a collection would send, and sends nothing."""

import re
from pathlib import Path

from demo.catalogue import Catalogue, CatalogueVideo
from demo.settings import PLAN
from demo.youtube import StandIn
from storage.ledger import Ledger
from storage.store import open_store
from tests.flows.collecting import FACE, ROBOT, settings, webemotion
from webemotion.planning.lexicon import load_lexicon, plan

QUERIES = plan(load_lexicon(), **PLAN)


def _rows(output: str) -> dict[str, str]:
    """The last table's lines."""
    cells = re.findall(r"│ (\S.*?)\s*│ (\S.*?)\s*│", output)
    return dict(cells)


def test_the_default_plan_is_the_papers_and_balanced(tmp_path: Path) -> None:
    """40 keywords, 45 countries, five age words; nothing is written."""
    shown = webemotion(["plan", "--store", str(tmp_path / "none")], {"COLUMNS": "120"})
    assert shown.returncode == 0, shown.stderr
    rows = _rows(shown.stdout)
    assert rows["queries"] == "9,000"
    assert {rows[name] for name in ("happy", "contempt")} == {"1125"}
    assert rows["Japan"] == "200"
    assert "girl" not in rows
    assert list(tmp_path.iterdir()) == []


def test_a_dry_run_searches_and_downloads_nothing(deployed: dict[str, str], tmp_path: Path) -> None:
    """What it finds is recorded, so that the collection afterwards need not find it."""
    videos = {v: CatalogueVideo(v, "t") for v in (FACE, ROBOT)}
    store = str(tmp_path / "store")
    with StandIn(Catalogue(videos, {QUERIES[0].text: (FACE, ROBOT)})) as site:
        given, env = settings(deployed, tmp_path / "scratch", site)
        shown = webemotion(["plan", "--dry-run", "--store", store, *given], env)
        assert not [r for r in site.requests if r.path.startswith("/watch")]
    assert shown.returncode == 0, shown.stderr
    rows = _rows(shown.stdout)
    assert rows["answered before (sent again, finds change)"] == "1"
    assert rows["videos waiting from earlier runs"] == "2"
    states = Ledger(open_store(store).dataset("webemotion")).states()
    assert {(e.video_id, e.state) for e in states.values()} == {(FACE, "found"), (ROBOT, "found")}


def test_a_word_that_is_none_is_refused(tmp_path: Path) -> None:
    """The same settings as of `collect`, and the same sentence."""
    shown = webemotion(["plan", "--set", 'plan.emotions=["joyous"]'], {})
    assert shown.returncode == 2
    assert "joyous" in shown.stderr
