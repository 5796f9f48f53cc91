"""The commands on results: runs side by side, the report of one, a table of the paper."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from flows.commands.outcomes import bad_input, finish
from flows.grid.cells import TableName
from scn.protocol import Selection
from scn.scoring.checkpoint_predictions import Which


def add_result_commands(app: typer.Typer) -> None:
    """Register the commands."""
    app.command()(compare)
    app.command()(report)
    app.command()(reproduce)


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


def reproduce(
    table: Annotated[TableName, typer.Argument(help="Which table of the paper.")],
    store: Annotated[
        str | None, typer.Option(help="Folder of the store, or s3://bucket/prefix.")
    ] = None,
    runs: Annotated[str | None, typer.Option(help="Folder of training runs.")] = None,
    weights: Annotated[
        str | None, typer.Option(help="A backbone that knows faces, such as resnet18_msceleb.pth.")
    ] = None,
    seeds: Annotated[int | None, typer.Option(help="Trainings of each cell.")] = None,
    selection: Annotated[
        Selection | None,
        typer.Option(help="What chooses the checkpoint; test only to compare with papers."),
    ] = None,
    dry_run: Annotated[
        bool,
        typer.Option(
            "--dry-run", help="Read everything, try a step of each cell, estimate hours and disk."
        ),
    ] = False,
    settings: Annotated[
        list[str] | None,
        typer.Option(
            "--set", metavar="NAME=VALUE", help="Any parameter of the flow, by dotted name."
        ),
    ] = None,
) -> None:
    """Train what a table of the paper shows, and set our figures beside the paper's."""
    with bad_input():
        from flows.commands.arguments import checked
        from flows.grid.check import check_cells, checked_already
        from flows.grid.dry_run import show_dry_run
        from flows.grid.table import print_table
        from flows.reproduce import grid_asked_for
        from flows.reproduce import reproduce as flow

        chosen = [f"protocol.selection={selection}"] if selection else []
        given = {"table": table, "store": store, "runs": runs, "weights": weights, "seeds": seeds}
        parameters = checked(flow, [*(settings or []), *chosen], **given)
        grid = grid_asked_for(parameters)
        if dry_run:
            show_dry_run(grid, Console())
            return
        check_cells(grid)
        with checked_already():
            state = flow(**parameters, return_state=True)
        print_table(grid, Console())
        finish(state)
