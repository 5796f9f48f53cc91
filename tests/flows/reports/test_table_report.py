"""The report of a table in a real browser."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from flows.grid.table import page_of
from flows.grid.table_page import SECTIONS, write_table_report
from flows.grid.trainings import Grid
from scn.protocol import Protocol
from tests.flows.grid.grids import fill, grid
from tests.flows.reports.browsing import opened


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Grid:
    """Table 4 of two benchmarks with two seeds: RAF-DB is trained, FERPlus not there."""
    folder = tmp_path_factory.mktemp("table")
    store = fill(folder / "store", ["raf-db"])
    found = grid(store, folder / "runs", seeds=2)
    for cell, training in found.trainings():
        figures = {"plain": 0.71, "SCN": 0.79}
        accuracy = figures[cell.row.rpartition(", ")[2]] + training.train.seed / 100
        figure = {"value": accuracy, "low": accuracy - 0.1, "high": accuracy + 0.1}
        scores = {which: {"accuracy": figure} for which in ("best", "last")}
        training.run.start("finetune", {"train": {}})
        training.run.finish({"rows": [{"scores": scores}]})
        (training.run.path / "report.html").write_text("a report")
    write_table_report(found, page_of(found))
    return found


def test_every_section_is_there_and_nothing_is_asked_of_the_network(
    table: Grid, browser: Browser
) -> None:
    """At the width of a phone, too, no part is wider than the window."""
    with opened(browser, page_of(table), width_px=360) as seen:
        for number, title in SECTIONS.items():
            assert seen.page.locator(f"#{number} h2").inner_text() == title
        assert seen.overflow_px <= 0
        asked = [url for url in seen.requests if not url.startswith("data:")]
        assert asked == [page_of(table).as_uri()]
        assert seen.complaints == []


def test_a_cell_shows_our_figure_the_papers_the_verdict_and_the_gain(
    table: Grid, browser: Browser
) -> None:
    """Random weights, SCN, RAF-DB: 79.5 here, 78.31 in the paper, 8 more than plain."""
    with opened(browser, page_of(table)) as seen:
        row = seen.page.locator("#table tr", has_text="random weights, SCN")
        text = " ".join(row.locator("td").first.inner_text().split())
        assert re.match(r"79\.50 ± 6\.35 within", text)
        assert "paper 78.31, verified" in text
        assert "over plain +8.00" in text
        assert "open" in row.locator("td").nth(1).inner_text()
        assert "webemotion ingest ferplus PATH" in seen.page.locator("#open").inner_text()
        assert "--weights FILE" in seen.page.locator("#open").inner_text()


def test_each_training_links_to_its_report(table: Grid, browser: Browser) -> None:
    with opened(browser, page_of(table)) as seen:
        links = seen.page.locator("#trainings a")
        assert links.count() == 4
        links.first.click()
        assert seen.page.content().count("a report") == 1


def test_before_anything_is_trained_the_page_says_what_to_do(tmp_path: Path) -> None:
    """And what the test split will choose is marked."""
    store = fill(tmp_path / "store", [])
    found = grid(store, tmp_path / "runs", protocol=Protocol(selection="test"))
    write_table_report(found, page_of(found))
    page = page_of(found).read_text()
    assert "Nothing is trained yet." in page
    assert "webemotion ingest rafdb PATH" in page
    assert "Chosen on the test split" in page
