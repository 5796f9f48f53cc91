"""Nothing is collected before somebody has read the terms; one asks once."""

import os
import pty
import select
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import pytest

from demo.catalogue import Catalogue
from demo.youtube import StandIn
from tests.flows.collecting import MANNERS, settings, webemotion

STRICT = {**MANNERS, "terms_accepted": False}


def _at_a_terminal(
    arguments: list[str], env: Mapping[str, str], answer: bytes | None
) -> tuple[int, str]:
    """Run the command with a terminal as its input, and answer its question."""
    ours, theirs = pty.openpty()
    command = [str(Path(sys.executable).parent / "webemotion"), *arguments]
    process = subprocess.Popen(
        command, stdin=theirs, stdout=theirs, stderr=theirs, env={**os.environ, **env}
    )
    os.close(theirs)
    shown = b""
    deadline_s = time.monotonic() + 120
    while process.poll() is None or select.select([ours], [], [], 0)[0]:
        assert time.monotonic() < deadline_s, shown
        if select.select([ours], [], [], 0.2)[0]:
            try:
                shown += os.read(ours, 4096)
            except OSError:
                break
        if answer is not None and b"[y/N]" in shown:
            os.write(ours, answer)
            answer = None
    return process.wait(timeout=60), shown.decode(errors="replace")


def test_the_terms_are_asked_for_once(deployed: dict[str, str], tmp_path: Path) -> None:
    """Refused without a person; refused at No; at Yes it goes on, and asks nobody again."""
    store = str(tmp_path / "store")
    with StandIn(Catalogue({})) as site:
        given, env = settings(deployed, tmp_path / "scratch", site, STRICT)
        command = ["collect", "--store", store, *given, "--set=work.searches_only=true"]
        refused = webemotion(command, env)
        assert refused.returncode == 2
        assert "manners.terms_accepted" in refused.stderr
        status, shown = _at_a_terminal(command, env, b"n\n")
        assert status == 2
        assert "Faces are personal data" in shown
        assert not site.requests
        status, shown = _at_a_terminal(command, env, b"y\n")
        assert status == 0, shown
        assert site.requests
        status, shown = _at_a_terminal(command, env, None)
        assert (status, "[y/N]" in shown) == (0, False)
        assert webemotion(command, env).returncode == 0


@pytest.mark.slow
def test_the_terms_can_be_read_and_accepted_by_a_script(tmp_path: Path) -> None:
    """On a server of one's own, `webemotion terms --accept` is the answer."""
    env = {"PREFECT_HOME": str(tmp_path / "prefect"), "PREFECT_API_URL": ""}
    with StandIn(Catalogue({})) as site:
        given, env = settings(env, tmp_path / "scratch", site, STRICT)
        command = ["collect", "--store", str(tmp_path / "store"), *given]
        command += ["--set=work.searches_only=true"]
        read = webemotion(["terms"], env)
        assert "YouTube's terms" in read.stdout
        assert webemotion(command, env).returncode == 2
        assert webemotion(["terms", "--accept"], env).returncode == 0
        done = webemotion(command, env)
        assert done.returncode == 0, done.stderr
