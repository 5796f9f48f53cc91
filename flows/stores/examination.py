"""What `webemotion fsck` does: every dataset checked, what is damaged shown and taken out."""

from rich.console import Console
from rich.progress import DownloadColumn, Progress

from storage.integrity import Damage, check
from storage.quarantine import quarantine, quarantined
from storage.statistics import sizes
from storage.store import Dataset, Store, open_store


def examine_store(uri: str, only: str | None, take_out: bool, console: Console) -> int:
    """Print what is damaged; returns how many findings there are.

    Args:
        uri: the store.
        only: the name of one dataset; none for all.
        take_out: quarantine damaged shards.
        console: where to print.

    Raises:
        StoreError: there is no store, or its server does not answer.
    """
    store = open_store(uri, write=take_out)
    findings = 0
    for dataset in chosen(store, only):
        damages = _checked(dataset, console)
        for damage in damages:
            console.print(f"[red]damaged:[/red] {dataset.name}/{_line(damage)}", soft_wrap=True)
            if take_out and damage.path:
                _take_out(dataset, damage, console)
        findings += len(damages)
        if not damages:
            rows = dataset.fragments("faces").count_rows()
            console.print(f"{dataset.name}: whole, {rows} faces", soft_wrap=True)
    return findings


def _checked(dataset: Dataset, console: Console) -> list[Damage]:
    """Check a dataset behind a progress bar in bytes."""
    columns = (*Progress.get_default_columns(), DownloadColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        total = sum(size.shard_bytes for size in sizes(dataset))
        task = progress.add_task(f"checking {dataset.name}", total=total)
        return list(check(dataset, lambda size: progress.advance(task, size)))


def chosen(store: Store, only: str | None) -> list[Dataset]:
    """One dataset of a store, or all of them."""
    return [store.dataset(name) for name in ([only] if only else store.names())]


def _line(damage: Damage) -> str:
    where = "/".join(part for part in (damage.table, damage.path) if part)
    ranges = ", ".join(f"{lost.begin}-{lost.end - 1}" for lost in damage.lost)
    return f"{where}: {damage.problem}" + (f"; rows {ranges} are lost" if ranges else "")


def _take_out(dataset: Dataset, damage: Damage, console: Console) -> None:
    saved = quarantine(dataset, damage)
    place = quarantined(dataset, damage.table).location.uri
    console.print(
        f"  taken out: {saved} rows of it saved; the file is kept in {place}", soft_wrap=True
    )
