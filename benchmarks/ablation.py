"""What each part of SCN gives under known label noise, beside plain cross-entropy, RUL and EAC.

Every arm trains the same network from random weights on the same faces of the demo with the same
schedule and random changes, but for those that are a part of its method; a share of the labels of
training and validation is wrong. The checkpoint that validation chose is tested on faces of other
people with right labels. Figures are means over the seeds with a 95 % interval (Student's t).

Run as ``python -m benchmarks.ablation [--quick] [--arms NAME ...]``; the last line is one JSON
object.
"""

import argparse
import json
import multiprocessing
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from scipy import stats

from benchmarks.noisy_faces import draw_faces, opened, truth_of, write_noisy
from scn.checkpoint import load
from scn.config import TrainConfig
from scn.config.presets import PRESETS
from scn.evaluation import evaluate
from scn.fitting import fit
from scn.label_audit import judge_epochs
from scn.label_changes import events_of
from scn.trained import load_network

SMALL: Final[dict[str, Any]] = {
    "image_size_px": 32,
    "centre_share": 0.7,
    "batch_size": 64,
    "optimiser": "adam",
    "learning_rate": 1e-3,
    "head_rate": 1.0,
    "schedule": "exponential",
    "epochs": 12,
    "relabel_from_epoch": 7,
    "augmentation": {"flip": 0.5, "shift": 0.08, "colour": 0.2, "noise": 0.25, "erase": 0.5},
}
_ALONE: Final = {"preset": "paper", "rank_loss_weight": 0.0, "relabel": False}
_UNWEIGHTED: Final = {**_ALONE, "importance_weighting": False}
_CAREFUL: Final = {
    name: value for name, value in PRESETS["recommended"].items() if name.startswith("relabel")
}
# EAC compares every image with its mirror image; noise instead of a drawn mirroring is published.
_COMPARED: Final = {**SMALL["augmentation"], "flip": 0.0, "noise": 0.5}
ARMS: Final[dict[str, dict[str, Any]]] = {
    "baseline": {"preset": "baseline"},
    "weighting": _ALONE,
    "ranking": {**_UNWEIGHTED, "rank_loss_weight": 0.5},
    # Without ranking there is no low group.
    "relabeling": {**_UNWEIGHTED, "relabel": True, "relabel_group": "all"},
    "weighting, ranking": {"preset": "paper", "relabel": False},
    "SCN (paper)": {"preset": "paper"},
    "careful relabeling": {"preset": "recommended"},
    "SCN, careful": {"preset": "paper", **_CAREFUL},
    "RUL": {"preset": "rul"},
    "EAC": {"preset": "eac", "augmentation": _COMPARED},
    # The published weight is for a network that has learnt faces before: from random weights the
    # maps become alike before they say anything.
    "EAC, a tenth": {"preset": "eac", "augmentation": _COMPARED, "consistency_weight": 0.5},
}


@dataclass(frozen=True, slots=True)
class Case:
    """One training: which arm, share of wrong labels, and seed."""

    arm: str
    share: float
    seed: int
    options: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one training came to; what has no meaning for its method is None.

    Attributes:
        accuracy: of the chosen checkpoint on the test faces.
        last_accuracy: of the last one.
        found_f1: of the last labels as a finder of wrong ones.
        right_f1: as a corrector of them.
        seconds: that it took.
    """

    arm: str
    share: float
    seed: int
    accuracy: float
    last_accuracy: float
    found_f1: float | None
    right_f1: float | None
    seconds: float


def main() -> None:
    """Train everything, print the tables and the JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="few faces, two epochs, one seed")
    parser.add_argument("--arms", nargs="+", choices=list(ARMS), default=list(ARMS))
    parser.add_argument("--shares", nargs="+", type=float, default=[0.1, 0.2, 0.3, 0.4])
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--processes", type=int, default=2)
    given = parser.parse_args()
    counts = {"train": 80, "validation": 20, "test": 60}
    extra: dict[str, Any] = {}
    if given.quick:
        counts = {"train": 6, "validation": 3, "test": 6}
        extra = {"epochs": 2, "relabel_from_epoch": 2}
        given.shares, given.seeds = given.shares[-1:], 1
    with tempfile.TemporaryDirectory(prefix="ablation-") as folder:
        outcomes = list(_outcomes(Path(folder), counts, given, extra))
    _print(outcomes, given.arms, given.shares)
    print(json.dumps({"faces_per_class": counts, **summary(outcomes, given.arms, given.shares)}))


