"""Found counts beside the published ones, so that an incomplete copy is noticed before training."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from scn.benchmarks.tally import Ingest


@dataclass(frozen=True, slots=True)
class SplitCount:
    """The published size of one split."""

    total: int
    per_emotion: Mapping[str, int] | None = None
    """None where only the total is known."""
    without: Mapping[str, int] = field(default_factory=dict)
    """An emotion that papers leave out → the published size without it."""


OfficialCounts = Mapping[str, Mapping[str, SplitCount]]
"""Layout (as in ``Ingest.layout``) → split → count."""


@dataclass(frozen=True, slots=True)
class CountRow:
    """One line of the comparison."""

    split: str
    emotion: str
    """An emotion, "all", or "all but" one."""
    found: int
    official: int | None
    """None where no published figure is known."""


def compare(ingest: Ingest, official: OfficialCounts) -> list[CountRow]:
    """Set what was kept beside the published counts; a difference is for a person to judge."""
    published = official.get(ingest.layout, {})
    splits = sorted({*published, *ingest.counts})
    return [
        row
        for split in splits
        for row in _split_rows(split, ingest.counts.get(split, {}), published.get(split))
    ]


def _split_rows(
    split: str, found: Mapping[str, int], official: SplitCount | None
) -> list[CountRow]:
    per_emotion = (official.per_emotion if official else None) or {}
    rows = [
        CountRow(split, emotion, found.get(emotion, 0), per_emotion.get(emotion))
        for emotion in sorted({*found, *per_emotion})
    ]
    total, everything = official.total if official else None, sum(found.values())
    rows.append(CountRow(split, "all", everything, total))
    for emotion, number in (official.without if official else {}).items():
        left = everything - found.get(emotion, 0)
        rows.append(CountRow(split, f"all but {emotion}", left, number))
    return rows
