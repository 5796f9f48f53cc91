"""Debian's chromium, without a window, and runs to report of."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from flows.reports.run_report import write_report
from flows.runs import Run
from storage.store import open_store
from tests.flows.reports.trained import CLASSES, finetuned, write_faces

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A browser; where there is none the test is skipped, but never in continuous integration."""
    if not CHROMIUM.exists():
        reason = f"{CHROMIUM} is missing: apt-get install chromium"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield started
        started.close()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store of a dataset with odd names, and of one without a test split."""
    made = tmp_path_factory.mktemp("report")
    write_faces(made)
    write_faces(made, "people", train=48, test=0)
    return made


@pytest.fixture(scope="module")
def whole(folder: Path) -> Run:
    """A run of two ways with noise, tested elsewhere too, and its report."""
    store = open_store(str(folder / "store"))
    other = write_faces(folder, "elsewhere", CLASSES[:2], train=0, test=20)
    noise = {"kind": "symmetric", "share": 0.2}
    methods = ("scn", "baseline")
    run = finetuned(folder, "whole", store.dataset("own"), methods, (other,), 2, noise=noise)
    write_report(run)
    return run


@pytest.fixture(scope="module")
def folds(folder: Path) -> Run:
    """A run that was tested fold by fold, and its report."""
    run = finetuned(folder, "folds", open_store(str(folder / "store")).dataset("people"), folds=2)
    write_report(run)
    return run