def _outcomes(
    folder: Path, counts: dict[str, int], given: argparse.Namespace, extra: dict[str, Any]
) -> Iterator[Outcome]:
    """Draw and write the faces, then train each case in a process with one thread."""
    faces = draw_faces(counts)
    for share in given.shares:
        for seed in range(given.seeds):
            write_noisy(folder / "store", faces, share, seed)
    cases = [
        Case(arm, share, seed, {**SMALL, **ARMS[arm], **extra, "seed": seed})
        for seed in range(given.seeds)
        for share in given.shares
        for arm in given.arms
    ]
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(given.processes, context, torch.set_num_threads, (1,)) as pool:
        jobs = [pool.submit(trained, folder, case, truth_of(faces)) for case in cases]
        for number, job in enumerate(jobs, start=1):
            outcome = job.result()
            print(f"{number}/{len(jobs)}", json.dumps(asdict(outcome)), flush=True)
            yield outcome


def trained(folder: Path, case: Case, truth: dict[str, str]) -> Outcome:
    """Train one case, and test it."""
    begun_s = time.monotonic()
    config = TrainConfig.model_validate(case.options)
    name = f"noise-{round(100 * case.share)}-{case.seed}"
    faces = opened(folder / "store", name, config)
    run = folder / "runs" / case.arm / name
    result = fit(config, faces.train, faces.validation, faces.classes, run)
    chosen, last = (
        evaluate(load_network(path)[0], faces.test, faces.classes, torch.device("cpu")).accuracy
        for path in (result.best, result.last)
    )
    checkpoint = load(result.last)
    *_, judged = judge_epochs(checkpoint.samples, events_of(checkpoint), config.epochs, truth)
    seconds = time.monotonic() - begun_s
    return Outcome(
        case.arm, case.share, case.seed, chosen, last, judged.found_f1, judged.right_f1, seconds
    )


def interval(values: Sequence[float]) -> tuple[float, float]:
    """Mean, and half the width of its 95 % interval; no width for a single value."""
    mean = float(np.mean(values))
    if len(values) < 2:
        return mean, float("nan")
    half = stats.t.ppf(0.975, len(values) - 1) * np.std(values, ddof=1) / np.sqrt(len(values))
    return mean, float(half)


def _values(outcomes: Sequence[Outcome], arm: str, share: float, what: str) -> list[float]:
    chosen = [getattr(o, what) for o in outcomes if (o.arm, o.share) == (arm, share)]
    return [value for value in chosen if value is not None]


def _print(outcomes: Sequence[Outcome], arms: Sequence[str], shares: Sequence[float]) -> None:
    for what in ("accuracy", "last_accuracy", "found_f1", "right_f1"):
        print(f"\n{what:<20}" + "".join(f"{f'{share:.0%} wrong':>16}" for share in shares))
        for arm in arms:
            cells = [_cell(_values(outcomes, arm, share, what)) for share in shares]
            print(f"{arm:<20}" + "".join(f"{cell:>16}" for cell in cells))


def _cell(values: Sequence[float]) -> str:
    if not values:
        return "-"
    mean, half = interval(values)
    return f"{mean:.3f}" if np.isnan(half) else f"{mean:.3f} ± {half:.3f}"


def summary(
    outcomes: Sequence[Outcome], arms: Sequence[str], shares: Sequence[float]
) -> dict[str, Any]:
    """Mean accuracies by arm and share, and how far each arm is from the baseline."""
    means = {
        arm: {str(share): _mean(_values(outcomes, arm, share, "accuracy")) for share in shares}
        for arm in arms
    }
    found: dict[str, Any] = {"accuracy": means}
    if "baseline" in means:
        base = means["baseline"]
        found["ratio_to_baseline"] = {
            arm: {share: row[share] / base[share] for share in row} for arm, row in means.items()
        }
    return found


def _mean(values: Sequence[float]) -> float:
    return float(np.mean(values))


if __name__ == "__main__":
    main()
