"""The command `webemotion`."""

import os
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from flows.commands.collect_commands import add_collect_commands
from flows.commands.exchange_commands import add_exchange_commands
from flows.commands.label_commands import labels
from flows.commands.outcomes import bad_input, finish
from flows.commands.result_commands import add_result_commands
from flows.commands.store_commands import add_store_commands
from scn.benchmarks import BenchmarkName
from scn.config.method_options import METHOD_NAMES
from scn.protocol import Selection

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False)
_Store = Annotated[str | None, typer.Option(help="Folder of the store, or s3://bucket/prefix.")]
_Runs = Annotated[str | None, typer.Option(help="Folder of training runs.")]
_Set = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="NAME=VALUE", help="Any parameter of the flow, by dotted name."),
]

_Method = Annotated[
    str | None,
    typer.Option(
        help=f"How to train: {', '.join(METHOD_NAMES)}; with its preset, unless --set"
        " train.preset names another."
    ),
]


@app.callback()
def quiet() -> None:
    """From raw web video to a trained facial-expression model."""
    # Without a server, Prefect starts one of its own, which would report its use to its makers.
    os.environ.setdefault("PREFECT_SERVER_ANALYTICS_ENABLED", "false")
    os.environ.setdefault("DO_NOT_TRACK", "1")
    # A busy machine starts it slowly; 20 s, the default, are too few.
    os.environ.setdefault("PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS", "120")


@app.command()
def demo(
    folder: Annotated[Path, typer.Option(help="Where the demo's files go.")] = Path("demo_output"),
) -> None:
    """Run the whole pipeline on synthetic videos: collect, pretrain, fine-tune."""
    # In this process's place: a parent that waits would cut the demo's cleanup short at Ctrl-C.
    os.execv(sys.executable, [sys.executable, "-m", "demo", str(folder)])


@app.command()
def ingest(
    benchmark: Annotated[BenchmarkName, typer.Argument(help="Which benchmark.")],
    path: Annotated[Path, typer.Argument(help="Folder of its official files.")],
    store: _Store = None,
    align: Annotated[
        bool | None, typer.Option("--align", help="Align the images as collected faces are.")
    ] = None,
    settings: _Set = None,
) -> None:
    """Read a benchmark's official files into the store."""
    with bad_input():
        from flows.commands.arguments import checked
        from flows.ingest import ingest as flow
        from flows.ingesting.ingest_check import check_ingest, handed_on

        parameters = checked(
            flow, settings or [], benchmark=benchmark, path=path, store=store, align=align
        )
        with Console(stderr=True).status(f"checking every file of {path}"):
            reading = check_ingest(**{n: v for n, v in parameters.items() if n != "align"})
        with handed_on(reading):
            finish(flow(**parameters, return_state=True))


@app.command()
def pretrain(
    store: _Store = None, runs: _Runs = None, method: _Method = None, settings: _Set = None
) -> None:
    """Pretrain on what has been collected."""
    with bad_input():
        from flows.commands.arguments import checked
        from flows.commands.method_choice import with_method
        from flows.pretrain import check_pretrain
        from flows.pretrain import pretrain as flow

        given = with_method(method, settings or [])
        parameters = checked(flow, given, store=store, runs=runs)
        check_pretrain(**parameters)
        finish(flow(**parameters, return_state=True))


@app.command()
def finetune(
    benchmark: Annotated[BenchmarkName, typer.Argument(help="Which benchmark.")],
    store: _Store = None,
    runs: _Runs = None,
    selection: Annotated[
        Selection | None,
        typer.Option(help="What chooses the checkpoint; test only to compare with papers."),
    ] = None,
    method: _Method = None,
    dry_run: Annotated[
        bool,
        typer.Option("--dry-run", help="Read everything, try a step, estimate hours and disk."),
    ] = False,
    settings: _Set = None,
) -> None:
    """Fine-tune on a benchmark that was ingested, and test on its test split."""
    with bad_input():
        from flows.commands.arguments import checked
        from flows.commands.method_choice import with_method
        from flows.dry_run import Rehearsals, show_costs
        from flows.finetune import check_finetune
        from flows.finetune import finetune as flow

        chosen = [f"protocol.selection={selection}"] if selection else []
        given = with_method(method, [*(settings or []), *chosen])
        parameters = checked(flow, given, benchmark=benchmark, store=store, runs=runs)
        todo = check_finetune(**parameters)
        if dry_run:
            show_costs(Rehearsals(Console()).finetuning(todo), parameters["runs"], Console())
            return
        finish(flow(**parameters, return_state=True))


@app.command()
def doctor(
    folder: Annotated[Path, typer.Option(help="Where data would go.")] = Path("data"),
) -> None:
    """Check this machine, and say how to mend what is wrong."""
    from flows.doctor import examine

    console = Console()
    for finding in examine(folder):
        sign = "[yellow]![/yellow]" if finding.mend else "[green]✓[/green]"
        console.print(f"{sign} {finding.subject}: {finding.found}", soft_wrap=True)
        if finding.mend:
            console.print(f"    to mend: {finding.mend}", soft_wrap=True)


add_collect_commands(app)
add_store_commands(app)
add_exchange_commands(app)
add_result_commands(app)
app.add_typer(labels, name="labels")


def main(arguments: list[str] | None = None) -> Any:
    """Entry point of the console script."""
    return app(arguments)
