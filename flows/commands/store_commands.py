"""The commands that look after a store: stats, fsck, forget, maintain."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from flows.commands.outcomes import bad_input, finish

_Store = Annotated[str, typer.Option(help="Folder of the store, or s3://bucket/prefix.")]
_Dataset = Annotated[str | None, typer.Option(help="One dataset; all of them if left out.")]
_DEFAULT_STORE = "data/store"


def add_store_commands(app: typer.Typer) -> None:
    """Register the commands."""
    for command in (stats, datasheet, duplicates, fsck, forget, maintain):
        app.command()(command)


def stats(
    store: _Store = _DEFAULT_STORE,
    queries: Annotated[
        Path | None, typer.Option(help="Write the yield of every query to this CSV file.")
    ] = None,
) -> None:
    """Show what a store holds, and what became of every video."""
    with bad_input():
        from flows.runs import check_writable
        from flows.stores.overview import show_store

        if queries:
            check_writable(queries.parent)
        show_store(store, Console(), queries)


def datasheet(
    store: _Store = _DEFAULT_STORE,
    dataset: Annotated[str, typer.Option(help="Which dataset.")] = "webemotion",
) -> None:
    """Print the datasheet of a dataset, in Markdown: queries, counts, drops, versions."""
    with bad_input():
        import flows.collecting.datasheet
        from storage.store import open_store

        typer.echo(
            flows.collecting.datasheet.datasheet(open_store(store).dataset(dataset)), nl=False
        )


def duplicates(
    store: _Store = _DEFAULT_STORE,
    dataset: Annotated[str, typer.Option(help="Which dataset.")] = "webemotion",
    against: Annotated[
        str | None, typer.Option(help="A benchmark: look for its faces in the dataset.")
    ] = None,
    split: Annotated[str, typer.Option(help="Which split of the benchmark.")] = "test",
    out: Annotated[Path | None, typer.Option(help="Write all rows to this CSV file.")] = None,
) -> None:
    """List re-uploads, or faces that a benchmark's test split holds as well."""
    with bad_input():
        from flows.runs import check_writable
        from flows.stores.look_alikes import show_known, show_reuploads

        if out:
            check_writable(out.parent)
        if against:
            show_known(store, dataset, against, split, out, Console())
        else:
            show_reuploads(store, dataset, out, Console())


def fsck(
    store: _Store = _DEFAULT_STORE,
    dataset: _Dataset = None,
    quarantine: Annotated[
        bool, typer.Option(help="Take damaged shards out, and keep what is whole of them.")
    ] = False,
) -> None:
    """Read every byte of a store, and say what is damaged; exit code 1 if anything is."""
    with bad_input():
        from flows.stores.examination import examine_store

        damaged = examine_store(store, dataset, quarantine, Console())
    if damaged:
        raise typer.Exit(1)


def forget(
    video: Annotated[str | None, typer.Option(help="Id of a video.")] = None,
    channel: Annotated[str | None, typer.Option(help="Id of a channel: all its videos.")] = None,
    clip: Annotated[str | None, typer.Option(help="Id of a clip, such as VIDEO/03.")] = None,
    reason: Annotated[str, typer.Option(help="Why, for the record.")] = "asked for",
    store: _Store = _DEFAULT_STORE,
    dataset: _Dataset = None,
    runs: Annotated[Path, typer.Option(help="Folder of training runs.")] = Path("data/runs"),
) -> None:
    """Remove a video, a channel or a clip for good, and print a receipt."""
    with bad_input():
        from flows.stores.erasure import erase, subject_of

        subject = subject_of({"video": video, "channel": channel, "clip": clip})
        erase(subject, reason, store, dataset, runs, Console())


def maintain(store: _Store = _DEFAULT_STORE) -> None:
    """Join small shards, finish forgetting, delete old files."""
    with bad_input():
        from flows.maintain import maintain as flow
        from storage.store import open_store

        open_store(store, write=True)
        finish(flow(store, return_state=True))
