"""Speed of the store beside other ways to keep images for training, in one run.

``python -m benchmarks.store [--quick] [--images N] [--picture FILE]``; the rivals are in
``benchmarks/requirements-store.txt``, which says how to install them; one that is not installed is
named as such. Every measurement is a process of its own; sides take turns, and the figure is the
median of the repeats. The last line is one JSON object.
"""

import argparse
import json
import os
import shutil
import tempfile
import time
from dataclasses import dataclass, field
from importlib.util import find_spec
from itertools import product
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.store_case import Case
from benchmarks.store_child import in_child
from benchmarks.store_growth import growth
from benchmarks.store_material import face_rows, images
from benchmarks.store_picture import draw
from benchmarks.store_s3 import bucket
from benchmarks.store_side import BATCH
from benchmarks.store_sides import SIDES
from storage.store import open_store

WORKERS = 4


@dataclass(slots=True)
class Results:
    """Figures by side and by what was measured; notes on what was not."""

    figures: dict[str, dict[str, list[float]]] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)

    def add(self, side: str, what: str, value: float) -> None:
        """Keep one measurement."""
        self.figures.setdefault(side, {}).setdefault(what, []).append(value)

    def medians(self) -> dict[str, dict[str, float]]:
        """The median of each figure."""
        return {s: {w: median(v) for w, v in f.items()} for s, f in self.figures.items()}


