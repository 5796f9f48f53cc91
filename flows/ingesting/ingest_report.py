"""What a person sees of an ingested benchmark: counts beside the published ones, drops, repeats."""

from collections.abc import Mapping
from dataclasses import asdict

from rich.console import Console
from rich.table import Table

from flows.artifacts import show_results
from scn.benchmarks import BENCHMARKS, BenchmarkName
from scn.benchmarks.counts import CountRow, compare
from scn.benchmarks.tally import Ingest


def show_ingest(
    benchmark: BenchmarkName, outcome: Ingest, how: Mapping[str, int], repeats: Mapping[str, int]
) -> None:
    """Artifacts of a run, and the same in the terminal."""
    counts = compare(outcome, BENCHMARKS[benchmark].official_counts())
    show_results([asdict(row) for row in counts], f"ingest-{benchmark}", outcome.layout)
    console = Console()
    console.print(_counts(f"{benchmark}: {outcome.layout}", counts))
    for name, what, rows in (
        ("drops", "left out", outcome.drops),
        ("aligned-by", "aligned by", how),
        ("repeats", "pictures that come before", repeats),
    ):
        shown = [{"what": key, "images": number} for key, number in rows.items()]
        show_results(shown, f"ingest-{benchmark}-{name}", what)
        if rows:
            listed = ", ".join(f"{key} {number:,}" for key, number in rows.items())
            console.print(f"{what}: {listed}", soft_wrap=True)


def _counts(title: str, rows: list[CountRow]) -> Table:
    table = Table("split", "emotion", "found", "published", "", title=title)
    for row in rows:
        differs = row.official is not None and row.official != row.found
        table.add_row(
            row.split,
            row.emotion,
            f"{row.found:,}",
            "" if row.official is None else f"{row.official:,}",
            "[yellow]differs[/yellow]" if differs else "",
        )
    return table
