"""What `webemotion stats` shows: tables of a store for a terminal."""

from collections.abc import Iterable

from rich.console import Console, Group
from rich.table import Table
from rich.text import Text

from storage.ledger import Ledger
from storage.statistics import faces_by, image_bytes, outcomes, stage_counts, yield_by_emotion
from storage.store import Dataset, open_store


def show_store(uri: str, console: Console) -> None:
    """Print the faces of every dataset of a store, and what became of its videos.

    Raises:
        StoreError: there is no store, or it has another schema version.
    """
    store = open_store(uri)
    if not store.names():
        console.print(f"{store.uri} holds no dataset yet", soft_wrap=True)
    for name in store.names():
        dataset = store.dataset(name)
        console.print(_faces(dataset))
        events = list(Ledger(dataset).states().values())
        if events:
            console.print(_table("videos by outcome", ("state", "reason", "videos"), [
                (state, reason, count) for (state, reason), count in outcomes(events).items()
            ]))  # fmt: skip
            rows = yield_by_emotion(events)
            console.print(
                _table("yield per emotion", tuple(rows[0]), [tuple(r.values()) for r in rows])
            )
            stages = tuple(stage_counts(events).items())
            console.print(_table("from detections to faces", ("stage", "count"), stages))


def _faces(dataset: Dataset) -> Group:
    counts = faces_by(dataset, "split", "emotion")
    rows = [(*key, count) for key, count in counts.items()]
    megabytes = image_bytes(dataset) / 1e6
    title = f"{dataset.name}: {sum(counts.values())} faces, {megabytes:.1f} MB of images"
    return _table(title, ("split", "emotion", "faces"), rows)


def _table(title: str, columns: tuple[str, ...], rows: Iterable[Iterable[object]]) -> Group:
    """A table below its title, which a table of its own would fold to its width."""
    table = Table()
    for column in columns:
        table.add_column(column)
    for row in rows:
        table.add_row(*map(str, row))
    return Group(Text(title, style="bold"), table)
