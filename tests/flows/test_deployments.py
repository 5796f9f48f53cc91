"""The deployments of prefect.yaml on a real server."""

import json
import time
from typing import Any

import httpx
import pytest

from demo.services import ServiceFailed, run

NAMES = {
    "collect/webemotion",
    "collect-batch/worker",
    "pretrain/scheduled",
    "pretrain/now",
    "finetune/rafdb",
    "finetune/affectnet",
    "finetune/ferplus",
    "finetune/any",
    "reproduce/table",
    "ingest/benchmark",
    "maintain/store",
    "import-ids/list",
    "recheck/webemotion",
}


def _deployments(api: httpx.Client) -> dict[str, dict[str, Any]]:
    flows = {f["id"]: f["name"] for f in api.post("/flows/filter", json={}).json()}
    found = api.post("/deployments/filter", json={}).json()
    return {f"{flows[d['flow_id']]}/{d['name']}": d for d in found}


def test_every_deployment_is_there(api: httpx.Client) -> None:
    assert set(_deployments(api)) == NAMES


@pytest.mark.parametrize(("name", "hour"), [("pretrain/scheduled", 3), ("maintain/store", 1)])
def test_the_cron_deployments_really_get_scheduled_runs(
    api: httpx.Client, name: str, hour: int
) -> None:
    deployment = _deployments(api)[name]["id"]
    wanted = {
        "deployments": {"id": {"any_": [deployment]}},
        "flow_runs": {"state": {"type": {"any_": ["SCHEDULED"]}}},
    }
    deadline = time.monotonic() + 120
    while not (runs := api.post("/flow_runs/filter", json=wanted).json()):
        assert time.monotonic() < deadline, "no run was scheduled"
        time.sleep(1)
    assert all(f"T{hour:02d}:00:00" in scheduled["expected_start_time"] for scheduled in runs)


@pytest.mark.parametrize(
    ("name", "parameters", "field"),
    [
        ("collect/webemotion", {"harvesting": {"min_face_s": -1}}, "min_face_s"),
        ("collect/webemotion", {"searching": {"top": 0}}, "top"),
        ("collect/webemotion", {"plan": {"emotion": ["happy"]}}, "emotion"),
        ("pretrain/now", {"train": {"epochs": 0}}, "epochs"),
        ("finetune/any", {"benchmark": "imagenet"}, "benchmark"),
    ],
)
def test_a_wrong_parameter_is_refused_before_a_run_with_the_fields_name(
    deployed: dict[str, str],
    api: httpx.Client,
    name: str,
    parameters: dict[str, Any],
    field: str,
) -> None:
    of_it = {"deployments": {"id": {"any_": [_deployments(api)[name]["id"]]}}}
    before = api.post("/flow_runs/count", json=of_it).json()
    with pytest.raises(ServiceFailed, match=field):
        run(["prefect", "deployment", "run", name, "--params", json.dumps(parameters)], deployed)
    assert api.post("/flow_runs/count", json=of_it).json() == before
