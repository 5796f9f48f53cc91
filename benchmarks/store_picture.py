"""The benchmark of the store as a picture."""

from pathlib import Path
from typing import Any

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt

_OURS, _LIMIT = "#c0392b", "#555555"
_OTHERS = ("#1f77b4", "#2ca02c", "#9467bd", "#8c564b", "#e377c2", "#7f7f7f")
_PANELS = (
    ("written_per_s", "rows written per second"),
    ("first_batch_s", "seconds to the first batch"),
    ("read_per_s", "rows read per second, shuffled"),
)


def draw(medians: dict[str, dict[str, float]], grown: dict[str, Any], path: Path) -> None:
    """Decoded images per second as bars, and growth with the number of rows of 1 kB as lines."""
    figure, axes = plt.subplots(2, 2, figsize=(13, 9), layout="constrained")
    colours = {"this store": _OURS} | dict(
        zip([side for side in grown if side != "this store"], _OTHERS, strict=False)
    )
    _bars(axes[0, 0], medians, colours)
    for axis, (name, title) in zip(axes.flat[1:], _PANELS, strict=True):
        for side, sizes in grown.items():
            rows = [int(size) for size in sizes]
            width = 2.5 if side == "this store" else 1.2
            values = [sizes[str(count)][name] for count in rows]
            axis.loglog(rows, values, "o-", label=side, color=colours[side], linewidth=width)
        axis.set_title(title)
        axis.set_xlabel("rows of 1 kB")
        axis.grid(alpha=0.3, which="both")
    figure.legend(
        *axes[0, 1].get_legend_handles_labels(), loc="outside lower center", ncols=len(grown)
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=110)
    plt.close(figure)


def _bars(axis: Any, medians: dict[str, dict[str, float]], colours: dict[str, str]) -> None:
    sides = [side for side in colours if side in medians]
    kinds = (("decoded_1_process_warm_images_per_s", "one process"),
             ("decoded_4_workers_warm_images_per_s", "four workers"))  # fmt: skip
    for offset, (name, label) in enumerate(kinds):
        places = [number + 0.4 * offset for number in range(len(sides))]
        rates = [medians[side].get(name, 0) for side in sides]
        axis.barh(places, rates, 0.38, color=[colours[side] for side in sides],
                  alpha=1 - 0.45 * offset, label=label)  # fmt: skip
        for place, rate in zip(places, rates, strict=True):
            axis.text(rate, place, f" {rate:,.0f} ({label})", va="center", fontsize=8, zorder=3,
                      bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.5})  # fmt: skip
    axis.axvline(medians["limit"]["decoded_images_per_s"], color=_LIMIT, linestyle="--")
    axis.text(medians["limit"]["decoded_images_per_s"], len(sides) - 0.3, "decoding alone ",
              ha="right", fontsize=8, color=_LIMIT)  # fmt: skip
    axis.set_yticks([number + 0.2 for number in range(len(sides))], sides)
    axis.margins(x=0.32)
    axis.invert_yaxis()
    axis.set_title("decoded images per second (224 x 224 JPEG)")
