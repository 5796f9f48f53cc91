"""What `webemotion forget` does: a person's videos out of every dataset, and a receipt."""

from collections.abc import Mapping
from pathlib import Path
from typing import cast

from rich.console import Console

from flows.stores.examination import chosen
from flows.training.exposure import exposed_checkpoints
from storage.forgetting import Receipt, forget
from storage.store import open_store
from storage.tombstones import Forgotten, Kind

_ELSEWHERE = (
    "Not covered: files that export wrote, copies of the store, old object versions of a bucket"
    " that keeps them, and contact sheets in the Prefect UI."
)


def subject_of(options: Mapping[str, str | None]) -> tuple[Kind, str]:
    """The one option that was given, as kind and key.

    Raises:
        ValueError: none was given, or several.
    """
    given = [(kind, key) for kind, key in options.items() if key is not None]
    if len(given) != 1:
        raise ValueError(
            f"forget: got {len(given)} of --video, --channel, --clip; must be just one"
        )
    return cast(tuple[Kind, str], given[0])


def erase(
    subject: tuple[Kind, str],
    reason: str,
    uri: str,
    only: str | None,
    runs: Path,
    console: Console,
) -> None:
    """Forget in all datasets, and print what was removed and which checkpoints had seen it.

    Raises:
        StoreError: the store is not there, or cannot be written.
    """
    kind, key = subject
    store = open_store(uri, write=True)
    receipts = [forget(dataset, kind, key, reason) for dataset in chosen(store, only)]
    console.print(f"Receipt: {kind} {key} is forgotten in {store.uri} ({reason})", soft_wrap=True)
    for receipt in receipts:
        console.print(_line(receipt), soft_wrap=True)
        for path in receipt.files:
            console.print(f"  deleted {receipt.dataset}/{path}", soft_wrap=True)
    videos = frozenset(video for receipt in receipts for video in receipt.videos)
    gone = Forgotten(clips=frozenset([key])) if kind == "clip" else Forgotten(videos=videos)
    _print_exposed(gone, runs, console)
    console.print(_ELSEWHERE, soft_wrap=True)


def _line(receipt: Receipt) -> str:
    rows = ", ".join(f"{count} rows of {table}" for table, count in receipt.rows.items())
    return f"{receipt.dataset}: removed {rows or 'nothing'}; deleted {len(receipt.files)} old files"


def _print_exposed(gone: Forgotten, runs: Path, console: Console) -> None:
    exposed = exposed_checkpoints(runs, gone)
    if not exposed:
        console.print(f"No checkpoint in {runs} was trained on it.", soft_wrap=True)
        return
    console.print(f"Checkpoints in {runs} that had seen it, to delete or train anew:")
    for checkpoint in exposed:
        console.print(f"  {checkpoint.path}: {checkpoint.how}", soft_wrap=True)
