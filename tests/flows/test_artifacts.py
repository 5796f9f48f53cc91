"""What the artifacts of a run say, read back from the server."""

import base64
import json
from pathlib import Path
from typing import Any

import cv2
import httpx
import numpy as np
import numpy.typing as npt
import pytest
from prefect import flow
from prefect.runtime import flow_run
from prefect.settings import PREFECT_API_URL, temporary_settings

from flows.artifacts import show_confusion, show_curves, show_results, show_slices
from flows.collecting.collection_report import show_collection
from storage.ledger import Ledger, VideoEvent
from storage.store import Dataset, open_store
from tests.storage.rows import faces

pytestmark = pytest.mark.timeout(600)

RESULTS = [{"method": "scn", "accuracy": 0.75}, {"method": "baseline", "accuracy": 0.5}]
LOG = [{"epoch": 1, "loss": 2.0}, {"epoch": 2, "loss": 1.0}]
EVENTS = [
    VideoEvent("a", "collected", emotion="happy", counts={"tracks": 4, "clips": 2, "faces": 5}),
    VideoEvent("b", "collected", emotion="sad", counts={"tracks": 1, "clips": 1, "faces": 3}),
    VideoEvent("c", "dropped", reason="private", emotion="happy"),
    VideoEvent("d", "dropped", reason="no_face", emotion="sad", counts={"tracks": 6}),
    VideoEvent("e", "dropped", reason="private", emotion="sad"),
    VideoEvent("f", "failed", reason="timeout", emotion="happy"),
    VideoEvent("g", "found", emotion="happy"),
]


SLICE = {
    "by": "age",
    "which": "70+",
    "faces": 20,
    "accuracy": {"value": 0.5, "low": 0.25, "high": 0.75},
    "too_small": True,
    "warning": "too small: 20 faces",
}


@flow
def _showing(dataset: Dataset, failures: dict[str, int]) -> str:
    show_collection(dataset, failures)
    show_results(RESULTS, "results", "Results")
    show_curves(LOG, ["loss"], "curves")
    show_confusion([[3, 1], [0, 4]], ["happy", "sad"], "confusion")
    show_confusion([[3, 1], [0, 4]], ["happy", "sad"], "confusion-chosen", "test")
    show_slices([SLICE], "slices", "Slices")
    return str(flow_run.id)


def _shown(api: httpx.Client, dataset: Dataset, failures: dict[str, int]) -> dict[str, Any]:
    """Artifacts of a run that shows everything: key → data."""
    with temporary_settings({PREFECT_API_URL: str(api.base_url).rstrip("/")}):
        run_id = _showing(dataset, failures)
    wanted = {"flow_run_id": {"any_": [run_id]}}
    answer = api.post("/artifacts/filter", json={"artifacts": wanted}).raise_for_status()
    return {artifact["key"]: artifact["data"] for artifact in answer.json()}


