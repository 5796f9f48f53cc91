"""What looks alike in a dataset: re-uploaded videos, and faces of a benchmark's split."""

import csv
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from rich.console import Console
from rich.progress import track
from rich.table import Table

from storage.look_alikes import known, reuploads
from storage.reader import FaceReader
from storage.store import Dataset, open_store
from webemotion.faces.harvest_config import HarvestConfig
from webemotion.faces.still import face_hashes

_SHOWN = 20
_SIDE_PX = 224
Rows = list[dict[str, object]]


def show_reuploads(store: str, name: str, out: Path | None, console: Console) -> None:
    """Print pairs of videos that share faces, and write all of them to a file."""
    found = reuploads(open_store(store).dataset(name))
    rows: Rows = [asdict(pair) for pair in found]
    _show(rows, f"{name}: {len(rows)} pairs of videos share faces", out, console)


def show_known(
    store: str, name: str, against: str, split: str, out: Path | None, console: Console
) -> None:
    """Print the faces of a dataset that also occur in a split of another, and write all of them.

    Raises:
        ValueError: the split holds no faces.
    """
    opened = open_store(store)
    hashes = dict(_hashes(opened.dataset(against), split, console))
    if not hashes:
        raise ValueError(f"split: {against} has no faces in {split!r}")
    missed = sum(not each for each in hashes.values())
    rows: Rows = known(opened.dataset(name), hashes).to_pylist()
    stills = len({row["alike"] for row in rows})
    title = f"{name}: {len(rows)} faces look like {stills} of {len(hashes)} in {against}, {split}"
    _show(rows, title, out, console)
    if missed:
        console.print(f"{missed} pictures could not be compared: no face was found in them")


def _hashes(
    dataset: Dataset, split: str, console: Console
) -> Iterator[tuple[str, tuple[str, ...]]]:
    reader = FaceReader(dataset, splits=[split], image_size_px=_SIDE_PX)
    ids = reader.index["face_id"].to_pylist()
    batches = reader.batches(batch_size=64, shuffle=False)
    config = HarvestConfig()
    for batch in track(batches, f"faces of {dataset.name}", -(-len(ids) // 64), console=console):
        for index, image in zip(batch.indexes.tolist(), batch.images_rgb, strict=True):
            yield ids[index], face_hashes(image, config)


def _show(rows: Rows, title: str, out: Path | None, console: Console) -> None:
    table = Table(*(rows[0] if rows else ()), title=title)
    for row in rows[:_SHOWN]:
        table.add_row(*map(str, row.values()))
    console.print(table if rows else title)
    if out and rows:
        with out.open("w", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
        console.print(f"all of them are in {out}")
