"""Alarms are raised for what users of the published code met, and for nothing else."""

from typing import Any

import numpy as np
import pytest

from scn.monitors import Findings, alarms, look

_CLASSES = ("neutral", "happy")
_SPREAD = [1, 2, 3, 4, 5, 5, 4, 3, 2, 1]
_LOW = [30, 1, 0, 0, 0, 0, 0, 0, 0, 0]


def _found(**changed: Any) -> Findings:
    base: dict[str, Any] = {
        "importance_bins": dict.fromkeys(("neutral", "happy", "sad"), _SPREAD),
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
    ("changed", "name", "said"),
    [
        ({"saturated": 0.95}, "importance saturated", "rank_margin"),
        ({"rank_inactive": 1.0}, "rank loss inactive", "rank_margin"),
        ({"changed": 0.2}, "many labels changed", "relabel_limit"),
        ({"undone": 2}, "changes undone", "relabel_confirmations"),
        ({"importance_bins": {"sad": _LOW, "happy": _SPREAD}}, "importance lost", "faces of sad"),
        ({"importance_bins": {"sad": _LOW, "happy": _LOW}}, "importance lost", "rank_loss_weight"),
        (
            {"flips": {"happy → sad": 6, "sad → happy": 5} | {f"{n} → happy": 5 for n in "abcd"}},
            "one class takes over",
            "25 of 31 changes made a face happy, most often sad → happy",
        ),
    ],
)
def test_each_trouble_has_its_alarm_that_names_what_to_change(
    changed: dict[str, Any], name: str, said: str
) -> None:
    (alarm,) = alarms(_found(**changed), (0.5,), ranked=True)
    assert alarm.name == name
    assert said in alarm.message


def test_importance_that_is_low_in_every_class_is_said_of_all() -> None:
    (alarm,) = alarms(_found(importance_bins=dict.fromkeys("abc", _LOW)), (0.5,), ranked=True)
    assert alarm.message.startswith("Nearly all faces of all classes have an importance below 0.1")


@pytest.mark.parametrize(
    "changed",
    [
        {"importance_bins": {"sad": [9, 0, 0, 0, 0, 0, 0, 0, 0, 0], "happy": _SPREAD}},
        {"importance_bins": {"sad": [27, 3, 0, 0, 0, 0, 0, 0, 0, 0], "happy": _SPREAD}},
        {"flips": {"sad → happy": 19}},
        {"flips": {"sad → happy": 24, "happy → sad": 6}},
        {"flips": {"sad → happy": 40}, "importance_bins": {"sad": _SPREAD, "happy": _SPREAD}},
    ],
)
def test_few_faces_or_a_lesser_share_raise_no_alarm(changed: dict[str, Any]) -> None:
    """Nor changes into one of two classes, of which there is no other."""
    assert _names(_found(**changed)) == []


def test_a_fall_of_accuracy_is_an_alarm() -> None:
    """A tenth below the best epoch, not a wobble."""
    assert _names(_found(), (0.8, 0.85, 0.7)) == ["accuracy fell"]
    assert _names(_found(), (0.8, 0.85, 0.8)) == []


def test_what_only_scn_has_is_not_looked_for_in_others() -> None:
    low = {"sad": _LOW, "happy": _LOW}
    found = _found(saturated=1.0, rank_inactive=1.0, importance_bins=low)
    assert _names(found, ranked=False) == []


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
