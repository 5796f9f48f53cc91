"""What `webemotion compare` does: trained networks side by side, and whether gains are luck."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Column, Table

from flows.runs import Run
from flows.training.testing import kept_predictions
from scn.scoring.bootstrap import Interval
from scn.scoring.checkpoint_predictions import Which
from scn.scoring.paired import Comparison, compare_all
from scn.scoring.predictions import Predictions

_MARK = "[yellow]chosen on test[/yellow]"
_WARNING = "[yellow]warning:[/yellow] {}"


@dataclass(frozen=True, slots=True)
class Contender:
    """One way to train of one run.

    Attributes:
        name: of the run and the way.
        row: of the run's result.
        said: of the test.
        fingerprint: of the data; none of runs that did not keep one.
        protocol: of the run; none of runs that did not keep one.
    """

    name: str
    row: dict[str, Any]
    said: Predictions
    fingerprint: str | None
    protocol: dict[str, Any] | None


def contenders(runs: Path, names: Sequence[str], which: Which) -> list[Contender]:
    """All ways to train of the named runs, in their order; RUN/WAY names one way alone.

    Raises:
        ValueError: there is no such run, it is not finished, or has no such way or weights.
    """
    found = [each for name in names for each in _ways(runs, name, which)]
    if len(found) < 2:
        raise ValueError(f"run: {', '.join(names)} is one way to train alone; name another run")
    return found


def show_comparison(found: Sequence[Contender], which: Which, console: Console) -> None:
    """Print the scores of all, and each beside the first.

    Raises:
        ClassMismatch: they were not tested on the same faces and labels.
    """
    compared = compare_all(found[0].said, [each.said for each in found[1:]])
    scores = Table(_name(""), *_COLUMNS, title=which)
    for each in found:
        own = each.row["scores"][which]
        figures = [str(Interval(**own[name])) for name in _FIGURES]
        mark = _MARK if each.row.get("selection") == "test" else ""
        scores.add_row(each.name, *figures, str(own["faces"]), mark)
    console.print(scores)
    pairs = Table(_name(f"beside {found[0].name}"), *_PAIRED)
    for each, result in zip(found[1:], compared, strict=True):
        pairs.add_row(each.name, *_cells(result))
    console.print(pairs)
    for line in [*_notes(len(compared)), *_doubts(found, compared)]:
        console.print(line, soft_wrap=True)


_COLUMNS = ("accuracy", "mean class accuracy", "macro F1", "faces", "")
_PAIRED = ("common faces", "gain", "right alone, first : it", "p (McNemar)", "in words")
_FIGURES = ("accuracy", "mean_class_accuracy", "macro_f1")


def _name(heading: str) -> Column:
    """A column of names, which in a narrow terminal are folded, never cut."""
    return Column(heading, overflow="fold", min_width=20)


def _cells(found: Comparison) -> list[str]:
    gain = found.gain
    shown = f"{gain.value:+.3f} ({gain.low:+.3f} to {gain.high:+.3f})"
    alone = f"{found.only_first} : {found.only_second}"
    p_value = "people repeat" if found.p_value is None else f"{found.p_value:.2g}"
    return [str(found.faces), shown, alone, p_value, found.verdict]


def _notes(comparisons: int) -> list[str]:
    """What the words in the table do not mean."""
    several = (
        f"The p-values of the {comparisons} comparisons are corrected for their number (Holm);"
        " the intervals of the gains are not."
    )
    return [
        "The words are of these networks on these faces: trained with another seed, the same two"
        " ways may come out differently.",
        *([several] if comparisons > 1 else []),
    ]


def _doubts(found: Sequence[Contender], compared: Sequence[Comparison]) -> Iterator[str]:
    """Warnings of what the two did not have in common."""
    first = found[0]
    for other, result in zip(found[1:], compared, strict=True):
        pair = f"{first.name} and {other.name}"
        if first.fingerprint != other.fingerprint:
            yield _WARNING.format(f"{pair} did not have the same data: their fingerprints differ")
        if first.protocol != other.protocol:
            yield _WARNING.format(f"{pair} differ in protocol: {_changed(first, other)}")
        if any(result.only_seen_by):
            more, others = result.only_seen_by
            yield _WARNING.format(
                f"{pair} were not tested on the same faces: the {result.faces} common ones count,"
                f" and not {more} of the first and {others} of the second"
            )


def _changed(first: Contender, other: Contender) -> str:
    one, two = first.protocol or {}, other.protocol or {}
    names = sorted(name for name in {*one, *two} if one.get(name) != two.get(name))
    return "; ".join(f"{name} is {one.get(name)} and {two.get(name)}" for name in names)


def _ways(runs: Path, name: str, which: Which) -> list[Contender]:
    run_name, wanted = _split(runs, name)
    run = Run(runs / run_name)
    record = run.read()
    result, protocol = record.get("result", {}), record.get("parameters", {}).get("protocol")
    if not result.get("rows"):
        raise ValueError(f"run: {run_name!r} in {runs} is no finished fine-tuning")
    rows = {f"{row['method']}-{row['start']}": row for row in result["rows"]}
    if wanted and wanted not in rows:
        raise ValueError(f"run: {name!r}: {run_name} has the ways {', '.join(rows)}")
    return [
        Contender(
            f"{run_name}/{way}", row, _said(run, way, which), result.get("fingerprint"), protocol
        )
        for way, row in rows.items()
        if wanted in ("", way)
    ]


def _split(runs: Path, name: str) -> tuple[str, str]:
    """A run, and one of its ways if one is named; `reproduce` keeps its runs in a folder below."""
    if "/" not in name or Run(runs / name).read():
        return name, ""
    run_name, _, wanted = name.rpartition("/")
    return run_name, wanted


def _said(run: Run, way: str, which: Which) -> Predictions:
    kept = kept_predictions(run.path / way)
    if which not in kept:
        raise ValueError(f"weights: is {which!r}, {run.run_id}/{way} has {', '.join(kept)}")
    return kept[which]
