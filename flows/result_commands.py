"""The commands on results of fine-tunings."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from flows.outcomes import bad_input
from scn.scoring.checkpoint_predictions import Which


def add_result_commands(app: typer.Typer) -> None:
    """Register the commands."""
    app.command()(compare)
    app.command()(report)


def compare(
    run: Annotated[
        list[str],
        typer.Argument(help="Runs, as their folders are called; RUN/scn-random for one way alone."),
    ],
    runs: Annotated[Path, typer.Option(help="Folder of training runs.")] = Path("data/runs"),
    weights: Annotated[
        Which, typer.Option(help="The best checkpoint, the last, or the moving average.")
    ] = "best",
) -> None:
    """Compare trained networks face by face: is the gain larger than chance?"""
    with bad_input():
        from flows.compare import contenders, show_comparison

        show_comparison(contenders(runs, run, weights), weights, Console())


def report(
    run: Annotated[str, typer.Argument(help="A finished fine-tuning, as its folder is called.")],
    runs: Annotated[Path, typer.Option(help="Folder of training runs.")] = Path("data/runs"),
    store: Annotated[
        str | None,
        typer.Option(help="Where its faces are, if no longer where they were: a folder, or s3://."),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(help="File to write; report.html in the run's folder if left out."),
    ] = None,
    without_faces: Annotated[
        bool, typer.Option("--without-faces", help="Show no face of the dataset.")
    ] = False,
) -> None:
    """Write what a fine-tuning came to as one file of HTML, to open in any browser."""
    with bad_input():
        from flows.reports.run_report import write_report
        from flows.runs import run_of

        found = run_of(runs, "finetune", run)
        file = write_report(found, store, out, faces=not without_faces)
    Console().print(f"report: {file}", soft_wrap=True)
