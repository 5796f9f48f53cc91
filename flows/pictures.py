"""Pictures for a person: contact sheets, training curves, confusion matrices.

Names come from datasets: `parse_math=False` keeps a dollar sign from being read as a formula.
"""

import base64
import io
from collections.abc import Mapping, Sequence
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
import pyarrow.compute as pc
from matplotlib.figure import Figure

from storage.store import Dataset

_THUMB_PX = 96
_CAPTION_PX = 22


def data_url(image: bytes) -> str:
    """An image (PNG or JPEG bytes) as a URL that needs no file."""
    kind = "png" if image.startswith(b"\x89PNG") else "jpeg"
    return f"data:image/{kind};base64,{base64.b64encode(image).decode()}"


def contact_sheet(rows: Mapping[str, Sequence[bytes]]) -> bytes:
    """A JPEG with one captioned row of thumbnails per name; images are encoded bytes."""
    width = max((len(images) for images in rows.values()), default=1)
    strips = [_strip(name, images, width) for name, images in rows.items() if images]
    sheet = np.concatenate(strips) if strips else _caption("nothing yet", 1)
    return cv2.imencode(".jpg", sheet, [cv2.IMWRITE_JPEG_QUALITY, 85])[1].tobytes()


def faces_per_emotion(dataset: Dataset, each: int = 12) -> dict[str, list[bytes]]:
    """Encoded images of up to `each` faces per emotion, spread over the dataset's videos."""
    index = dataset.scan("faces", ["face_id", "emotion"]).sort_by("face_id")
    chosen: dict[str, list[str]] = {}
    for emotion in sorted(set(index["emotion"].to_pylist())):
        ids = index.filter(pc.field("emotion") == emotion)["face_id"].to_pylist()
        step = max(len(ids) // each, 1)
        chosen[emotion] = ids[::step][:each]
    return {emotion: images_of(dataset, ids) for emotion, ids in chosen.items()}


def images_of(dataset: Dataset, face_ids: Sequence[str]) -> list[bytes]:
    """Encoded images of the given faces, in their order."""
    rows = dataset.scan(
        "faces", ["face_id", "image"], filter=pc.field("face_id").isin(list(face_ids))
    )
    images = dict(zip(rows["face_id"].to_pylist(), rows["image"].to_pylist(), strict=True))
    return [images[face_id] for face_id in face_ids]


def curves(rows: Sequence[Mapping[str, Any]], names: Sequence[str]) -> bytes:
    """A PNG of the named columns of a training log over its epochs, side by side."""
    figure = Figure(figsize=(4 * len(names), 3), layout="constrained")
    for axes, name in zip(np.atleast_1d(figure.subplots(1, len(names))), names, strict=True):
        axes.plot([row["epoch"] for row in rows], [row[name] for row in rows], marker=".")
        axes.set_title(name.replace("_", " "))
        axes.set_xlabel("epoch")
    return _png(figure)


def confusion(
    matrix: Sequence[Sequence[int]],
    classes: Sequence[str],
    axes_names: tuple[str, str] = ("true", "predicted"),
) -> bytes:
    """A PNG of a confusion matrix; rows are the truth, or what was before, shaded by their share.

    Args:
        matrix: counts.
        classes: names of rows and columns.
        axes_names: of the rows and the columns.
    """
    counts = np.asarray(matrix)
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    figure = Figure(figsize=(4.5, 4.2), layout="constrained")
    axes = figure.subplots()
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    for (row, column), count in np.ndenumerate(counts):
        colour = "white" if shares[row, column] > 0.5 else "black"
        axes.text(column, row, str(count), ha="center", va="center", color=colour, fontsize=8)
    axes.set_xticks(range(len(classes)), classes, rotation=45, ha="right", parse_math=False)
    axes.set_yticks(range(len(classes)), classes, parse_math=False)
    axes.set_xlabel(axes_names[1])
    axes.set_ylabel(axes_names[0])
    return _png(figure)


def importance_histograms(bins: Mapping[str, Sequence[int]]) -> bytes:
    """A PNG of how importance is spread, by class; bins are equal parts of 0 to 1."""
    figure = Figure(figsize=(2.2 * max(len(bins), 1), 2.2), layout="constrained")
    shown = np.atleast_1d(figure.subplots(1, max(len(bins), 1), sharey=True))
    for axes, (name, counts) in zip(shown, bins.items(), strict=False):
        axes.bar((np.arange(len(counts)) + 0.5) / len(counts), counts, width=0.9 / len(counts))
        axes.set_title(name, parse_math=False)
        axes.set_xlabel("importance")
        axes.set_xlim(0, 1)
    return _png(figure)


def _png(figure: Figure) -> bytes:
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=100)
    return buffer.getvalue()


def _strip(name: str, images: Sequence[bytes], width: int) -> npt.NDArray[np.uint8]:
    blank = np.full((_THUMB_PX, _THUMB_PX, 3), 255, np.uint8)
    thumbs = [_thumb(image) for image in images] + [blank] * (width - len(images))
    return np.concatenate([_caption(name, width), np.concatenate(thumbs, axis=1)])


def _thumb(image: bytes) -> npt.NDArray[np.uint8]:
    decoded = cv2.imdecode(np.frombuffer(image, np.uint8), cv2.IMREAD_COLOR)
    if decoded is None:
        return np.zeros((_THUMB_PX, _THUMB_PX, 3), np.uint8)
    return cv2.resize(decoded, (_THUMB_PX, _THUMB_PX)).astype(np.uint8, copy=False)


def _caption(text: str, width: int) -> npt.NDArray[np.uint8]:
    bar = np.full((_CAPTION_PX, width * _THUMB_PX, 3), 255, np.uint8)
    cv2.putText(bar, text, (4, 16), cv2.FONT_HERSHEY_SIMPLEX, 0.5, (0, 0, 0), 1, cv2.LINE_AA)
    return bar
