"""The commands that share data: export, import and convert."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from flows.commands.outcomes import bad_input, finish

_STORE_HELP = "Folder of the store, or s3://bucket/prefix."
_Set = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="NAME=VALUE", help="Any parameter of the flow, by dotted name."),
]


def add_exchange_commands(app: typer.Typer) -> None:
    """Register the commands."""
    app.command()(export)
    app.command("import")(import_list)
    app.command("convert")(convert_weights)


def export(
    ids: Annotated[Path | None, typer.Option(help="Write the list of clips to this file.")] = None,
    webdataset: Annotated[
        Path | None, typer.Option(help="Write the faces as WebDataset's tar files to this folder.")
    ] = None,
    split: Annotated[str | None, typer.Option(help="Only this split, for --webdataset.")] = None,
    store: Annotated[str, typer.Option(help=_STORE_HELP)] = "data/store",
    dataset: Annotated[str, typer.Option(help="Name of the dataset.")] = "webemotion",
) -> None:
    """Write a dataset as a list that can be shared, or as tar files for WebDataset."""
    with bad_input():
        if ids and not webdataset:
            message = _ids(ids, store, dataset)
        elif webdataset and not ids:
            message = _tars(webdataset, split, store, dataset)
        else:
            raise ValueError("export: takes just one of --ids FILE and --webdataset DIR")
    Console().print(message, soft_wrap=True)


def import_list(
    ids: Annotated[Path, typer.Option(help="File that `webemotion export --ids` wrote.")],
    store: Annotated[str | None, typer.Option(help=_STORE_HELP)] = None,
    settings: _Set = None,
) -> None:
    """Collect the clips that a shared list names."""
    with bad_input():
        from flows.collecting.terms import ask_terms
        from flows.commands.arguments import checked
        from flows.import_ids import import_ids as flow
        from flows.runs import check_writable
        from storage.store import open_store
        from webemotion.listing import read_listing

        parameters = checked(flow, settings or [], ids=ids, store=store)
        read_listing(ids)
        check_writable(parameters["work"].scratch)
        open_store(parameters["store"], create=True).dataset(parameters["dataset"], create=True)
        ask_terms(parameters["manners"])
        finish(flow(**parameters, return_state=True))


def convert_weights(
    source: Annotated[Path, typer.Argument(help="A .pth file or another pickle of weights.")],
    target: Annotated[Path, typer.Argument(help="The .safetensors file to write.")],
) -> None:
    """Turn a legacy file of weights into safetensors; nothing in it is run."""
    with bad_input():
        from scn.conversion import convert

        size_bytes = convert(source, target)
    Console().print(f"{target}: {size_bytes / 1e6:.1f} MB", soft_wrap=True)


def _ids(path: Path, store: str, name: str) -> str:
    from flows.runs import check_writable
    from storage.export_ids import export_ids
    from storage.store import open_store

    dataset = open_store(store).dataset(name)
    check_writable(path.parent)
    done = export_ids(dataset, path)
    left = f"; left out: {done.faces_without_video} faces of no video" * (
        done.faces_without_video > 0
    )
    return f"{path}: {done.videos} videos, {done.clips} clips, {done.faces} faces{left}"


def _tars(folder: Path, split: str | None, store: str, name: str) -> str:
    from flows.runs import check_writable
    from storage.export_webdataset import export_webdataset
    from storage.store import open_store

    dataset = open_store(store).dataset(name)
    check_writable(folder)
    done = export_webdataset(dataset, folder, split=split)
    return f"{folder}: {done.faces} faces, {done.shards} tar files, {done.size_bytes / 1e6:.1f} MB"
