"""What the demo shows at its end: tables in the terminal, and a page with pictures."""

import os
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, PackageLoader
from rich.console import Console, Group
from rich.table import Table
from rich.text import Text

from demo.manifest import World
from demo.settings import BENCHMARKS
from demo.truth import read_truths, true_emotions
from flows.pictures import confusion, contact_sheet, curves, data_url, faces_per_emotion, images_of
from flows.reports.run_report import REPORT
from flows.runs import Run, latest
from flows.training.training_report import CURVES
from scn.checkpoint import load
from scn.label_audit import audit
from storage.ledger import Ledger, VideoEvent
from storage.store import Dataset, open_store
from storage.yields import outcomes, yield_by_emotion

_FACES_SHOWN: Final = 24
_SCORES: Final = ("accuracy", "mean_class_accuracy", "macro_f1")
_TITLES: Final = {
    "yields": "Collected, per emotion",
    "drops": "Videos by outcome",
    "agreement": "The ledger against the known truth, all videos",
    "hard": "Videos that were made hard",
    "audit": "Labels that SCN changed, judged by the known truth",
    "results": "Test split of each benchmark, fine-tuned",
}

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Findings:
    """All that is shown, as plain rows."""

    yields: Sequence[Row]
    drops: Sequence[Row]
    agreement: Sequence[Row]
    hard: Sequence[Row]
    audit: Sequence[Row]
    results: Sequence[Row]


def report(folder: Path, world: World, console: Console) -> None:
    """Print the tables and write `summary.html` in `folder`."""
    dataset = open_store(str(folder / "store")).dataset("webemotion")
    pretraining = _latest(folder, "pretrain")
    truth = true_emotions(dataset.scan("faces", ["face_id", "video_id", "t_s"]),
                          read_truths(world, folder / "world"))  # fmt: skip
    finetunings = _finetunings(folder)
    states = Ledger(dataset).states()
    findings = Findings(
        yields=yield_by_emotion(states.values()),
        drops=[{"state": s, "reason": r, "videos": n} for (s, r), n in
               outcomes(states.values()).items()],
        agreement=_agreement(world, states),
        hard=_hard(world, states),
        audit=_audit(pretraining, truth),
        results=[row for run in finetunings for row in _results(run)],
    )  # fmt: skip
    for name, rows in asdict(findings).items():
        console.print(_table(_TITLES[name], rows))
    page = folder / "summary.html"
    next_steps = _next_steps(folder)
    page.write_text(
        _page(findings, dataset, pretraining, truth, finetunings, next_steps), encoding="utf-8"
    )
    console.print(f"pictures: {page}", soft_wrap=True)
    console.print("next:", *next_steps, sep="\n  ", soft_wrap=True)


def _next_steps(folder: Path) -> list[str]:
    """What to type next."""
    return [
        "source .venv/bin/activate",
        shlex.join(["webemotion", "stats", "--store", os.path.relpath(folder / "store")]),
        "webemotion doctor",
        "README.md, Use it for real: your own collection and your own benchmarks",
    ]


def _page(
    findings: Findings,
    dataset: Dataset,
    pretraining: Run,
    truth: Mapping[str, str],
    finetunings: Sequence[Run],
    next_steps: Sequence[str],
) -> str:
    log = load(Path(pretraining.read()["result"]["last"])).log
    template = Environment(
        loader=PackageLoader("demo", "."), autoescape=True, trim_blocks=True
    ).get_template("summary.html")
    return template.render(
        **asdict(findings),
        sheet=data_url(contact_sheet(faces_per_emotion(dataset))),
        curves=data_url(curves(log, CURVES)),
        relabelled=_relabelled(dataset, pretraining, truth),
        matrices=[matrix for run in finetunings for matrix in _matrices(run)],
        reports=[_report(run) for run in finetunings],
        next_steps=next_steps,
    )


def _latest(folder: Path, kind: str) -> Run:
    run = latest(folder / "runs", kind)
    if run is None:
        raise FileNotFoundError(f"no finished {kind} in {folder / 'runs'}")
    return run


