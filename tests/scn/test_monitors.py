"""Alarms are raised for what users of the published code met, and for nothing else."""

from typing import Any

import numpy as np
import pytest

from scn.monitors import Findings, alarms, look

_CLASSES = ("neutral", "happy")


def _found(**changed: Any) -> Findings:
    base: dict[str, Any] = {
        "importance_bins": {},
        "saturated": 0.1,
        "rank_inactive": 0.2,
        "flips": {"neutral → happy": 4},
        "undone": 0,
        "changed": 0.01,
    }
    return Findings(**{**base, **changed})


def _names(
    findings: Findings, accuracies: tuple[float, ...] = (0.5, 0.6), *, ranked: bool = True
) -> list[str]:
    return [alarm.name for alarm in alarms(findings, accuracies, ranked=ranked)]


def test_a_sound_epoch_raises_no_alarm() -> None:
    assert _names(_found()) == []


@pytest.mark.parametrize(
    ("changed", "name", "option"),
    [
        ({"saturated": 0.95}, "importance saturated", "rank_margin"),
        ({"rank_inactive": 1.0}, "rank loss inactive", "rank_margin"),
        ({"changed": 0.2}, "many labels changed", "relabel_limit"),
        ({"undone": 2}, "changes undone", "relabel_confirmations"),
    ],
)
def test_each_trouble_has_its_alarm_that_names_what_to_change(
    changed: dict[str, Any], name: str, option: str
) -> None:
    (alarm,) = alarms(_found(**changed), (0.5,), ranked=True)
    assert alarm.name == name
    assert option in alarm.message


def test_a_fall_of_accuracy_is_an_alarm() -> None:
    """A tenth below the best epoch, not a wobble."""
    assert _names(_found(), (0.8, 0.85, 0.7)) == ["accuracy fell"]
    assert _names(_found(), (0.8, 0.85, 0.8)) == []


def test_what_only_scn_has_is_not_looked_for_in_others() -> None:
    assert _names(_found(saturated=1.0, rank_inactive=1.0), ranked=False) == []


def test_what_an_epoch_shows_is_counted() -> None:
    """Histograms per class of the faces seen, flips per pair of classes, and flips undone."""
    given = np.array([0, 0, 1, 1])
    importance = np.array([0.05, 1.0, 0.55, np.nan], np.float32)
    events = [
        {"index": 0, "old": 1, "new": 0},
        {"index": 2, "old": 1, "new": 0},
        {"index": 1, "old": 0, "new": 1},
    ]
    findings = look(_CLASSES, given, importance, events, 0.5)
    assert findings.importance_bins["neutral"] == [1, 0, 0, 0, 0, 0, 0, 0, 0, 1]
    assert findings.importance_bins["happy"] == [0, 0, 0, 0, 0, 1, 0, 0, 0, 0]
    assert findings.saturated == pytest.approx(1 / 3)
    assert findings.flips == {"happy → neutral": 2, "neutral → happy": 1}
    assert (findings.undone, findings.changed, findings.rank_inactive) == (1, 0.75, 0.5)
