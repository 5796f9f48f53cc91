"""Which distance of hashes tells a re-upload from another film, and what finding them costs.

Films of the demo's world are harvested, and again as someone might upload them once more: smaller,
brighter, with a border cut off, at a low bit rate. Faces are also turned into stills as benchmarks
publish them (100 px, JPEG). For each distance: the share of faces found in the copy at the same
moment, the share of stills found in their film, and the share of pairs of faces of different films
that are confused; these are many more than among real people, because all faces of this world are
made of two portraits. Then near_pairs is timed on random hashes with planted neighbours; the time
for a comparison of each with each is computed from a hundred rows of it.

Run as ``python -m benchmarks.duplicates [--quick]``; the last line is one JSON object.
"""

import argparse
import json
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
import numpy.typing as npt
from av.video.stream import VideoStream

from demo.settings import queries_by_emotion
from demo.world import build_world
from storage.near_duplicates import Hashes, hashes_of, near_pairs
from webemotion.faces.harvest import harvest
from webemotion.faces.harvest_config import HarvestConfig
from webemotion.faces.still import face_hashes
from webemotion.video import Video

DISTANCES = (0, 2, 4, 6, 8, 10)
_CONFIG = HarvestConfig(sample_rate_hz=2)
_SAME_MOMENT_S = 0.05
Image = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Faces:
    """Faces of one film: hashes uint64 [N], times in seconds [N], and images."""

    hashes: Hashes
    times_s: npt.NDArray[np.float64]
    images: list[bytes]


def main() -> None:
    """Measure, print the tables and the JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="few films, few hashes")
    quick = parser.parse_args().quick
    with tempfile.TemporaryDirectory(prefix="duplicates-") as folder:
        recognised = recognition(Path(folder), films=4 if quick else 24)
    counts = (50_000, 200_000) if quick else (250_000, 1_000_000, 4_000_000)
    figures = {"recognition": recognised, "search": search(counts)}
    print(json.dumps(figures))


def recognition(folder: Path, films: int) -> list[dict[str, float]]:
    """What each distance finds and confuses."""
    world = build_world(folder, queries_by_emotion(), seed=11, videos_per_emotion=-(-films // 8))
    chosen = [folder / v.file for v in world.videos if v.trait == "ordinary" and v.file][:films]
    faces = [_faces(path) for path in chosen]
    copies = [_faces(_uploaded_again(path)) for path in chosen]
    again = np.array([d for f, c in zip(faces, copies, strict=True) for d in _at_once(f, c)])
    stills, faceless = _stills(faces)
    others = _between(faces)
    print(f"{films} films, {len(again)} faces seen again, {len(stills)} stills", end="")
    print(f" ({faceless} more without a face), {len(others)} pairs of different films\n")
    print(f"{'distance':>8}{'copies found':>14}{'stills found':>14}{'confused':>12}")
    rows = []
    for distance in DISTANCES:
        row = {
            "distance": float(distance),
            "copies_found": float((again <= distance).mean()),
            "stills_found": float((stills <= distance).mean()),
            "confused": float((others <= distance).mean()),
        }
        print("{:>8.0f}{:>14.3f}{:>14.3f}{:>12.2e}".format(*row.values()))
        rows.append(row)
    return rows


def _faces(path: Path) -> Faces:
    video = Video(path.stem, path, "", None, None, None, 0, 0, None, "")
    rows = harvest(video, emotion="happy", config=_CONFIG).faces
    texts = rows["phash"].to_numpy(zero_copy_only=False).astype(str)
    return Faces(hashes_of(texts), rows["t_s"].to_numpy(), rows["image"].to_pylist())


def _uploaded_again(path: Path) -> Path:
    """The film at 0.7 of its size, without a border of 4 %, brighter, and compressed hard."""
    target = path.with_name(f"again-{path.name}")
    with av.open(str(path)) as source, av.open(str(target), "w") as container:
        video = source.streams.video[0]
        rate = Fraction(video.average_rate or 25)
        stream = container.add_stream("libx264", rate=rate)
        assert isinstance(stream, VideoStream)
        stream.pix_fmt, stream.options = "yuv420p", {"crf": "32"}
        for number, frame in enumerate(source.decode(video)):
            picture = _changed(np.asarray(frame.to_ndarray(format="rgb24"), np.uint8))
            if not number:
                stream.height, stream.width = picture.shape[:2]
            changed = av.VideoFrame.from_ndarray(picture, format="rgb24")
            changed.pts, changed.time_base = number, 1 / rate
            container.mux(stream.encode(changed))
        container.mux(stream.encode())
    return target


def _changed(frame_rgb: Image) -> Image:
    height_px, width_px = frame_rgb.shape[:2]
    top_px, left_px = round(0.04 * height_px), round(0.04 * width_px)
    cut = frame_rgb[top_px : height_px - top_px, left_px : width_px - left_px]
    size_px = (round(0.7 * width_px) // 2 * 2, round(0.7 * height_px) // 2 * 2)
    small = cv2.resize(cut, size_px, interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.convertScaleAbs(small, alpha=1.05, beta=8), np.uint8)


def _at_once(film: Faces, copy: Faces) -> list[int]:
    """For each face of the film, the distance of the copy's nearest at the same moment."""
    apart = np.abs(film.times_s[:, None] - copy.times_s[None]) > _SAME_MOMENT_S
    distances = _distances(film.hashes, copy.hashes)
    distances[apart] = 64
    return [int(nearest) for nearest in distances.min(axis=1, initial=64)]


