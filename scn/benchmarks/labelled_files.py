"""Labelled image files of a benchmark, checked all together and then read one by one."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from scn.benchmarks.chunks import NOBODY, Face, Person, gather
from scn.benchmarks.folders import digest_of
from scn.benchmarks.images import check_images, load_image
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
    """

    split: str
    stem: str
    emotion: str
    file: Path
    person: Person = NOBODY
    pose_deg: tuple[float, float, float] | None = None

    def face(self, options: ReadOptions) -> Face:
        """Read the image."""
        data = load_image(self.file, options).data
        return Face(
            self.split,
            self.stem,
            self.emotion,
            data,
            person=self.person,
            pose_deg=self.pose_deg,
        )


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
