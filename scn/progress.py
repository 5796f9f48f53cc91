"""Where a run stands between two batches: enough to go on at the very next one."""

from dataclasses import asdict, dataclass, field
from typing import Any, Final

_COUNTS: Final = ("faces", "steps", "rank_inactive")


@dataclass(slots=True)
class Progress:
    """The open epoch, and what its batches came to so far.

    Attributes:
        epoch: counted from 1; the one that is open, or begins next.
        batches: of it that are done.
        sums: by name, over the faces or steps of those batches.
        seconds: that they took.
        log: a mapping for each closed epoch.
    """

    epoch: int = 1
    batches: int = 0
    sums: dict[str, float] = field(default_factory=dict)
    seconds: float = 0.0
    log: list[dict[str, Any]] = field(default_factory=list)

    def add_batch(self, values: dict[str, float], rows: int, spent_s: float) -> None:
        """Add a batch: means of its values, none for a batch that was left out."""
        self.batches += 1
        self.seconds += spent_s
        if values:
            inactive = float(values.get("rank_loss") == 0)
            added = {name: value * rows for name, value in values.items()}
            added |= {"faces": rows, "steps": 1, "rank_inactive": inactive}
            self.sums = {n: self.sums.get(n, 0.0) + value for n, value in added.items()}

    def means(self) -> dict[str, float]:
        """The values' means over the faces."""
        faces = max(self.sums.get("faces", 0.0), 1.0)
        shown = {"loss": 0.0, "rank_loss": 0.0, "train_accuracy": 0.0}
        return shown | {n: s / faces for n, s in self.sums.items() if n not in _COUNTS}

    def share(self, name: str) -> float:
        """The share of the steps that a count of steps is."""
        return self.sums.get(name, 0.0) / max(self.sums.get("steps", 0.0), 1.0)

    def close(self, row: dict[str, Any]) -> None:
        """Close the epoch with its row of the log."""
        self.log.append(row)
        self.epoch, self.batches, self.sums, self.seconds = self.epoch + 1, 0, {}, 0.0

    def state(self) -> dict[str, Any]:
        """As plain values."""
        return asdict(self)