@pytest.fixture(scope="module")
def artifacts(deployed: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Artifacts of a dataset of eight faces and seven videos, with failed queries."""
    folder = tmp_path_factory.mktemp("store")
    dataset = open_store(str(folder), create=True).dataset("webemotion", create=True)
    dataset.append_faces({"a": faces("a", 5), "b": faces("b", 3, emotion="sad", first=200)})
    Ledger(dataset).record(EVENTS)
    with httpx.Client(base_url=deployed["PREFECT_API_URL"], timeout=30) as client:
        return _shown(client, dataset, {"timeout": 3, "refused": 1})


def _picture(url: str) -> npt.NDArray[np.uint8]:
    body = base64.b64decode(url.partition(",")[2])
    decoded = cv2.imdecode(np.frombuffer(body, np.uint8), cv2.IMREAD_COLOR)
    assert decoded is not None
    return decoded.astype(np.uint8)


def test_the_yield_counts_what_was_found_collected_and_lost_per_emotion(
    artifacts: dict[str, Any],
) -> None:
    rows = {row.pop("emotion"): row for row in json.loads(artifacts["yield"])}
    assert rows == {
        "happy": {"found": 4, "collected": 1, "dropped": 1, "failed": 1, "clips": 2, "faces": 5},
        "sad": {"found": 3, "collected": 1, "dropped": 2, "failed": 0, "clips": 1, "faces": 3},
    }


def test_the_drops_name_every_state_and_reason_once(artifacts: dict[str, Any]) -> None:
    rows = [tuple(row.values()) for row in json.loads(artifacts["drops"])]
    assert sorted(rows) == [
        ("collected", "", 2),
        ("dropped", "no_face", 1),
        ("dropped", "private", 2),
        ("failed", "timeout", 1),
        ("found", "", 1),
    ]


def test_the_stages_are_summed_over_all_videos(artifacts: dict[str, Any]) -> None:
    rows = {row["stage"]: row["count"] for row in json.loads(artifacts["stages"])}
    assert rows == {"tracks": 11, "clips": 3, "faces": 8}


def test_failed_queries_are_counted_by_reason(artifacts: dict[str, Any]) -> None:
    rows = {row["reason"]: row["queries"] for row in json.loads(artifacts["failed-queries"])}
    assert rows == {"timeout": 3, "refused": 1}


def test_the_contact_sheet_has_a_row_of_faces_for_each_emotion(artifacts: dict[str, Any]) -> None:
    """Happy faces are nearly black, sad ones light grey, and where there is no face it is white."""
    happy, sad = np.split(_picture(artifacts["contact-sheet"]), 2)
    levels = [[np.median(row[30:, left : left + 90]) for left in (3, 195, 291)]
              for row in (happy, sad)]  # fmt: skip
    assert levels[0] == pytest.approx([0, 2, 3], abs=3)
    assert levels[1] == pytest.approx([200, 202, 255], abs=3)


def test_the_datasheet_says_where_the_data_comes_from(artifacts: dict[str, Any]) -> None:
    """Versions, counts, and why videos were dropped, each table with its rows."""
    sheet = artifacts["datasheet"]
    assert sheet.startswith("# Datasheet of webemotion\n")
    assert "schema 4, yt-dlp not used." in sheet
    assert "## Webemotion: 8 faces" in sheet
    assert "| dropped | private | 2 |" in sheet
    assert "| train | happy | 5 |" in sheet


def test_results_are_shown_as_they_are(artifacts: dict[str, Any]) -> None:
    assert json.loads(artifacts["results"]) == RESULTS


@pytest.mark.parametrize("key", ["curves", "confusion"])
def test_a_trainings_pictures_show_something(artifacts: dict[str, Any], key: str) -> None:
    picture = _picture(artifacts[key])
    assert min(picture.shape[:2]) >= 200
    assert len(np.unique(picture)) > 10


def test_a_collection_that_found_nothing_is_shown_too(api: httpx.Client, tmp_path: Path) -> None:
    """Without a face or a failure there are tables and a sheet, but no table of failures."""
    dataset = open_store(str(tmp_path), create=True).dataset("webemotion", create=True)
    shown = _shown(api, dataset, {})
    assert [json.loads(shown[key]) for key in ("yield", "drops", "stages")] == [[], [], []]
    assert _picture(shown["contact-sheet"]).size > 0
    assert "failed-queries" not in shown


def test_slices_say_in_words_which_are_too_small(artifacts: dict[str, Any]) -> None:
    """In the table, beside the interval."""
    (row,) = json.loads(artifacts["slices"])
    assert row["warning"] == "too small: 20 faces"
    assert row["accuracy"] == "0.500 (0.250 to 0.750)"


def test_a_confusion_matrix_that_was_chosen_on_test_says_so_in_the_picture(
    artifacts: dict[str, Any],
) -> None:
    """Its axis is named otherwise, and nothing else differs: the table above it is the same."""
    one, other = (_picture(artifacts[key]) for key in ("confusion", "confusion-chosen"))
    assert one.shape == other.shape
    assert (one != other).any()
