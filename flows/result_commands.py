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
