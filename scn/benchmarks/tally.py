"""How many images of a benchmark were found, kept and dropped, and why."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Ingest:
    """The outcome of reading a benchmark once."""

    layout: str
    """Which of the published layouts was found, with the choices that decide the labels."""
    source: str
    """The column source of the rows, and the usual name of their dataset in a store."""
    found: int
    """Rows in the label files."""
    kept: int
    drops: Mapping[str, int]
    """Reason → rows dropped for it."""
    counts: Mapping[str, Mapping[str, int]]
    """Split → emotion → images kept."""


@dataclass(slots=True)
class Tally:
    """Counts rows while an adapter plans its reading; complete when the first chunk comes out."""

    layout: str = ""
    source: str = ""
    grows: bool = False
    """Whether a part of the files is a dataset, too, to which others may be added later."""
    _kept: Counter[tuple[str, str]] = field(default_factory=Counter)
    _drops: Counter[str] = field(default_factory=Counter)
    _emotions: dict[tuple[str, str], str] = field(default_factory=dict)

    def keep(self, split: str, stem: str, emotion: str) -> bool:
        """Count an image as kept; a second image of the same name is a drop and gives False."""
        if (split, stem) in self._emotions:
            self.drop("duplicate")
            return False
        self._emotions[split, stem] = emotion
        self._kept[split, emotion] += 1
        return True

    def drop(self, reason: str) -> None:
        """Count a row as dropped."""
        self._drops[reason] += 1

    def faces(self) -> dict[str, str]:
        """The face_id of each image kept → its emotion, in the order of the files."""
        return {f"{split}/{stem}": e for (split, stem), e in self._emotions.items()}

    def result(self) -> Ingest:
        """Return the counts so far."""
        counts: dict[str, dict[str, int]] = {}
        for (split, emotion), number in sorted(self._kept.items()):
            counts.setdefault(split, {})[emotion] = number
        kept, drops = self._kept.total(), dict(sorted(self._drops.items()))
        return Ingest(self.layout, self.source, kept + self._drops.total(), kept, drops, counts)
