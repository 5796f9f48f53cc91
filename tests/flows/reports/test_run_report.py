"""The report of a fine-tuning, as a real browser shows it."""

import base64
import re
import shutil
from html import escape
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from typer.testing import CliRunner, Result

from flows.cli import app
from flows.reports.run_report import REPORT, SECTIONS, write_report
from flows.runs import Run
from storage.forgetting import forget
from storage.store import open_store
from tests.flows.reports.browsing import opened
from tests.flows.reports.trained import REPEATED, SCRIPT, finetuned

pytestmark = pytest.mark.timeout(600)

PHONE_PX = 360
RED = "rgb(179, 19, 27)"


def _report(run: Run, *arguments: str) -> Result:
    return CliRunner().invoke(
        app, ["report", run.run_id, "--runs", str(run.path.parent), *arguments]
    )


def test_each_section_has_its_heading_and_something_to_say(browser: Browser, whole: Run) -> None:
    """In the order of the table of contents, whose links lead there."""
    with opened(browser, whole.path / REPORT) as seen:
        sections = seen.page.locator("main > section")
        assert [s.get_attribute("id") for s in sections.all()] == list(SECTIONS)
        assert sections.locator("h2").all_inner_texts() == list(SECTIONS.values())
        assert all(len(s.inner_text().splitlines()) > 1 for s in sections.all())
        links = seen.page.locator("nav a").all()
        assert [link.get_attribute("href") for link in links] == [f"#{id}" for id in SECTIONS]


@pytest.mark.parametrize("width_px", [PHONE_PX, 390, 1200])
@pytest.mark.parametrize("name", ["whole", "folds"])
def test_nothing_overflows(
    browser: Browser, request: pytest.FixtureRequest, name: str, width_px: int
) -> None:
    """Not even what is folded away at first; and every picture is there."""
    run: Run = request.getfixturevalue(name)
    with opened(browser, run.path / REPORT, width_px) as seen:
        assert seen.overflow_px <= 0
        seen.unfold()
        assert seen.overflow_px <= 0
        for image in seen.page.locator("img").all():
            box = image.bounding_box()
            assert box is not None
            assert box["x"] + box["width"] <= width_px
            assert image.evaluate("image => image.naturalWidth") > 0


def test_no_request_leaves_the_page(browser: Browser, whole: Run) -> None:
    """It asks for its own file alone, and the browser has nothing to refuse."""
    with opened(browser, whole.path / REPORT) as seen:
        seen.unfold()
        seen.page.wait_for_load_state("networkidle")
        outside = [url for url in seen.requests if not url.startswith("data:")]
        assert outside == [(whole.path / REPORT).as_uri()]
        assert seen.complaints == []


def test_a_page_that_asked_for_more_would_be_noticed(browser: Browser, tmp_path: Path) -> None:
    """The browser tells of a request that gets no answer, too."""
    file = tmp_path / "page.html"
    file.write_text("<img src='http://127.0.0.1:9/picture.png'>")
    with opened(browser, file) as seen:
        assert "http://127.0.0.1:9/picture.png" in seen.requests
        assert seen.complaints


def test_markup_in_names_of_classes_faces_and_slices_is_shown_as_text(
    browser: Browser, whole: Run
) -> None:
    with opened(browser, whole.path / REPORT) as seen:
        assert seen.page.locator("script").count() == 0
        for section in ("confusion", "faces", "labels", "fingerprint"):
            assert SCRIPT in seen.page.locator(f"#{section}").inner_text()
        seen.unfold()
        assert "f<b>" in seen.page.locator("#slices").inner_text()
        assert "<i>.png" in seen.page.locator("#faces").inner_text()


def test_the_scores_are_those_of_the_run_with_and_without_repeats_and_elsewhere(
    browser: Browser, whole: Run
) -> None:
    row = whole.read()["result"]["rows"][0]
    with opened(browser, whole.path / REPORT) as seen:
        text = seen.page.locator("#summary").inner_text()
        warned = seen.page.locator("#summary .marked").count()
    elsewhere = row["also_tested"]["elsewhere"]
    for scores in (*row["scores"].values(), row["without_repeats"], elsewhere):
        accuracy = scores["accuracy"]
        assert f"{accuracy['value']:.3f}" in text
        assert f"{accuracy['low']:.3f} to {accuracy['high']:.3f}" in text
    assert f"{REPEATED} in train" in text
    assert row["without_repeats"]["faces"] == row["faces"] - REPEATED
    assert warned == 0


def test_what_the_test_split_chose_is_red(browser: Browser, folder: Path, tmp_path: Path) -> None:
    """In the head of the page, and in the row of the best weights alone."""
    dataset = open_store(str(folder / "store")).dataset("own")
    run = finetuned(folder, "chosen", dataset, selection="test")
    file = write_report(run, file=tmp_path / "chosen.html")
    with opened(browser, file) as seen:
        marked = seen.page.locator("#summary .marked")
        assert marked.all_inner_texts()[0] == "best on TEST"
        assert {m.evaluate("m => getComputedStyle(m).color") for m in marked.all()} == {RED}
        assert "Chosen on the test split" in seen.page.locator("header .alert").inner_text()
        assert seen.page.get_by_alt_text("accuracy on test which selects by epoch").count() == 1
        scores = seen.page.locator("#summary table").first
        assert scores.locator("tbody tr", has_text="last epoch").count() == 1
        assert "No temperature" in seen.page.locator("#reliability").inner_text()