def main() -> None:
    """Write, read, resume, commit and grow; print the table and the JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="few images, one repeat, no S3")
    parser.add_argument("--images", type=int, default=20_000)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=3.0, help="of each measurement")
    parser.add_argument("--picture", type=Path, default=Path("docs/store-speed.png"))
    given = parser.parse_args()
    if given.quick:
        given.images, given.repeats, given.seconds = 1_500, 1, 0.3
        given.picture = Path(tempfile.gettempdir(), "store-speed.png")
    sizes = (1_000,) if given.quick else (10_000, 100_000, 1_000_000)
    results = Results()
    with tempfile.TemporaryDirectory(prefix="store-speed-") as name:
        places = write_all(Path(name), given.images, results)
        for _ in range(given.repeats):
            measure_local(places, given, results)
        commits_ms = commit_times_ms(Path(name) / "commits", 3 if given.quick else 15)
        if not given.quick:
            measure_s3(places, given, results)
        shutil.rmtree(name, ignore_errors=True)
    grown = growth(list(places)[: 2 if given.quick else None], sizes)
    report(results, commits_ms, given.images)
    draw(results.medians(), grown, given.picture)
    print(json.dumps(summary(results, commits_ms, grown, given.images)))


def write_all(folder: Path, count: int, results: Results) -> dict[str, Path]:
    """Write the same images with every side that is installed."""
    places = {}
    encoded = list(images(count))
    for name, side in SIDES.items():
        if missing := [module for module in side.modules if find_spec(module) is None]:
            results.notes[name] = f"not installed: {', '.join(missing)}"
            continue
        place = folder / name.replace(" ", "-")
        place.mkdir()
        started_s = time.perf_counter()
        side.write(iter(encoded), place)
        results.add(name, "write_s", time.perf_counter() - started_s)
        places[name] = place
    results.add("limit", "image_bytes", sum(map(len, encoded)) / count)
    return places


def measure_local(places: dict[str, Path], given: argparse.Namespace, results: Results) -> None:
    """One repeat of every measurement on local disk."""
    run(Case("limit", "", True, 0, given.seconds), "decoded", results)
    for workers, decode, (name, place) in product(
        (0,) if given.quick else (0, WORKERS), (False, True), places.items()
    ):
        if given.quick and not decode and name not in ("this store", "WebDataset"):
            continue
        what = kind_of(workers, decode)
        run(Case(name, str(place), decode, workers, given.seconds), f"{what}_warm", results)
        if not given.quick:
            drop_from_cache(place)
            cold = Case(name, str(place), decode, workers, given.seconds, epochs=1)
            run(cold, f"{what}_cold", results)
    half = given.images // 2 // BATCH * BATCH
    for name, place in {} if given.quick else places.items():
        run(Case(name, str(place), True, 0, 0.0, half, 1), "resume", results)


def kind_of(workers: int, decode: bool) -> str:
    """The name of a measurement, without what is in the cache."""
    return f"{'decoded' if decode else 'raw'}_" + (f"{workers}_workers" if workers else "1_process")


def measure_s3(places: dict[str, Path], given: argparse.Namespace, results: Results) -> None:
    """Every measurement on an S3 server on loopback, once."""
    with bucket(places) as addresses:
        for name in places.keys() - addresses.keys():
            results.notes[f"{name} (S3)"] = "maps files of this machine, or there is no S3 server"
        for workers, decode, (name, address) in product(
            (0, WORKERS), (False, True), addresses.items()
        ):
            with tempfile.TemporaryDirectory() as scratch:
                os.environ["BENCHMARK_SCRATCH"] = scratch
                case = Case(name, address, decode, workers, given.seconds, epochs=1)
                run(case, f"{kind_of(workers, decode)}_s3", results)


def run(case: Case, what: str, results: Results) -> None:
    """Measure once, and keep the figures or say why there are none."""
    found = in_child(case)
    if isinstance(found, str):
        results.notes[f"{case.side} ({what})"] = found
        return
    for name in ("images_per_s", "bytes_per_s", "first_batch_s", "memory_mb"):
        if name != "bytes_per_s" or not case.decode:
            results.add(case.side, f"{what}_{name}", found[name])


def drop_from_cache(folder: Path) -> None:
    """Have the kernel forget the pages of all files."""
    for path in folder.rglob("*"):
        if path.is_file():
            handle = os.open(path, os.O_RDONLY)
            os.fsync(handle)
            os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)
            os.close(handle)


def commit_times_ms(folder: Path, repeats: int) -> list[float]:
    """How long it takes to append 1,000 faces, durably, in one commit."""
    dataset = open_store(str(folder), create=True).dataset("faces", create=True)
    rows = face_rows(list(images(1_000)), 0)
    times_ms = []
    for number in range(repeats):
        started_s = time.perf_counter()
        dataset.append_faces({f"batch {number}": rows})
        times_ms.append((time.perf_counter() - started_s) * 1e3)
    return times_ms


def report(results: Results, commits_ms: list[float], count: int) -> None:
    """Print the tables."""
    medians = results.medians()
    limit = medians["limit"]["decoded_images_per_s"]
    print(f"\n{count} images of {medians['limit']['image_bytes'] / 1e3:.1f} kB;"
          f" {os.cpu_count()} cores; decoding alone: {limit:,.0f} images/s\n")  # fmt: skip
    for kind in ("raw", "decoded"):
        print(f"{kind}, images/s (memory, MB)")
        columns = [f"{p}_{t}" for p in ("1_process", f"{WORKERS}_workers")
                   for t in ("warm", "cold", "s3")]  # fmt: skip
        print(f"{'':24}" + "".join(f"{c.replace('_', ' '):>22}" for c in columns))
        for side in SIDES:
            cells = [_cell(medians.get(side, {}), f"{kind}_{column}") for column in columns]
            print(f"{side:24}" + "".join(f"{cell:>22}" for cell in cells))
        print()
    print(f"{'time to first batch, s':24}{'opened':>12}{'in mid-epoch':>14}")
    for side in SIDES:
        found = medians.get(side, {})
        times = [found.get(f"{w}_first_batch_s") for w in ("decoded_1_process_warm", "resume")]
        print(
            f"{side:24}" + "".join(f"{t:>12.3f}" if t is not None else f"{'-':>12}" for t in times)
        )
    print(f"\ncommit of 1,000 faces: {median(commits_ms):.0f} ms")
    for name, note in results.notes.items():
        print(f"{name}: {note}")


def _cell(found: dict[str, float], what: str) -> str:
    rate, memory = found.get(f"{what}_images_per_s"), found.get(f"{what}_memory_mb", 0)
    return "-" if rate is None else f"{rate:,.0f} ({memory:,.0f})"


def summary(
    results: Results, commits_ms: list[float], grown: dict[str, Any], count: int
) -> dict[str, Any]:
    """All figures, and the ratios that the goals speak of."""
    medians = results.medians()
    ours = medians["this store"]
    rivals = {s: f for s, f in medians.items() if s not in ("this store", "limit")}
    decoded = [v for f in rivals.values() for w, v in f.items() if _is_decoded(w)]
    raw = rivals.get("WebDataset", {}).get("raw_1_process_warm_images_per_s")
    fastest = max(v for w, v in ours.items() if _is_decoded(w))
    return {
        "images": count,
        "commit_1000_faces_ms": median(commits_ms),
        "decoded_to_limit": fastest / medians["limit"]["decoded_images_per_s"],
        "decoded_to_best_rival": fastest / max(decoded) if decoded else None,
        "raw_to_webdataset": ours["raw_1_process_warm_images_per_s"] / raw if raw else None,
        "figures": medians,
        "growth": grown,
        "notes": results.notes,
    }


def _is_decoded(what: str) -> bool:
    return what.startswith("decoded") and what.endswith("warm_images_per_s")


if __name__ == "__main__":
    main()
