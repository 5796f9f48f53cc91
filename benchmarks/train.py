"""How fast training is: SCN beside plain cross-entropy, the trainer beside the published loop.

For each side also what its loader alone and its step alone would give. All sides take turns in one
run on the same images; figures are medians of the rounds. Where the trainer's gain comes from is
shown by adding one option after the other. SCN's step is timed for two presets: `recommended` looks
twice at each image (relabel_view clean), once it relabels.

Run as ``python -m benchmarks.train [--quick] [--backbone NAME]``; the last line is one JSON object.
"""

import argparse
import json
import tempfile
from collections.abc import Mapping
from pathlib import Path
from statistics import median
from typing import Any, Final

import torch

from benchmarks.train_sides import Material, Ours, Published, Side, write_material
from scn.processes import own_device

_SINGLE: Final = {"preset": "reference", "precision": "float32"}
_HALF: Final = {"preset": "reference", "precision": "bfloat16"}
_COMPILED: Final = {**_HALF, "compile": True}
SIDES: Final[dict[str, dict[str, Any]]] = {
    "trainer, float32": _SINGLE,
    "trainer, bfloat16": _HALF,
    "trainer, bfloat16, compiled": _COMPILED,
}
_OF_SCN: Final = ("paper", "recommended")
_FIGURES: Final = ("loader", "synthetic", "together", "wait_share")


def main() -> None:
    """Measure, print the tables and the JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="few small images, nothing compiled")
    parser.add_argument("--backbone", default="resnet18", help="of the trainer's sides")
    parser.add_argument("--images", type=int, default=192)
    parser.add_argument("--batch-size", type=int, default=32)
    parser.add_argument("--size-px", type=int, default=224)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--steps", type=int, default=5, help="of a synthetic figure")
    given = parser.parse_args()
    if given.quick:
        given.images, given.batch_size, given.size_px = 64, 16, 96
        given.rounds, given.steps = 1, 2
    device = own_device()
    with tempfile.TemporaryDirectory(prefix="train-") as name:
        material = write_material(Path(name), given.images, given.batch_size, given.size_px)
        ratios = step_ratios(material, given)
        found = speeds(_sides(material, given, device), given.rounds, given.steps)
    _print(found, ratios, device)
    print(json.dumps({"device": str(device), "scn_to_baseline": ratios, **_summary(found)}))


def step_ratios(material: Material, given: argparse.Namespace) -> dict[str, float]:
    """How long a step of SCN takes that relabels, by preset; plain cross-entropy's takes 1.

    All take turns.
    """
    options = {"precision": "float32", "backbone": given.backbone}
    sides = {n: Ours(material, {"preset": n, **options}) for n in (*_OF_SCN, "baseline")}
    for side in sides.values():
        side.synthetic(2)
    turns = [{n: s.step() for n, s in sides.items()} for _ in range(given.rounds * given.steps)]
    steps_s = {name: median(turn[name] for turn in turns) for name in sides}
    return {name: steps_s[name] / steps_s["baseline"] for name in _OF_SCN}


def _sides(material: Material, given: argparse.Namespace, device: torch.device) -> dict[str, Side]:
    sides: dict[str, Side] = {"published loop": Published(material, device)}
    for name, options in SIDES.items():
        if not (given.quick and options.get("compile")):
            sides[name] = Ours(material, {**options, "backbone": given.backbone})
    return sides


def speeds(sides: Mapping[str, Side], rounds: int, steps: int) -> dict[str, dict[str, float]]:
    """Medians of each side's figures; the first round warms up and does not count."""
    found: dict[str, dict[str, list[float]]] = {
        name: {figure: [] for figure in _FIGURES} for name in sides
    }
    for number in range(rounds + 1):
        for name, side in sides.items():
            together, wait_share = side.together()
            values = (side.loader(), side.synthetic(steps), together, wait_share)
            if number:
                for figure, value in zip(_FIGURES, values, strict=True):
                    found[name][figure].append(value)
    return {name: {f: median(v) for f, v in rows.items()} for name, rows in found.items()}


def _print(
    found: Mapping[str, Mapping[str, float]], ratios: Mapping[str, float], device: torch.device
) -> None:
    print(f"on {device}, {torch.get_num_threads()} threads; images/s, and the time waited for them")
    print(
        f"{'':<30}{'loader':>10}{'synthetic':>11}{'together':>10}{'waiting':>9}{'/published':>13}"
    )
    published = found["published loop"]["together"]
    for name, row in found.items():
        print(
            f"{name:<30}{row['loader']:>10.1f}{row['synthetic']:>11.1f}{row['together']:>10.1f}"
            f"{row['wait_share']:>9.1%}{row['together'] / published:>13.2f}"
        )
    if device.type == "cpu":
        print("\nOn a CPU bfloat16 must be asked for (precision=bfloat16); auto is float32 there.")
    for name, ratio in ratios.items():
        print(f"A step of SCN ({name}) that relabels takes {ratio:.3f} of plain cross-entropy's")


def _summary(found: Mapping[str, Mapping[str, float]]) -> dict[str, Any]:
    published = found["published loop"]
    return {
        "images_per_s": found,
        "to_published": {
            name: {f: row[f] / published[f] for f in _FIGURES[:3]} for name, row in found.items()
        },
        "together_to_synthetic": {
            n: row["together"] / row["synthetic"] for n, row in found.items()
        },
    }


if __name__ == "__main__":
    main()
