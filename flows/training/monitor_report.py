"""What the monitors of a training saw, for people: alarms in plain words, and importance."""

from collections.abc import Mapping, Sequence
from typing import Any

from prefect.artifacts import create_image_artifact, create_markdown_artifact

from flows.pictures import data_url, importance_histograms


def show_monitors(log: Sequence[Mapping[str, Any]], key: str) -> None:
    """Show the alarms of all epochs, and how importance is spread in the last one."""
    create_markdown_artifact(monitor_report(log), f"monitors-{key}", "What the monitors saw")
    bins = log[-1]["findings"]["importance_bins"]
    url = data_url(importance_histograms(bins))
    create_image_artifact(url, f"importance-{key}", "Importance by class, last epoch")


def monitor_report(log: Sequence[Mapping[str, Any]]) -> str:
    """Markdown: each alarm with its epochs and what it means; then the figures by epoch."""
    by_name: dict[str, list[tuple[int, str]]] = {}
    for row in log:
        for alarm in row["alarms"]:
            by_name.setdefault(alarm["name"], []).append((row["epoch"], alarm["message"]))
    lines = [] if by_name else ["No alarm was raised.", ""]
    for name, raised in by_name.items():
        epochs = ", ".join(str(epoch) for epoch, _ in raised)
        lines += [f"## {name}", "", f"In epoch {epochs}. {raised[-1][1]}", ""]
    return "\n".join([*lines, *_table(log)])


def _table(log: Sequence[Mapping[str, Any]]) -> list[str]:
    lines = [
        "| epoch | importance > 0.99 | rank loss 0 | labels changed | undone | most frequent |",
        "|---|---|---|---|---|---|",
    ]
    for row in log:
        found = row["findings"]
        often = next(iter(found["flips"].items()), None)
        lines.append(
            f"| {row['epoch']} | {found['saturated']:.0%} | {found['rank_inactive']:.0%}"
            f" | {found['changed']:.1%} | {found['undone']}"
            f" | {f'{often[0]} ({often[1]})' if often else ''} |"
        )
    return lines
