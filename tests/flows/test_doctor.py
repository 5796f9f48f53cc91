"""What doctor finds on this machine, and on machines where something is wrong."""

import os
import shutil
import sysconfig
from pathlib import Path

import pytest
from typer.testing import CliRunner

from demo.services import free_port, run
from flows.cli import app
from flows.doctor import (
    examine,
    free_disk,
    javascript_runtime,
    prefect_server,
    torchvision_operators,
    versions,
)


def test_it_shows_one_line_a_check_and_a_way_to_mend_each_fault(tmp_path: Path) -> None:
    found = examine(tmp_path)
    shown = CliRunner().invoke(app, ["doctor", "--folder", str(tmp_path)])
    assert shown.exit_code == 0
    assert shown.stdout.count("✓") == sum(not finding.mend for finding in found)
    assert shown.stdout.count("to mend:") == sum(bool(finding.mend) for finding in found)
    for finding in found:
        assert finding.subject in shown.stdout


def test_this_environment_has_the_packages_and_operators_that_are_asked_for() -> None:
    assert versions().mend == ""
    assert torchvision_operators().mend == ""


def test_the_runtime_really_runs() -> None:
    assert javascript_runtime().found.startswith("deno ")


def _only_this_deno(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.setattr(sysconfig, "get_path", lambda name: str(folder))


def test_a_runtime_that_is_missing_or_does_not_run_is_told_with_a_way_to_mend(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _only_this_deno(monkeypatch, tmp_path)
    assert "missing" in javascript_runtime().found
    (tmp_path / "deno").write_text("#!/bin/sh\nexit 3\n")
    (tmp_path / "deno").chmod(0o755)
    broken = javascript_runtime()
    assert "does not run" in broken.found
    assert broken.mend


def test_a_runtime_that_came_another_way_than_pip_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _only_this_deno(monkeypatch, tmp_path)
    (tmp_path / "deno").write_text("#!/bin/sh\necho deno 9.9.9\n")
    (tmp_path / "deno").chmod(0o755)
    assert javascript_runtime().found == "deno 9.9.9"


def test_the_free_disk_is_that_of_the_nearest_folder_that_exists(tmp_path: Path) -> None:
    finding = free_disk(tmp_path / "not" / "yet")
    assert str(tmp_path) in finding.found
    enough = shutil.disk_usage(tmp_path).free >= 20e9
    assert bool(finding.mend) != enough


def test_a_server_is_told_to_answer_or_not(deployed: dict[str, str]) -> None:
    """As a user sees it: in a process whose environment names the server, then a dead port."""
    webemotion = str(Path(sysconfig.get_path("scripts")) / "webemotion")
    shown = run([webemotion, "doctor"], {**os.environ, **deployed})
    assert f"Prefect server: answers at {deployed['PREFECT_API_URL']}" in shown
    dead = {**deployed, "PREFECT_API_URL": f"http://127.0.0.1:{free_port()}/api"}
    assert "does not answer" in run([webemotion, "doctor"], {**os.environ, **dead})


def test_without_a_server_it_says_how_to_start_one() -> None:
    assert "prefect server start" in prefect_server().mend
