"""Small images under the names of a benchmark, fine-tunings on them, and a server's log."""

import time
from pathlib import Path
from typing import Any

import httpx
from prefect.settings import PREFECT_API_URL, temporary_settings

from flows.finetune import finetune
from flows.runs import Run
from scn.config import TrainConfig
from tests.scn.benchmarks.copies import picture

TRAIN = TrainConfig.model_validate(
    {"preset": "reference", "image_size_px": 32, "batch_size": 16, "epochs": 1, "ema_decay": 0.5,
     "relabel_from_epoch": 1, "relabel_margin": 0.0, "holdout_share": 0.3}
)  # fmt: skip
PEOPLE = ("KA", "KL", "KM", "KR", "MK", "NA")
CODES = ("HA", "SA", "AN")


def write_images(made: Path) -> None:
    """JAFFE of six people, and a folder of happy, sad and bored faces with a test split."""
    for number, person in enumerate(PEOPLE):
        for take, code in enumerate((*CODES, *CODES)):
            name = f"{person}.{code}{take + 1}.{10 * number + take}.tiff"
            (made / "jaffe").mkdir(exist_ok=True)
            (made / "jaffe" / name).write_bytes(picture(".tiff", seed=10 * number + take))
    for split, count in (("train", 12), ("test", 6)):
        for seed, label in enumerate(("happy", "sad", "bored")):
            for number in range(count):
                file = made / "own" / split / label / f"{number}.png"
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(picture(".png", seed=3 * number + seed))


def logged(api: httpx.Client, flow_run_id: str, last: str) -> list[str]:
    """The lines of a run's log, which come to the server some time after they were written."""
    wanted = {"logs": {"flow_run_id": {"any_": [flow_run_id]}}}
    lines: list[str] = []
    for _ in range(120):
        lines = [each["message"] for each in api.post("/logs/filter", json=wanted).json()]
        if any(last in line for line in lines):
            break
        time.sleep(0.5)
    return lines


def finetuned(folder: Path, deployed: dict[str, str], *given: Any, **settings: Any) -> Run:
    """The run that a fine-tuning from random weights leaves."""
    before = set((folder / "runs").glob("finetune-*"))
    with temporary_settings({PREFECT_API_URL: deployed["PREFECT_API_URL"]}):
        finetune(
            *given,
            store=str(folder / "store"),
            runs=folder / "runs",
            start="random",
            **{"train": TRAIN, **settings},
        )
    (made,) = set((folder / "runs").glob("finetune-*")) - before
    return Run(made)
