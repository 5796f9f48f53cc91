"""The deployments of prefect.yaml on a real server."""

import json
import time
from typing import Any

import httpx
import pytest

from demo.services import ServiceFailed, run

pytestmark = pytest.mark.xdist_group("prefect")

NAMES = {
    "collect/webemotion",
    "collect-batch/worker",
    "pretrain/scheduled",
    "pretrain/now",
    "finetune/rafdb",
    "finetune/affectnet",
    "finetune/ferplus",
    "finetune/any",
    "ingest/benchmark",
    "maintain/store",
}


def _deployments(api: httpx.Client) -> dict[str, dict[str, Any]]:
    flows = {f["id"]: f["name"] for f in api.post("/flows/filter", json={}).json()}
    found = api.post("/deployments/filter", json={}).json()
    return {f"{flows[d['flow_id']]}/{d['name']}": d for d in found}


def test_every_deployment_is_there(api: httpx.Client) -> None:
    assert set(_deployments(api)) == NAMES


def test_the_cron_deployment_really_gets_scheduled_runs(api: httpx.Client) -> None:
    deployment = _deployments(api)["pretrain/scheduled"]["id"]
    wanted = {
        "deployments": {"id": {"any_": [deployment]}},
        "flow_runs": {"state": {"type": {"any_": ["SCHEDULED"]}}},
    }
    deadline = time.monotonic() + 120
    while not (runs := api.post("/flow_runs/filter", json=wanted).json()):
        assert time.monotonic() < deadline, "no run was scheduled"
        time.sleep(1)
    # Sundays at three: whole weeks apart.
    assert all("T03:00:00" in scheduled["expected_start_time"] for scheduled in runs)


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
    before = api.post("/flow_runs/count", json={}).json()
    with pytest.raises(ServiceFailed, match=field):
        run(["prefect", "deployment", "run", name, "--params", json.dumps(parameters)], deployed)
    assert api.post("/flow_runs/count", json={}).json() == before
