"""The report of a finished fine-tuning: one page, from the run's folder and its faces' store."""

import shlex
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from prefect.artifacts import create_markdown_artifact

from flows.reports.face_section import face_section
from flows.reports.finished_run import FinishedRun, finished_run
from flows.reports.options import all_options, changed_options
from flows.reports.page import render, write_page
from flows.reports.result_sections import confusion_part, reliability_part, slice_part
from flows.reports.score_tables import (
    calibration_rows,
    rows_elsewhere,
    rows_without_repeats,
    score_rows,
)
from flows.reports.training_sections import (
    alarm_rows,
    curve_pictures,
    importance_part,
    label_part,
)
from flows.runs import Run

REPORT: Final = "report.html"
SECTIONS: Final[Mapping[str, str]] = {
    "summary": "Summary",
    "curves": "Curves",
    "confusion": "Confusion matrices",
    "reliability": "Reliability",
    "importance": "Importance by class",
    "faces": "Faces",
    "labels": "Label flow",
    "slices": "Slices",
    "configuration": "Configuration",
    "environment": "Environment",
    "fingerprint": "Fingerprint",
}
"""What a report is made of: id to heading."""


def write_report(
    run: Run, store: str | None = None, file: Path | None = None, faces: bool = True
) -> Path:
    """Write the report of a run; returns its file.

    Args:
        run: a finished fine-tuning.
        store: where its faces are; none for where they were.
        file: to write; none for `REPORT` in the run's folder.
        faces: whether to show faces.

    Raises:
        ValueError: the run is no finished fine-tuning, or `store` is no address.
        CheckpointError: a checkpoint of the run is damaged.
    """
    file = file or run.path / REPORT
    write_page(run_page(run, store, faces), file)
    return file


def show_report(run: Run) -> None:
    """Write the report into the run's folder, and name it in the Prefect UI."""
    file = write_report(run)
    text = f"The report of run {run.run_id} is `{file.absolute()}`: open it in a browser."
    create_markdown_artifact(text, f"report-{run.read()['result']['benchmark']}", "Report")


def run_page(run: Run, store: str | None = None, faces: bool = True) -> str:
    """The page; arguments and errors as for `write_report`."""
    found = finished_run(run)
    return render(
        "run_report.html",
        sections=SECTIONS,
        **_head(found),
        place=_place(run.path.parent),
        **_scores(found),
        curves=list(curve_pictures(found.ways)),
        alarms=alarm_rows(found.ways),
        confusions=[confusion_part(way) for way in found.ways],
        calibration=calibration_rows(found.ways),
        reliabilities=[reliability_part(way) for way in found.ways],
        importances=[importance_part(way) for way in found.ways],
        labels=[label_part(way) for way in found.ways],
        slices=[slice_part(way) for way in found.ways],
        faces=face_section(found, store) if faces else None,
        preset=(found.parameters.get("train") or {}).get("preset"),
        changed=changed_options(found.parameters),
        options=all_options(found.parameters),
        environment=_environment(found),
    )


def _place(runs: Path) -> str:
    """The option that names a folder of runs, unless commands look there anyway."""
    return "" if runs == Path("data/runs") else f" --runs {shlex.quote(str(runs))}"


def _head(run: FinishedRun) -> dict[str, Any]:
    """Names, times and data."""
    return {
        "run_id": run.run_id,
        "benchmark": run.result["benchmark"],
        "dataset": run.parameters["dataset"],
        "version": run.parameters["store_version"],
        "fingerprint": run.result["fingerprint"],
        "classes": run.result["classes"],
        "folds": run.result["folds"],
        "noise": run.parameters["protocol"]["noise"],
        "on_test": run.result["selection"] == "test",
        "finished": _minute(run.record["finished"]),
        "written": _minute(datetime.now(UTC).isoformat()),
    }


def _scores(run: FinishedRun) -> dict[str, Any]:
    """The tables of the summary."""
    repeats: Counter[str] = Counter()
    for pair, count in run.ways[0].row.get("repeats", {}).items():
        repeats[pair.rpartition(" ")[2]] += count
    return {
        "ways": [way.name for way in run.ways],
        "scores": score_rows(run.ways),
        "repeats": dict(repeats),
        "without_repeats": rows_without_repeats(run.ways) if repeats else [],
        "elsewhere": rows_elsewhere(run.ways),
    }


def _environment(run: FinishedRun) -> list[dict[str, Any]]:
    """What the run ran on; at its end too, if that was another."""
    start = run.record.get("environment", {})
    end = run.record.get("environment_at_end")
    return [
        {"what": name.replace("_", " "), "at the start": str(value)}
        | ({"at the end": str(end.get(name))} if end else {})
        for name, value in start.items()
    ]


def _minute(time: str) -> str:
    return f"{datetime.fromisoformat(time):%Y-%m-%d %H:%M} UTC"
