"""What the monitors saw, as a person reads it."""

from dataclasses import asdict
from typing import Any

import numpy as np

from flows.training.monitor_report import monitor_report
from scn.monitors import alarms, look

_CLASSES = ("neutral", "happy", "sad")


def _row(epoch: int, importance: float, events: list[dict[str, Any]]) -> dict[str, Any]:
    """An epoch's row of the log, made of what the monitors themselves say."""
    given = np.arange(60) % 3
    findings = look(_CLASSES, given, np.full(60, importance, np.float32), events, 0.25)
    found = alarms(findings, (0.5,), ranked=True)
    return {
        "epoch": epoch, "findings": asdict(findings), "alarms": [asdict(alarm) for alarm in found],
    }  # fmt: skip


def test_each_alarm_is_told_once_with_its_epochs_its_meaning_and_what_to_change() -> None:
    """Then a line an epoch with the figures, whether or not there was an alarm."""
    flips = [{"index": 3 * n + 2, "old": 2, "new": 1} for n in range(20)]
    log = [_row(1, 0.5, []), _row(2, 0.999, []), _row(3, 0.999, flips)]
    lines = monitor_report(log).splitlines()
    headings = [line for line in lines if line.startswith("## ")]
    assert headings == [
        "## importance saturated",
        "## many labels changed",
        "## one class takes over",
    ]
    saturated = lines[lines.index("## importance saturated") + 2]
    assert saturated.startswith("In epoch 2, 3. 100% of the faces have an importance above 0.99")
    assert "Raise rank_margin" in saturated
    taken = lines[lines.index("## one class takes over") + 2]
    assert "20 of 20 changes made a face happy, most often sad → happy" in taken
    assert lines[-3:] == [
        "| 1 | 0% | 25% | 0.0% | 0 |  |",
        "| 2 | 100% | 25% | 0.0% | 0 |  |",
        "| 3 | 100% | 25% | 33.3% | 0 | sad → happy (20) |",
    ]


def test_a_sound_training_has_its_figures_and_is_told_to_be_sound() -> None:
    lines = monitor_report([_row(1, 0.5, [])]).splitlines()
    assert lines[0] == "No alarm was raised."
    assert lines[-1] == "| 1 | 0% | 25% | 0.0% | 0 |  |"
