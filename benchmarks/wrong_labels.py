"""Who finds the wrong labels: SCN while it trains, the relabeling rule, or cleanlab.

Plain cross-entropy is trained on three quarters of the demo's faces with a known share of wrong
labels, and looks at the other quarter, four times. On these out-of-fold predictions cleanlab's
finders and the relabeling rule of SCN (P_max - P_given > 0.2, everybody) say which labels are
wrong; the correction is the most probable class. Beside them stand the labels that SCN changed in
one run on all faces, in which it has no predictions but those on the faces it learns from.

Run as ``python -m benchmarks.wrong_labels [--quick]``; the last line is one JSON object.
"""

import argparse
import json
import multiprocessing
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import torch
from cleanlab.filter import find_label_issues
from cleanlab.rank import get_label_quality_scores
from sklearn.metrics import roc_auc_score

from benchmarks.ablation import ARMS, SMALL, interval
from benchmarks.noisy_faces import CLASSES, CleanFaces, draw_faces, opened, write_noisy
from scn.checkpoint import load
from scn.config import TrainConfig
from scn.evaluation import class_indexes, logits_of
from scn.fitting import fit
from scn.label_audit import Judgement, judge
from scn.relabeling import propose
from scn.trained import load_network

FOLDS: Final = 4
FINDERS: Final = ("SCN (paper)", "careful relabeling", "rule", "cleanlab", "cleanlab, both")
_SCN: Final = FINDERS[:2]
Int64Array = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float32]
Row = dict[str, Any]


def main() -> None:
    """Train, find, print the table and the JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="few faces, two epochs, one seed")
    parser.add_argument("--shares", nargs="+", type=float, default=[0.1, 0.2, 0.3, 0.4])
    parser.add_argument("--seeds", type=int, default=3)
    given = parser.parse_args()
    counts, extra = {"train": 80, "validation": 20, "test": 2}, {}
    if given.quick:
        counts = {"train": 12, "validation": 4, "test": 2}
        extra = {"epochs": 2, "relabel_from_epoch": 2}
        given.shares, given.seeds = given.shares[-1:], 1
    with tempfile.TemporaryDirectory(prefix="wrong-labels-") as folder:
        rows = list(_rows(Path(folder), draw_faces(counts), given, extra))
    _print(rows, given.shares)
    print(json.dumps({"faces_per_class": counts, **summary(rows, given.shares)}))


def _rows(
    folder: Path, faces: dict[str, CleanFaces], given: argparse.Namespace, extra: Row
) -> Iterator[Row]:
    """The judgement of each finder at each share and seed."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(2, context, torch.set_num_threads, (1,)) as pool:
        for share in given.shares:
            for seed in range(given.seeds):
                name = write_noisy(folder / "store", faces, share, seed)
                jobs = [
                    pool.submit(out_of_fold, folder, name, fold, {**extra, "seed": seed})
                    for fold in range(FOLDS)
                ]
                trained = {
                    arm: pool.submit(labels_of_scn, folder, name, arm, {**extra, "seed": seed})
                    for arm in _SCN
                }
                given_labels, probabilities = _joined([job.result() for job in jobs])
                found = findings(given_labels, probabilities)
                found |= {arm: job.result() for arm, job in trained.items()}
                truth = faces["train"].truth
                for finder, labels in found.items():
                    judged = asdict(_judged(given_labels, labels, truth))
                    yield {"finder": finder, "share": share, "seed": seed, **judged}
                wrong = given_labels != truth
                scores = get_label_quality_scores(given_labels, probabilities)
                area = roc_auc_score(wrong, 1 - scores)
                yield {"finder": "cleanlab, ranking", "share": share, "seed": seed, "area": area}