def _finetunings(folder: Path) -> list[Run]:
    runs = [Run(path.parent) for path in (folder / "runs").glob("finetune-*/run.json")]
    by_name = {run.read()["result"]["benchmark"]: run for run in runs}
    return [by_name[name] for name in BENCHMARKS]


def _agreement(world: World, states: Mapping[str, VideoEvent]) -> Sequence[Row]:
    """How many videos the ledger judges as the truth does, and how many have the right clips."""
    outcomes_right = clips_right = 0
    for video in world.videos:
        event = states.get(video.video_id, VideoEvent(video.video_id, "found"))
        expected = (video.expected_state, video.expected_reason)
        outcomes_right += (event.state, event.reason) == expected
        clips_right += event.counts.get("clips", 0) == (video.clips or 0)
    return [
        {"measure": "videos", "value": len(world.videos)},
        {"measure": "outcome and reason right", "value": outcomes_right},
        {"measure": "number of clips right", "value": clips_right},
    ]


def _hard(world: World, states: Mapping[str, VideoEvent]) -> Sequence[Row]:
    """The videos made hard: what was expected, and what the ledger says."""
    rows = []
    for video in world.videos:
        if video.trait != "ordinary":
            event = states[video.video_id]
            expected = f"{video.expected_state} {video.expected_reason or ''}".strip()
            found = f"{event.state} {event.reason or ''}".strip()
            rows.append({"video": video.trait, "expected": expected, "ledger": found})
    return rows


def _audit(run: Run, truth: Mapping[str, str]) -> list[Row]:
    """Corrections against the truth, of the last epoch's labels."""
    samples = load(Path(run.read()["result"]["last"])).samples
    return [{"measure": k.replace("_", " "), "value": _shown(v)}
            for k, v in asdict(audit(samples, truth)).items()]  # fmt: skip


def _relabelled(dataset: Dataset, run: Run, truth: Mapping[str, str]) -> list[Row]:
    """Faces whose label changed: their image, and old, new and true label."""
    samples = load(Path(run.read()["result"]["last"])).samples.to_pylist()
    changed = [row for row in samples if row["given"] != row["current"]]
    shown = changed[:: max(len(changed) // _FACES_SHOWN, 1)][:_FACES_SHOWN]
    images = images_of(dataset, [row["face_id"] for row in shown])
    return [
        {
            "face_id": row["face_id"],
            "image": data_url(image),
            "old": row["given"],
            "new": row["current"],
            "truth": truth.get(row["face_id"], "unknown"),
        }
        for row, image in zip(shown, images, strict=True)
    ]


def _results(run: Run) -> list[Row]:
    result = run.read()["result"]
    return [
        {
            "benchmark": result["benchmark"],
            "method": row["method"],
            "start": row["start"],
            "epoch": row["best_epoch"],
            **{name: _shown(row[name]) for name in _SCORES},
        }
        for row in result["rows"]
    ]


def _matrices(run: Run) -> list[Row]:
    """The confusion matrix of the first way to train: the method asked for, pretrained."""
    result = run.read()["result"]
    row = result["rows"][0]
    name = f"{result['benchmark']}: {row['method']}, {row['start']}"
    return [{"name": name, "image": data_url(confusion(row["confusion"], result["classes"]))}]


def _report(run: Run) -> Row:
    """The report that a fine-tuning left in its folder, as the page names and finds it."""
    link = f"runs/{run.run_id}/{REPORT}"
    return {"name": run.read()["result"]["benchmark"], "link": link}


def _shown(value: object) -> str:
    return f"{value:.3f}" if isinstance(value, float) else str(value)


def _table(title: str, rows: Sequence[Row]) -> Group:
    """A table below its title, which a table of its own would fold to its width."""
    table = Table()
    for name in rows[0] if rows else ():
        table.add_column(name.replace("_", " "))
    for row in rows:
        table.add_row(*map(str, row.values()))
    return Group(Text(f"\n{title}", style="bold"), table)