def _stills(films: Sequence[Faces]) -> tuple[npt.NDArray[np.int64], int]:
    rng = np.random.default_rng(0)
    distances: list[int] = []
    faceless = 0
    for film in films:
        for place in rng.choice(len(film.hashes), min(10, len(film.hashes)), replace=False):
            texts = face_hashes(_as_published(film.images[place], rng), _CONFIG)
            if texts:
                away = _distances(hashes_of(np.array(texts)), film.hashes)
                distances.append(int(away.min()))
            else:
                faceless += 1
    return np.array(distances), faceless


def _as_published(image: bytes, rng: np.random.Generator) -> Image:
    """A face as benchmarks have it: cut by hand, 100 px, JPEG of quality 80."""
    face = cv2.imdecode(np.frombuffer(image, np.uint8), cv2.IMREAD_COLOR)
    assert face is not None
    side_px = int(rng.integers(180, 215))
    top_px, left_px = rng.integers(0, face.shape[0] - side_px, 2)
    square = face[top_px : top_px + side_px, left_px : left_px + side_px]
    cut = cv2.resize(square, (100, 100), interpolation=cv2.INTER_AREA)
    _, encoded = cv2.imencode(".jpg", cut, (cv2.IMWRITE_JPEG_QUALITY, 80))
    decoded = cv2.imdecode(encoded, cv2.IMREAD_COLOR)
    assert decoded is not None
    return np.asarray(cv2.cvtColor(decoded, cv2.COLOR_BGR2RGB), np.uint8)


def _between(films: Sequence[Faces]) -> npt.NDArray[np.int64]:
    return np.concatenate(
        [
            _distances(a.hashes, b.hashes).ravel()
            for number, a in enumerate(films)
            for b in films[number + 1 :]
        ]
    )


def _distances(a: Hashes, b: Hashes) -> npt.NDArray[np.int64]:
    return np.asarray(np.bitwise_count(a[:, None] ^ b[None]), np.int64)


def search(counts: Sequence[int]) -> list[dict[str, Any]]:
    """Seconds to find all pairs within 4 bits, at sizes that grow fourfold."""
    rng = np.random.default_rng(0)
    rows: list[dict[str, Any]] = []
    heads = ("hashes", "pairs", "s", "x hashes", "x s", "each with each, s")
    print("\n{:>10}{:>8}{:>8}{:>10}{:>8}{:>20}".format(*heads))
    for count in counts:
        hashes = rng.integers(0, 2**64, count, dtype=np.uint64)
        hashes = np.unique(np.concatenate([hashes, hashes[:1000] ^ np.uint64(0b1011)]))
        begun = time.perf_counter()
        pairs = len(near_pairs(hashes, 4)[0])
        spent_s = time.perf_counter() - begun
        # A hundred rows against all; the whole is computed from them.
        begun = time.perf_counter()
        for hash_ in hashes[:: max(1, hashes.size // 100)]:
            np.count_nonzero(np.bitwise_count(hashes ^ hash_) <= 4)
        each_s = (time.perf_counter() - begun) * hashes.size / 100 / 2
        last = rows[-1] if rows else {"hashes": hashes.size, "s": spent_s}
        growth = (hashes.size / last["hashes"], spent_s / last["s"])
        rows.append({"hashes": hashes.size, "pairs": pairs, "s": spent_s, "each_s": each_s})
        cells = (hashes.size, pairs, spent_s, *growth, each_s)
        print("{:>10}{:>8}{:>8.2f}{:>10.2f}{:>8.2f}{:>20.0f}".format(*cells))
    return rows


if __name__ == "__main__":
    main()