def out_of_fold(
    folder: Path, name: str, fold: int, extra: Row
) -> tuple[Int64Array, Int64Array, FloatArray]:
    """Rows of a fold, their given labels, and what a network says that never saw them."""
    config = TrainConfig.model_validate({**SMALL, **ARMS["baseline"], **extra})
    faces = opened(folder / "store", name, config)
    rows = np.arange(len(faces.train))
    # A hash of the row, since the classes come in turns.
    mine = np.random.default_rng(0).permutation(len(rows)) % FOLDS == fold
    rest, held = faces.train.select(~mine), faces.train.select(mine)
    run = fit(config, rest, faces.validation, faces.classes, folder / f"{name}-{fold}")
    logits = logits_of(load_network(run.best)[0], held, torch.device("cpu"))
    probabilities: FloatArray = torch.from_numpy(logits).softmax(dim=1).numpy()
    return rows[mine], class_indexes(held, faces.classes), probabilities


def _joined(
    parts: Sequence[tuple[Int64Array, Int64Array, FloatArray]],
) -> tuple[Int64Array, FloatArray]:
    """Given labels and probabilities of all rows, in their order."""
    order = np.concatenate([rows for rows, _, _ in parts]).argsort()
    labels = np.concatenate([labels for _, labels, _ in parts])[order]
    return labels, np.concatenate([found for _, _, found in parts])[order]


def findings(given: Int64Array, probabilities: FloatArray) -> dict[str, Int64Array]:
    """The labels that each finder would have, from the same predictions."""
    best = probabilities.argmax(axis=1)
    everyone = torch.ones(len(given), dtype=torch.bool)
    rule = propose(torch.from_numpy(probabilities), torch.from_numpy(given), everyone, 0.2)
    found: dict[str, Int64Array] = {"rule": rule.new.numpy()}
    for finder, way in (("cleanlab", "prune_by_noise_rate"), ("cleanlab, both", "both")):
        issues = find_label_issues(given, probabilities, filter_by=way, n_jobs=1)
        found[finder] = np.where(issues, best, given)
    return found


def labels_of_scn(folder: Path, name: str, arm: str, extra: Row) -> Int64Array:
    """The labels at the end of a run of SCN on all faces."""
    config = TrainConfig.model_validate({**SMALL, **ARMS[arm], **extra})
    faces = opened(folder / "store", name, config)
    run = fit(config, faces.train, faces.validation, faces.classes, folder / f"{name}-{arm}")
    current = load(run.last).samples["current"].to_pylist()
    return np.array([faces.classes.index(label) for label in current], np.int64)


def _judged(given: Int64Array, labels: Int64Array, truth: Int64Array) -> Judgement:
    names = np.array(CLASSES, dtype=object)
    return judge(0, names[given], names[labels], names[truth])


def _values(rows: Sequence[Row], finder: str, share: float, what: str) -> list[float]:
    chosen = [r[what] for r in rows if (r["finder"], r["share"]) == (finder, share) and what in r]
    return [value if value is not None else 0.0 for value in chosen]


def _print(rows: Sequence[Row], shares: Sequence[float]) -> None:
    for what in ("found_precision", "found_recall", "found_f1", "right_f1"):
        print(f"\n{what:<20}" + "".join(f"{f'{share:.0%} wrong':>16}" for share in shares))
        for finder in FINDERS:
            cells = [_cell(_values(rows, finder, share, what)) for share in shares]
            print(f"{finder:<20}" + "".join(f"{cell:>16}" for cell in cells))


def _cell(values: Sequence[float]) -> str:
    mean, half = interval(values)
    return f"{mean:.3f}" if np.isnan(half) else f"{mean:.3f} ± {half:.3f}"


def summary(rows: Sequence[Row], shares: Sequence[float]) -> Row:
    """Means by finder and share; the F1 of finding as ratio to cleanlab's; its ranking's area."""

    def means(what: str, finders: Sequence[str]) -> Row:
        return {
            finder: {str(s): float(np.mean(_values(rows, finder, s, what))) for s in shares}
            for finder in finders
        }

    found = means("found_f1", FINDERS)
    rival = found["cleanlab"]
    return {
        "found_f1": found,
        "right_f1": means("right_f1", FINDERS),
        "found_f1_to_cleanlab": {
            finder: {s: row[s] / rival[s] if rival[s] else None for s in row}
            for finder, row in found.items()
        },
        "area_of_cleanlabs_ranking": means("area", ["cleanlab, ranking"])["cleanlab, ranking"],
    }


if __name__ == "__main__":
    main()
