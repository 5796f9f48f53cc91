"""AffectNet, manually annotated part, in either of the two layouts it was published in.

Source: http://mohammadmahoor.com/pages/databases/affectnet/ . There is no public test set, so the
published validation set is stored as the split "test", which is how papers use it. All eight
emotions are kept; leaving out contempt is the trainer's choice.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pyarrow as pa

from scn.benchmarks import affectnet_csv, affectnet_npy, reuploads
from scn.benchmarks.chunks import gather
from scn.benchmarks.counts import OfficialCounts, SplitCount
from scn.benchmarks.errors import LayoutError
from scn.benchmarks.options import ReadOptions
from scn.benchmarks.tally import Tally
from scn.emotions import AFFECTNET

NAME: Final = "affectnet"
SOURCE: Final = "affectnet"

_EXPECTED = (
    "either training.csv, validation.csv and Manually_Annotated_Images (first publication), "
    "or train_set and val_set with images and annotations (second publication)"
)
_TRAIN = (74_874, 134_415, 25_459, 14_090, 6_378, 3_803, 24_882, 3_750)
_TEST_EACH = 500
_TEST_NPY = 3_999
# Of the form with seven classes.
_SEVEN_TRAIN, _SEVEN_TEST = {"contempt": 283_901}, {"contempt": 3_500}


def official_counts() -> OfficialCounts:
    """Return the published counts of both layouts; the second lacks one validation image."""
    per_emotion = dict(zip(AFFECTNET.emotions.values(), _TRAIN, strict=True))
    train = SplitCount(sum(_TRAIN), per_emotion, _SEVEN_TRAIN)
    test = dict.fromkeys(AFFECTNET.emotions.values(), _TEST_EACH)
    return {
        affectnet_csv.LAYOUT: {
            "train": train,
            "test": SplitCount(sum(test.values()), test, _SEVEN_TEST),
        },
        affectnet_npy.LAYOUT: {"train": train, "test": SplitCount(_TEST_NPY, None, _SEVEN_TEST)},
    }


def read(path: Path, options: ReadOptions, tally: Tally) -> Iterator[tuple[str, pa.Table]]:
    """Check the whole layout, then give its faces as keyed tables of ``storage.schema.FACES``.

    Args:
        path: the folder that holds either layout, which is recognised by its files.
        options: limits on images.
        tally: receives what was found, kept and dropped, before this function returns.

    Raises:
        LayoutError: if a file is missing or malformed, or both layouts share the folder; an image
            that does not decode shows only when its chunk is reached. Also for re-uploads whose
            classes follow the alphabet, unless they are asked for.
    """
    has_csv, has_npy = affectnet_csv.is_here(path), affectnet_npy.is_here(path)
    if not has_csv and not has_npy and reuploads.is_here(path):
        return reuploads.read_folders(path, AFFECTNET, options, tally, SOURCE)
    if has_csv == has_npy:
        problem = "both layouts in one folder" if has_csv else "no AffectNet layout"
        raise LayoutError(path, problem, _EXPECTED)
    tally.source = SOURCE
    layout = affectnet_csv if has_csv else affectnet_npy
    faces = layout.faces(path, options, tally)
    published = dict(zip(AFFECTNET.emotions.values(), _TRAIN, strict=True))
    reuploads.check_order(path, AFFECTNET, published, options, tally)
    return gather(faces, name=NAME, source=SOURCE)