def test_methods_that_have_no_importance_and_change_no_label_say_so(
    browser: Browser, whole: Run
) -> None:
    """And SCN shows both, in pictures."""
    with opened(browser, whole.path / REPORT) as seen:
        for section, said in (
            ("importance", "The method baseline has no importance"),
            ("labels", "The method baseline leaves labels as they are"),
        ):
            assert said in seen.page.locator(f"#{section}").inner_text()
            assert seen.page.locator(f"#{section} img").count() == 1


def test_faces_that_were_forgotten_are_missing_and_counted(
    browser: Browser, whole: Run, folder: Path, tmp_path: Path
) -> None:
    """The store was moved, and some of the faces shown are no longer in it."""
    shutil.copytree(folder / "store", tmp_path / "moved")
    dataset = open_store(str(tmp_path / "moved"), write=True).dataset("own")
    with opened(browser, whole.path / REPORT) as seen:
        shown = seen.page.locator("#faces .id").all_inner_texts()
        assert seen.page.locator("#faces .gone").count() == 0
    for number in (int(re.findall(r"\d+", face)[0]) for face in shown[:2]):
        forget(dataset, "video", f"test{number}")
    file = tmp_path / "later.html"
    result = _report(whole, "--store", str(tmp_path / "moved"), "--out", str(file))
    assert result.exit_code == 0, result.output
    assert str(file) in result.stdout.replace("\n", "")
    with opened(browser, file) as seen:
        missing = seen.page.locator("#faces figure", has_text="picture missing")
        assert set(shown[:2]) <= set(missing.locator(".id").all_text_contents())
        assert re.search(r"\d+ of \d+ pictures are missing", seen.page.inner_text("#faces .alert"))
        assert seen.page.locator("#faces img").count() > 0


def test_without_its_store_a_report_comes_without_pictures_of_faces(
    whole: Run, tmp_path: Path
) -> None:
    """It says why, and which faces they would be."""
    file = tmp_path / "alone.html"
    result = _report(whole, "--store", str(tmp_path / "nowhere"), "--out", str(file))
    assert result.exit_code == 0, result.output
    page = file.read_text()
    assert "No picture could be read" in page
    assert "nowhere is not there" in page
    assert "data:image/jpeg" not in page


def test_faces_are_left_out_when_asked(whole: Run, tmp_path: Path) -> None:
    """Pictures and names; with them the page warns of the licence."""
    file = tmp_path / "bare.html"
    result = _report(whole, "--without-faces", "--out", str(file))
    assert result.exit_code == 0, result.output
    bare, full = file.read_text(), (whole.path / REPORT).read_text()
    name = escape("<i>.png")
    assert "data:image/jpeg" in full
    assert "licence may forbid" in full
    assert name in full
    assert "data:image/jpeg" not in bare
    assert name not in bare
    assert "Left out, as asked for with --without-faces" in bare


def test_the_pictures_of_faces_are_encoded_anew(whole: Run) -> None:
    """They are PNGs in the store, and JPEGs of no more than 112 pixels in the page."""
    page = (whole.path / REPORT).read_text()
    bodies = re.findall(r"data:image/jpeg;base64,([^\"]+)", page)
    assert len(bodies) > 20
    assert all(base64.b64decode(body).startswith(b"\xff\xd8") for body in bodies)


def test_a_run_whose_checkpoints_and_predictions_are_gone_keeps_its_scores(
    browser: Browser, whole: Run, tmp_path: Path
) -> None:
    """Every section is still there, and says what it lacks."""
    (tmp_path / "kept").mkdir()
    shutil.copy(whole.path / "run.json", tmp_path / "kept")
    file = write_report(Run(tmp_path / "kept"))
    with opened(browser, file, PHONE_PX) as seen:
        assert seen.page.locator("main > section").count() == len(SECTIONS)
        assert "best on validation" in seen.page.inner_text("#summary")
        assert "no longer in the run's folder" in seen.page.inner_text("#curves")
        assert "no longer in the run's folder" in seen.page.inner_text("#confusion")
        assert seen.overflow_px <= 0


def test_options_that_were_changed_come_before_all_others(browser: Browser, folds: Run) -> None:
    with opened(browser, folds.path / REPORT) as seen:
        changed = seen.page.locator("#configuration > .scroll").inner_text()
        assert "train.epochs\t1\t70" in changed
        assert "protocol.folds\t2\tnone" in changed
        assert "train.rank_margin" not in changed
        assert not seen.page.locator("#configuration details").inner_text().count("rank_margin")
        seen.unfold()
        assert "train.rank_margin" in seen.page.locator("#configuration details").inner_text()


@pytest.mark.parametrize(
    ("name", "said"),
    [("nowhere", "there is no run 'nowhere'"), ("begun/../begun", "must be the name of a folder"),
     ("begun", "'begun' in .* is no finished fine-tuning")],
)  # fmt: skip
def test_what_is_no_finished_fine_tuning_has_no_report(
    tmp_path: Path, name: str, said: str
) -> None:
    """One sentence, exit code 2, and nothing written."""
    Run(tmp_path / "begun").start("finetune", {})
    result = CliRunner().invoke(app, ["report", name, "--runs", str(tmp_path)])
    assert result.exit_code == 2
    assert re.search(said, result.stderr)
    assert not list(tmp_path.rglob("*.html"))
