"""Labelled image files of a benchmark, checked all together and then read one by one."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from scn.benchmarks.chunks import NOBODY, Face, Person, gather
from scn.benchmarks.folders import digest_of
from scn.benchmarks.images import ImageFile, check_images, load_image
from scn.benchmarks.options import ReadOptions
from scn.benchmarks.tally import Tally


@dataclass(frozen=True, slots=True)
class LabelledFile:
    """An image file, and all that its benchmark says of it.

    Attributes:
        split: train, validation or test.
        stem: its name in the store, one of its kind within the split.
        emotion: by its common name.
        file: of the image.
        person: who is seen.
        pose_deg: yaw, pitch and roll, where they are known.
        box_px: of the face, x0, y0, x1, y1 in pixels, where it is known; may lead out of the image.
    """

    split: str
    stem: str
    emotion: str
    file: Path
    person: Person = NOBODY
    pose_deg: tuple[float, float, float] | None = None
    box_px: tuple[float, ...] | None = None

    def face(self, options: ReadOptions) -> Face:
        """Read the image."""
        image = load_image(self.file, options)
        box_xyxy = _relative_box(self.box_px, image) if self.box_px else None
        return Face(
            self.split,
            self.stem,
            self.emotion,
            image.data,
            box_xyxy=box_xyxy,
            size_px=_size_px(box_xyxy, image) if box_xyxy else None,
            person=self.person,
            pose_deg=self.pose_deg,
        )


def _relative_box(box_px: tuple[float, ...], image: ImageFile) -> tuple[float, ...] | None:
    """The part of a box that lies within the image, relative to it; none if there is none."""
    x0, y0, x1, y1 = (
        min(max(corner / side_px, 0.0), 1.0)
        for corner, side_px in zip(box_px, 2 * (image.width_px, image.height_px), strict=True)
    )
    return (x0, y0, x1, y1) if x0 < x1 and y0 < y1 else None


def _size_px(box_xyxy: tuple[float, ...], image: ImageFile) -> int:
    x0, y0, x1, y1 = box_xyxy
    return round(min((x1 - x0) * image.width_px, (y1 - y0) * image.height_px))


def tables_of(
    labelled: Iterable[LabelledFile],
    options: ReadOptions,
    tally: Tally,
    *,
    name: str,
    source: str,
    grows: bool = False,
) -> Iterator[tuple[str, pa.Table]]:
    """Count the files and check that all are there, then give them as ``gather`` does.

    Args:
        labelled: the files, in an order that does not change.
        options: limits on images.
        tally: receives what was found and kept, before this function returns.
        name: the first part of every key.
        source: the value of the column of that name.
        grows: see ``Tally``; the keys carry a digest of the listing, so that more files have other
            keys.

    Raises:
        LayoutError: an image is missing or too large; one that does not decode shows only when its
            chunk is reached.
    """
    tally.source, tally.grows = source, grows
    kept = [each for each in labelled if tally.keep(each.split, each.stem, each.emotion)]
    check_images((each.file for each in kept), options)
    if grows:
        name = f"{name}/{digest_of((each.split, each.stem, each.file) for each in kept)}"
    return gather((each.face(options) for each in kept), name=name, source=source)
