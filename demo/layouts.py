"""Tiny copies of the three benchmarks, in the official layouts with their oddities.

The layouts are those that `scn.benchmarks` documents; only the files it reads are written. Faces
come as split → (image, emotion) pairs; an image is uint8, [H, W, 3], in the order red, green, blue.
"""

import csv
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from scn.benchmarks.fer2013 import SIDE_PX, SPLITS
from scn.benchmarks.ferplus_votes import CLASSES
from scn.emotions import AFFECTNET, FER2013, FERPLUS, RAF_DB

ImageRgb = npt.NDArray[np.uint8]
Faces = Mapping[str, Iterable[tuple[ImageRgb, str]]]

_RAFDB_SIDE_PX: Final = 100
_NPY_SIDE_PX: Final = 224
_ANNOTATORS: Final = 10
_SUFFIXES: Final = (".jpg", ".JPG", ".jpeg", ".png", ".bmp")
_CSV_HEADER: Final = (
    "subDirectory_filePath,face_x,face_y,face_width,face_height,"
    "facial_landmarks,expression,valence,arousal"
)


def write_rafdb(folder: Path, faces: Faces) -> None:
    """Write RAF-DB's basic part: splits train and test, seven emotions, 100 x 100 pixels."""
    images = _made(folder / "basic" / "Image" / "aligned")
    labels = _made(folder / "basic" / "EmoLabel") / "list_patition_label.txt"
    lines = []
    for split, digits in (("train", 5), ("test", 4)):
        for number, (image_rgb, emotion) in enumerate(faces[split], start=1):
            stem = f"{split}_{number:0{digits}d}"
            lines.append(f"{stem}.jpg {RAF_DB.code(emotion)}\n")
            _write_image(images / f"{stem}_aligned.jpg", _resized(image_rgb, _RAFDB_SIDE_PX))
    labels.write_text("".join(lines), encoding="utf-8")


def write_affectnet_csv(folder: Path, faces: Faces) -> None:
    """Write AffectNet's first layout: splits train and test, images of any size and suffix.

    The first image of each split comes again as none, uncertain and not a face; the header is
    missing from validation.csv, as in some copies.
    """
    for split, name, header in (
        ("train", "training.csv", f"{_CSV_HEADER}\n"),
        ("test", "validation.csv", ""),
    ):
        rows = []
        for number, (image_rgb, code) in enumerate(_with_rejects(faces[split])):
            file = _csv_image_name(split, number)
            rows.append(f"{file},{_csv_labels(image_rgb, code)}\n")
            _write_image(_parent_made(folder / "Manually_Annotated_Images" / file), image_rgb)
        (folder / name).write_text(header + "".join(rows), encoding="utf-8")


def _with_rejects(faces: Iterable[tuple[ImageRgb, str]]) -> Iterator[tuple[ImageRgb, int]]:
    for number, (image_rgb, emotion) in enumerate(faces):
        yield image_rgb, AFFECTNET.code(emotion)
        if number == 0:
            yield from ((image_rgb, code) for code in AFFECTNET.no_emotion)


def _csv_image_name(split: str, number: int) -> str:
    digest = hashlib.sha256(f"{split} {number}".encode()).hexdigest()
    return f"{1 + number % 3}/{digest[:56]}{_SUFFIXES[number % len(_SUFFIXES)]}"


def _csv_labels(image_rgb: ImageRgb, code: int) -> str:
    height, width = image_rgb.shape[:2]
    box = f"{width // 8},{height // 8},{width * 3 // 4},{height * 3 // 4}"
    landmarks = ";".join(f"{value:.2f}" for value in _schematic_landmarks(width, height))
    rating = "0.1,0.2" if code in AFFECTNET.emotions else "-2,-2"
    return f"{box},{landmarks},{code},{rating}"


def write_affectnet_npy(folder: Path, faces: Faces) -> None:
    """Write AffectNet's second layout: splits train and test, 224 x 224 pixels, arrays of text."""
    for split, name in (("train", "train_set"), ("test", "val_set")):
        images = _made(folder / name / "images")
        annotations = _made(folder / name / "annotations")
        for number, (image_rgb, emotion) in enumerate(faces[split]):
            _write_image(images / f"{number}.jpg", _resized(image_rgb, _NPY_SIDE_PX))
            arrays = {
                "exp": np.array(str(AFFECTNET.code(emotion))),
                "val": np.array("0.1"),
                "aro": np.array("0.2"),
                "lnd": _schematic_landmarks(_NPY_SIDE_PX, _NPY_SIDE_PX),
            }
            for kind, array in arrays.items():
                np.save(annotations / f"{number}_{kind}.npy", array, allow_pickle=False)


