"""`--method` chooses how to train, with the options that belong to it."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from flows.cli import app
from flows.commands.arguments import checked
from flows.commands.method_choice import with_method
from flows.pretrain import pretrain
from scn.config import TrainConfig, preset
from scn.methods import METHODS


def _train(method: str | None, *settings: str) -> TrainConfig:
    found = checked(pretrain, with_method(method, settings))["train"]
    assert isinstance(found, TrainConfig)
    return found


@pytest.mark.parametrize("method", sorted(METHODS))
def test_a_method_comes_with_its_preset(method: str) -> None:
    """For scn that is the paper's."""
    found = _train(method)
    assert found == preset("paper" if method == "scn" else method)  # type: ignore[arg-type]
    assert found.method == method


def test_a_preset_that_is_set_holds_for_whatever_method_is_chosen() -> None:
    for setting in ("train.preset=reference", 'train={"preset": "reference"}'):
        assert _train("rul", setting) == preset("reference", method="rul")
    assert _train("rul", "train.epochs=3") == preset("rul", epochs=3)


def test_without_the_option_settings_stay_as_they_are() -> None:
    assert _train(None) == TrainConfig()
    assert _train(None, "train.preset=eac") == preset("eac")


@pytest.mark.parametrize("command", [["pretrain"], ["finetune", "rafdb"]])
def test_an_unknown_method_is_refused_with_those_that_there_are(
    tmp_path: Path, command: list[str]
) -> None:
    done = CliRunner().invoke(app, [*command, "--store", str(tmp_path), "--method", "magic"])
    assert done.exit_code == 2
    assert "method: is 'magic', must be one of baseline, eac, rul, scn" in done.output
