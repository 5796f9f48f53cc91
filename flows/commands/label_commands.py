"""The commands on labels: which runs changed some, what they are, and taking changes back."""

import csv
import sys
from contextlib import nullcontext
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from flows.commands.outcomes import bad_input

labels = typer.Typer(no_args_is_help=True, help="Show, set and take back changes of labels.")
_Store = Annotated[str, typer.Option(help="Folder of the store, or s3://bucket/prefix.")]
_Dataset = Annotated[str, typer.Option(help="Name of the dataset.")]
_Run = Annotated[str, typer.Argument(help="Id of the run, as `webemotion labels list` shows it.")]


@labels.command("list")
def list_runs(store: _Store = "data/store", dataset: _Dataset = "webemotion") -> None:
    """Show the runs that changed labels, and how many events of each kind they have."""
    with bad_input():
        from storage.labels import runs_of
        from storage.store import open_store

        runs = runs_of(open_store(store).dataset(dataset))
    kinds = ("noise", "relabel", "human", "undo")
    table = Table("run", *kinds)
    for run, counts in runs.items():
        table.add_row(run, *(str(counts.get(kind, 0)) for kind in kinds))
    Console().print(table)


@labels.command()
def show(
    run: _Run,
    epoch: Annotated[
        int | None, typer.Option(help="As of this epoch; the newest if left out.")
    ] = None,
    as_trained: Annotated[bool, typer.Option(help="As training saw them: nothing undone.")] = False,
    out: Annotated[Path | None, typer.Option(help="Write to this CSV file.")] = None,
    store: _Store = "data/store",
    dataset: _Dataset = "webemotion",
) -> None:
    """List every face with its original label and the one it has as of a run."""
    with bad_input():
        from storage.labels import labels_as_of, runs_of
        from storage.store import open_store

        opened = open_store(store).dataset(dataset)
        if run not in (known := runs_of(opened)):
            raise ValueError(f"run: {run!r} has no label events, must be one of {sorted(known)}")
        now = labels_as_of(opened, run, epoch, undone=not as_trained)
        faces = opened.scan("faces", ["face_id", "emotion"]).to_pylist()
    rows = [(face["face_id"], face["emotion"], now[face["face_id"]]) for face in faces]
    with out.open("w", newline="") if out else nullcontext(sys.stdout) as file:
        writer = csv.writer(file)
        writer.writerow(("face_id", "original", "label"))
        writer.writerows(rows)


@labels.command("undo")
def take_back(
    run: _Run,
    epoch: Annotated[int | None, typer.Option(help="Only changes of this epoch.")] = None,
    emotion: Annotated[str | None, typer.Option(help="Only changes to this class.")] = None,
    face: Annotated[str | None, typer.Option(help="Only changes of this face.")] = None,
    store: _Store = "data/store",
    dataset: _Dataset = "webemotion",
) -> None:
    """Take changes back, all of a run or the chosen ones; each is an event, nothing is erased."""
    with bad_input():
        from storage.labels import undo
        from storage.store import open_store

        opened = open_store(store, write=True).dataset(dataset)
        undone = undo(opened, run, epoch=epoch, emotion=emotion, face=face)
    Console().print(f"{undone} changes of {run} taken back", soft_wrap=True)


@labels.command("audit")
def audit_labels(
    checkpoint: Annotated[Path, typer.Argument(help="A checkpoint of the run, its last one best.")],
    out: Annotated[Path, typer.Option(help="Folder for tables and pictures.")],
    truth: Annotated[
        Path | None, typer.Option(help="CSV file with the columns face_id and emotion.")
    ] = None,
    store: _Store = "data/store",
    dataset: _Dataset = "webemotion",
) -> None:
    """Write what a run did to its labels as Parquet and pictures; judge it, if truth is known."""
    with bad_input():
        from flows.training.label_audit import judged, read_truth, write_audit
        from scn.checkpoint import load
        from storage.store import open_store

        opened, found = open_store(store).dataset(dataset), load(checkpoint)
        known = read_truth(truth, found.classes) if truth else {}
        write_audit(opened, found, out)
        rows = judged(found, known, out) if truth else []
    Console().print(f"{out}: {found.events.num_rows} changes of labels", soft_wrap=True)
    if rows:
        table = Table(*(name.replace("_", " ") for name in rows[0]))
        for row in rows:
            table.add_row(*("none" if v is None else f"{v:.3g}" for v in row.values()))
        Console().print(table)


@labels.command("set")
def set_label(
    run: _Run,
    face: Annotated[str, typer.Argument(help="Id of the face.")],
    emotion: Annotated[str, typer.Argument(help="The label it should have.")],
    store: _Store = "data/store",
    dataset: _Dataset = "webemotion",
) -> None:
    """Set the label of a face by hand, after all that the run did."""
    with bad_input():
        from scn.emotions import EMOTIONS, class_order
        from storage.labels import set_labels
        from storage.store import open_store

        opened = open_store(store, write=True).dataset(dataset)
        known = class_order([*EMOTIONS, *opened.scan("faces", ["emotion"])["emotion"].to_pylist()])
        if emotion not in known:
            raise ValueError(f"emotion: is {emotion!r}, must be one of {', '.join(known)}")
        changed = set_labels(opened, run, {face: emotion})
    Console().print("set" if changed else "it had that label already")