def write_ferplus(folder: Path, faces: Faces, rng: np.random.Generator) -> None:
    """Write fer2013.csv and fer2013new.csv: splits train, validation and test, 48 x 48 grey pixels.

    The first image of each split comes again as ambiguous, as unknown, as not a face, and without
    a name. In all other rows at least six of ten annotators vote for the emotion given.
    """
    _made(folder)
    with (
        (folder / "fer2013.csv").open("w", encoding="utf-8", newline="") as pixels_file,
        (folder / "fer2013new.csv").open("w", encoding="utf-8", newline="") as votes_file,
    ):
        pixels = csv.writer(pixels_file, lineterminator="\n")
        votes = csv.writer(votes_file, lineterminator="\n")
        pixels.writerow(["emotion", "pixels", "Usage"])
        columns = "neutral happiness surprise sadness anger disgust fear contempt unknown NF"
        votes.writerow(["Usage", "Image name", *columns.split()])
        for row, (usage, image_rgb, counts, named) in enumerate(_ferplus_rows(faces, rng)):
            pixels.writerow([_fer2013_code(counts), _grey_text(image_rgb), usage])
            votes.writerow([usage, f"fer{row:07d}.png" if named else "", *counts])


def _ferplus_rows(
    faces: Faces, rng: np.random.Generator
) -> Iterator[tuple[str, ImageRgb, list[int], bool]]:
    for usage, split in SPLITS.items():
        for number, (image_rgb, emotion) in enumerate(faces[split]):
            yield usage, image_rgb, _agreeing_votes(emotion, rng), True
            if number == 0:
                yield usage, image_rgb, _votes(neutral=4, happy=4, sad=2), True
                yield usage, image_rgb, _votes(unknown=8, fear=2), True
                yield usage, image_rgb, _votes(not_a_face=_ANNOTATORS), True
                yield usage, image_rgb, _votes(not_a_face=_ANNOTATORS), False


def _votes(**counts: int) -> list[int]:
    return [counts.get(name, 0) for name in CLASSES]


def _agreeing_votes(emotion: str, rng: np.random.Generator) -> list[int]:
    agreeing = int(rng.integers(_ANNOTATORS // 2 + 1, _ANNOTATORS, endpoint=True))
    others = rng.integers(len(CLASSES), size=_ANNOTATORS - agreeing)
    votes = np.bincount(others, minlength=len(CLASSES))
    votes[FERPLUS.code(emotion)] += agreeing
    return [int(number) for number in votes]


def _fer2013_code(counts: list[int]) -> int:
    emotion = CLASSES[int(np.argmax(counts))]
    known = emotion in FER2013.emotions.values()
    return FER2013.code(emotion if known else "neutral")  # FER2013 has no contempt


def _grey_text(image_rgb: ImageRgb) -> str:
    grey = cv2.cvtColor(_resized(image_rgb, SIDE_PX), cv2.COLOR_RGB2GRAY)
    return " ".join(map(str, grey.ravel().tolist()))


def _schematic_landmarks(width_px: int, height_px: int) -> npt.NDArray[np.float64]:
    """Return the 68 points of a face that fills the image, as 136 values x, y by turns."""
    parts = (
        _arc(17, (0.5, 0.45), (0.35, 0.45), (np.pi, 0.0)),  # jaw, from the image's left
        _arc(5, (0.35, 0.36), (0.12, 0.05), (-np.pi, 0.0)),
        _arc(5, (0.65, 0.36), (0.12, 0.05), (-np.pi, 0.0)),
        np.linspace((0.5, 0.42), (0.5, 0.58), 4),
        np.linspace((0.44, 0.62), (0.56, 0.62), 5),
        _arc(6, (0.35, 0.42), (0.06, 0.03), (-np.pi, np.pi * 2 / 3)),
        _arc(6, (0.65, 0.42), (0.06, 0.03), (-np.pi, np.pi * 2 / 3)),
        _arc(12, (0.5, 0.74), (0.13, 0.06), (-np.pi, np.pi * 5 / 6)),
        _arc(8, (0.5, 0.74), (0.09, 0.02), (-np.pi, np.pi * 3 / 4)),
    )
    points = np.concatenate(parts)
    points[:, 0] *= width_px
    points[:, 1] *= height_px
    return points.ravel()


def _arc(
    points: int,
    centre_xy: tuple[float, float],
    radii_xy: tuple[float, float],
    angles: tuple[float, float],
) -> npt.NDArray[np.float64]:
    angle = np.linspace(angles[0], angles[1], points)
    xs = centre_xy[0] + radii_xy[0] * np.cos(angle)
    ys = centre_xy[1] + radii_xy[1] * np.sin(angle)
    return np.stack([xs, ys], axis=1)


def _resized(image_rgb: ImageRgb, side_px: int) -> ImageRgb:
    resized = cv2.resize(image_rgb, (side_px, side_px), interpolation=cv2.INTER_AREA)
    return np.asarray(resized, dtype=np.uint8)


def _write_image(path: Path, image_rgb: ImageRgb) -> None:
    bgr = cv2.cvtColor(image_rgb, cv2.COLOR_RGB2BGR)
    path.write_bytes(cv2.imencode(path.suffix.lower(), bgr)[1].tobytes())


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _parent_made(path: Path) -> Path:
    _made(path.parent)
    return path
