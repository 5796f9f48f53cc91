"""How a command ends: errors that the caller can mend, and flows that did not end well."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import typer
from rich.console import Console


@contextmanager
def bad_input() -> Iterator[None]:
    """Turn errors that the caller can mend into one sentence and exit code 2."""
    from flows.commands.refusals import REFUSALS

    try:
        yield
    except REFUSALS as error:
        Console(stderr=True).print(
            f"[red]error:[/red] {' '.join(str(error).split())}", soft_wrap=True
        )
        raise typer.Exit(2) from error


def finish(state: Any) -> None:
    """Say in one sentence how a flow ended, if not well; errors that the caller can mend pass."""
    from flows.commands.refusals import REFUSALS

    if state.is_completed():
        return
    error = state.result(raise_on_failure=False)
    if isinstance(error, REFUSALS):
        raise error
    Console(stderr=True).print(f"[red]{state.name}:[/red] {state.message}", soft_wrap=True)
    raise typer.Exit(1)
