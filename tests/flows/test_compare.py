"""`webemotion compare` on runs as fine-tuning leaves them."""

import re
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner, Result

from flows.cli import app
from flows.runs import Run
from flows.training.testing import predictions_file
from scn.protocol import Noise, Protocol
from scn.scoring.predictions import Predictions, write
from scn.scoring.scores import score
from tests.scn.scoring.answers import CLASSES, answers


def _run(
    folder: Path,
    name: str,
    ways: dict[str, float],
    selection: str = "validation",
    faces: int = 400,
    fingerprint: str = "1",
    protocol: Protocol | None = None,
) -> None:
    """A finished run, whose ways to train have so much skill on the first of the same 400 faces."""
    rows = []
    for way, skill in ways.items():
        made, noise = answers(400), answers(400, seed=len(way) + len(name), skill=0)
        logits = noise.logits.copy()
        logits[np.arange(400), made.truth] += skill
        said = Predictions(
            CLASSES, made.face_ids, made.subjects, made.truth, logits, made.importance
        ).only(np.arange(400) < faces)
        write(said, predictions_file(folder / name / way, "best"))
        method, start = way.rsplit("-", 1)
        scores = {"best": score(said).plain()}
        rows.append({"method": method, "start": start, "selection": selection, "scores": scores})
    run = Run(folder / name)
    used = protocol or Protocol.model_validate({"selection": selection})
    run.start("finetune", {"protocol": used.model_dump(mode="json")})
    run.finish({"rows": rows, "fingerprint": fingerprint})


def _compare(folder: Path, *arguments: str) -> Result:
    return CliRunner().invoke(
        app, ["compare", *arguments, "--runs", str(folder)], env={"COLUMNS": "250"}
    )


def test_the_ways_of_runs_stand_side_by_side_in_plain_words(tmp_path: Path) -> None:
    """A clear gain is called one, and what was chosen on test is marked."""
    _run(tmp_path, "one", {"baseline-random": 1.0, "scn-random": 2.5})
    _run(tmp_path, "two", {"scn-random": 1.0}, selection="test")
    result = _compare(tmp_path, "one", "two")
    assert result.exit_code == 0, result.output
    words = {line.split("│")[1].strip(): line for line in result.stdout.splitlines() if "│" in line}
    assert "better, by more than chance" in words["one/scn-random"]
    assert "no difference larger than chance" in words["two/scn-random"]
    assert result.stdout.count("chosen on test") == 1


def test_what_the_words_do_not_mean_is_said_and_what_is_not_in_common_warned_of(
    tmp_path: Path,
) -> None:
    """Another seed, corrected p-values; other data, other faces."""
    _run(tmp_path, "one", {"baseline-random": 1.0, "scn-random": 2.5})
    two = _compare(tmp_path, "one")
    assert "another seed" in two.stdout
    assert "corrected" not in two.stdout
    assert "warning" not in two.stdout
    _run(tmp_path, "two", {"scn-random": 1.0}, faces=390, fingerprint="2")
    three = _compare(tmp_path, "one", "two")
    assert "2 comparisons are corrected for their number (Holm)" in three.stdout
    warned = [line for line in three.stdout.splitlines() if "warning" in line]
    assert len(warned) == 2
    assert "one/baseline-random and two/scn-random did not have the same data" in warned[0]
    assert "the 390 common ones count, and not 10 of the first and 0 of the second" in warned[1]
    cells = [[cell.strip() for cell in line.split("│")] for line in three.stdout.splitlines()]
    assert [row[2] for row in cells if row[1:2] == ["two/scn-random"]][-1] == "390"


def test_other_protocols_are_warned_of_by_field(tmp_path: Path) -> None:
    """The fingerprint is of the data alone, which noise does not change."""
    noisy = Protocol(noise=Noise(share=0.3))
    _run(tmp_path, "clean", {"scn-random": 2.0})
    _run(tmp_path, "noisy", {"scn-random": 1.0}, protocol=noisy)
    text = " ".join(_compare(tmp_path, "clean", "noisy").stdout.split())
    assert "clean/scn-random and noisy/scn-random differ in protocol: noise is None and" in text
    assert "fingerprints differ" not in text


def test_one_way_of_a_run_is_named_after_a_slash(tmp_path: Path) -> None:
    _run(tmp_path, "one", {"baseline-random": 1.0, "scn-random": 2.5, "scn-pretrained": 2.0})
    result = _compare(tmp_path, "one/scn-random", "one/scn-pretrained")
    assert result.exit_code == 0, result.output
    assert "baseline" not in result.stdout


def test_runs_that_lie_deeper_are_named_by_their_path(tmp_path: Path) -> None:
    """As those of `reproduce` do, beside others; names are whole in a narrow terminal."""
    _run(tmp_path, "one", {"scn-random": 2.0})
    _run(tmp_path, "reproduce/rafdb-scn-1", {"scn-random": 1.0})
    result = CliRunner().invoke(
        app,
        ["compare", "one", "reproduce/rafdb-scn-1/scn-random", "--runs", str(tmp_path)],
        env={"COLUMNS": "80"},
    )
    assert result.exit_code == 0, result.output
    cells = [line.split("│")[1].strip() for line in result.stdout.splitlines() if "│" in line]
    assert "reproduce/rafdb-scn-1/scn-random" in "".join(cells)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nowhere", "one"], "'nowhere' in .* is no finished fine-tuning"),
        (["one/eac-random", "one"], "one has the ways baseline-random, scn-random"),
        (["one/scn-random"], "name another run"),
        (["one", "--weights", "last"], "weights: is 'last', one/baseline-random has best"),
        (["../one", "one"], "is no finished"),
    ],
)
def test_what_cannot_be_compared_is_refused(
    tmp_path: Path, arguments: list[str], said: str
) -> None:
    """In one sentence, by name."""
    _run(tmp_path, "one", {"baseline-random": 1.0, "scn-random": 2.5})
    result = _compare(tmp_path, *arguments)
    assert result.exit_code == 2
    assert re.search(said, result.stderr)
