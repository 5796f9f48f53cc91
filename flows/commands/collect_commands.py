"""The commands that collect: plan, collect."""

import sys
from typing import Annotated

import typer
from rich.console import Console

from flows.commands.outcomes import bad_input, finish

_Store = Annotated[str | None, typer.Option(help="Folder of the store, or s3://bucket/prefix.")]
_Set = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="NAME=VALUE", help="Any parameter of the flow, by dotted name."),
]


def add_collect_commands(app: typer.Typer) -> None:
    """Register the commands."""
    for command in (plan, collect, recheck, terms, heal):
        app.command()(command)


def plan(
    store: _Store = None,
    settings: _Set = None,
    dry_run: Annotated[
        bool, typer.Option(help="Also send the searches and record what they find; no downloads.")
    ] = False,
) -> None:
    """Show what a collection with these settings would send, and what that costs."""
    with bad_input():
        from flows.collect import collect as flow
        from flows.collecting.planning import show_plan
        from flows.commands.arguments import checked

        if dry_run:
            _collect(store, [*(settings or []), "work.searches_only=true"])
        show_plan(checked(flow, settings or [], store=store), Console())


def collect(store: _Store = None, settings: _Set = None) -> None:
    """Search, download, find faces, and commit them to the store."""
    with bad_input():
        _collect(store, settings or [])


def recheck(store: _Store = None, settings: _Set = None) -> None:
    """Visit collected videos; forget those removed, made private or relicensed since."""
    with bad_input():
        from flows.collecting.terms import ask_terms
        from flows.commands.arguments import checked
        from flows.recheck import recheck as flow

        parameters = checked(flow, settings or [], store=store)
        ask_terms(parameters["manners"])
        finish(flow(**parameters, return_state=True))


def terms(
    accept: Annotated[
        bool, typer.Option("--accept", help="Accept them, for everyone who uses this server.")
    ] = False,
) -> None:
    """Show what to know before collecting from a live site, and accept it."""
    import flows.collecting.terms
    from webemotion.site.terms import TERMS

    Console().print(TERMS, highlight=False)
    if accept or (sys.stdin.isatty() and typer.confirm("I have read this and have permission.")):
        flows.collecting.terms.accept()


def heal() -> None:
    """Tell the Prefect server to mark runs whose machine died, and to start collections again."""
    from flows.collecting.healing import register

    for name in register():
        Console().print(name, highlight=False)


def _collect(store: str | None, settings: list[str]) -> None:
    from flows.collect import collect as flow
    from flows.collecting.terms import ask_terms
    from flows.commands.arguments import checked
    from flows.runs import check_writable
    from storage.store import open_store

    parameters = checked(flow, settings, store=store)
    check_writable(parameters["work"].scratch)
    open_store(parameters["store"], create=True).dataset(parameters["dataset"], create=True)
    ask_terms(parameters["manners"])
    finish(flow(**parameters, return_state=True))
