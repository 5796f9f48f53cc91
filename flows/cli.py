"""The command `webemotion`."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from scn.benchmarks import BenchmarkName

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False)
_Store = Annotated[str | None, typer.Option(help="Folder of the store.")]
_Runs = Annotated[str | None, typer.Option(help="Folder of training runs.")]
_Set = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="NAME=VALUE", help="Any parameter of the flow, by dotted name."),
]


@contextmanager
def _bad_input() -> Iterator[None]:
    """Turn errors that the caller can mend into one sentence and exit code 2."""
    from flows.refusals import REFUSALS

    try:
        yield
    except REFUSALS as error:
        Console(stderr=True).print(
            f"[red]error:[/red] {' '.join(str(error).split())}", soft_wrap=True
        )
        raise typer.Exit(2) from error


def _finish(state: Any) -> None:
    """Say in one sentence how a flow ended, if not well; errors that the caller can mend pass."""
    from flows.refusals import REFUSALS

    if state.is_completed():
        return
    error = state.result(raise_on_failure=False)
    if isinstance(error, REFUSALS):
        raise error
    Console(stderr=True).print(f"[red]{state.name}:[/red] {state.message}", soft_wrap=True)
    raise typer.Exit(1)


@app.callback()
def quiet() -> None:
    """From raw web video to a trained facial-expression model."""
    # Without a server, Prefect starts one of its own, which would report its use to its makers.
    os.environ.setdefault("PREFECT_SERVER_ANALYTICS_ENABLED", "false")
    os.environ.setdefault("DO_NOT_TRACK", "1")


@app.command()
def demo(
    folder: Annotated[Path, typer.Option(help="Where the demo's files go.")] = Path("demo_output"),
) -> None:
    """Run the whole pipeline on synthetic videos: collect, pretrain, fine-tune."""
    # In this process's place: a parent that waits would cut the demo's cleanup short at Ctrl-C.
    os.execv(sys.executable, [sys.executable, "-m", "demo", str(folder)])


@app.command()
def collect(store: _Store = None, settings: _Set = None) -> None:
    """Search, download, find faces, and commit them to the store."""
    with _bad_input():
        from flows.arguments import checked
        from flows.collect import collect as flow
        from flows.runs import check_writable
        from storage.store import open_store

        parameters = checked(flow, settings or [], store=store)
        check_writable(parameters["work"].scratch)
        open_store(parameters["store"], create=True).dataset(parameters["dataset"], create=True)
        _finish(flow(**parameters, return_state=True))


@app.command()
def ingest(
    benchmark: Annotated[BenchmarkName, typer.Argument(help="Which benchmark.")],
    path: Annotated[Path, typer.Argument(help="Folder of its official files.")],
    store: _Store = None,
    settings: _Set = None,
) -> None:
    """Read a benchmark's official files into the store."""
    with _bad_input():
        from flows.arguments import checked
        from flows.ingest import check_ingest
        from flows.ingest import ingest as flow
        from flows.runs import check_writable
        from storage.store import open_store

        parameters = checked(flow, settings or [], benchmark=benchmark, path=path, store=store)
        check_ingest(benchmark, path, parameters["options"])
        check_writable(parameters["runs"])
        open_store(parameters["store"], create=True)
        _finish(flow(**parameters, return_state=True))


@app.command()
def pretrain(store: _Store = None, runs: _Runs = None, settings: _Set = None) -> None:
    """Pretrain on what has been collected."""
    with _bad_input():
        from flows.arguments import checked
        from flows.pretrain import check_pretrain
        from flows.pretrain import pretrain as flow

        parameters = checked(flow, settings or [], store=store, runs=runs)
        check_pretrain(**parameters)
        _finish(flow(**parameters, return_state=True))


@app.command()
def finetune(
    benchmark: Annotated[BenchmarkName, typer.Argument(help="Which benchmark.")],
    store: _Store = None,
    runs: _Runs = None,
    settings: _Set = None,
) -> None:
    """Fine-tune on a benchmark that was ingested, and test on its test split."""
    with _bad_input():
        from flows.arguments import checked
        from flows.finetune import check_finetune
        from flows.finetune import finetune as flow

        parameters = checked(flow, settings or [], benchmark=benchmark, store=store, runs=runs)
        check_finetune(**parameters)
        _finish(flow(**parameters, return_state=True))


@app.command()
def stats(store: Annotated[str, typer.Option(help="Folder of the store.")] = "data/store") -> None:
    """Show what a store holds, and what became of every video."""
    with _bad_input():
        from flows.overview import show_store

        show_store(store, Console())


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


def main(arguments: list[str] | None = None) -> Any:
    """Entry point of the console script."""
    return app(arguments)
