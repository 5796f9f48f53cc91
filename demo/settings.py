"""What the demo asks of each deployment: the product's parameters, at a size for two cores."""

from pathlib import Path
from typing import Any, Final

from webemotion.planning.lexicon import load_lexicon, plan

PLAN: Final[dict[str, Any]] = {
    "keywords_per_emotion": 2,
    "countries": ["Japan"],
    "ages": ["woman"],
}
BENCHMARKS: Final = ("rafdb", "affectnet", "ferplus")
FACES_PER_CLASS: Final[dict[str, int]] = {"train": 20, "validation": 5, "test": 12}
_TRAINING: Final[dict[str, Any]] = {
    # The eyes are a quarter of the crop apart, and backgrounds tell one video from another.
    "image_size_px": 64,
    "centre_share": 0.7,
    "augmentation": {"colour": 0.2, "shift": 0.08},
    "batch_size": 32,
    "optimiser": "adam",
    "learning_rate": 0.001,
    "schedule": "exponential",
    "seed": 1,
}


def queries_by_emotion() -> dict[str, list[str]]:
    """The texts of the demo's queries."""
    found: dict[str, list[str]] = {}
    for query in plan(load_lexicon(), **PLAN):
        found.setdefault(query.emotion, []).append(query.text)
    return found


def collection(folder: Path, proxy: str) -> dict[str, Any]:
    """Parameters of collect/webemotion; the site is on loopback, so nothing has to wait."""
    site = {"proxy": proxy, "request_wait_s": 0}
    return {
        "store": str(folder / "store"),
        "plan": PLAN,
        "searching": site,
        "downloading": {**site, "download_wait_s": 0},
        "harvesting": {"sample_rate_hz": 1.0},
        "manners": {
            "calls_per_minute": 6000,
            "calls_per_hour": 100_000,
            "calls_per_day": 100_000,
            "terms_accepted": True,
        },
        "work": {
            "scratch": str(folder / "scratch"),
            "batch_size": 18,
            "parallel_batches": 2,
        },
    }


def pretraining(folder: Path) -> dict[str, Any]:
    """Parameters of pretrain/now."""
    return {
        "store": str(folder / "store"),
        "runs": str(folder / "runs"),
        "train": {**_TRAINING, "epochs": 12, "relabel_from_epoch": 8},
    }


def ingestion(folder: Path, benchmark: str) -> dict[str, Any]:
    """Parameters of ingest/benchmark."""
    return {
        "benchmark": benchmark,
        "path": str(folder / "benchmarks" / benchmark),
        "store": str(folder / "store"),
        "runs": str(folder / "runs"),
    }


def finetuning(folder: Path) -> dict[str, Any]:
    """Parameters of finetune/rafdb and its like."""
    return {
        "store": str(folder / "store"),
        "runs": str(folder / "runs"),
        "compare": True,
        "train": {**_TRAINING, "epochs": 8, "relabel_from_epoch": 6},
    }
