"""A fixed seed on the demo's faces gives the kept curves, for every preset."""

import json
from pathlib import Path

import pytest

from scn.config import Preset
from scn.config.presets import PRESETS as OPTIONS
from scn.methods import METHODS
from tests.scn.golden_runs import CURVES, PRESETS, run, write_faces

_TOLERANCE = 1e-6


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The faces."""
    folder = tmp_path_factory.mktemp("golden") / "store"
    write_faces(folder)
    return folder


@pytest.mark.parametrize("name", PRESETS)
def test_the_curve_is_the_kept_one(store: Path, name: Preset, tmp_path: Path) -> None:
    """Losses, accuracies, importance and changed labels of each epoch, to a millionth."""
    kept = json.loads(CURVES.read_text())[name]
    found = run(store, name, tmp_path)
    assert found.keys() == kept.keys()
    for curve, values in found.items():
        assert values == pytest.approx(kept[curve], rel=_TOLERANCE, abs=_TOLERANCE), curve


def test_every_method_has_a_kept_curve_and_labels_changed_where_they_may() -> None:
    """Each method is some preset's; all relabeling presets did relabel."""
    kept = json.loads(CURVES.read_text())
    assert set(kept) == set(PRESETS)
    assert {OPTIONS[name].get("method", "scn") for name in PRESETS} == set(METHODS)
    for name in PRESETS:
        relabels = METHODS[OPTIONS[name].get("method", "scn")].relabels
        assert (sum(kept[name]["relabelled"]) > 0) == relabels, name
