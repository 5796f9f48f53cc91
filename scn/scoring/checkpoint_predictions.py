"""What a finished run's checkpoints say of faces, kept in its folder: each split is read once."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final, Literal

from scn.checkpoint import load
from scn.fitting import FitResult
from scn.network import Network
from scn.processes import own_device
from scn.protocol import Selection
from scn.scoring.predictions import Predictions, predict_all, read, write
from scn.trained import load_network
from storage.reader import FaceReader

Which = Literal["best", "last", "average"]
WHICH: Final[tuple[Which, ...]] = ("best", "last", "average")
"""Best on validation; the last; and the moving average of the last, where there is one."""
FOLDER: Final = "predictions"


def predictions_of(
    result: FitResult,
    reader: FaceReader,
    folder: Path,
    name: str,
    selection: Selection = "validation",
) -> dict[Which, Predictions]:
    """The predictions of the best and the last checkpoint, and of the average of the last.

    What is in `folder` already is not computed again: the images are read once a run, whatever
    interrupts it.

    Args:
        result: of the run.
        reader: the faces.
        folder: the run's.
        name: of the faces, such as "test".
        selection: what selected the best checkpoint; the files say it.
    """
    files = {which: folder / FOLDER / f"{name}-{which}.parquet" for which in _kept(result)}
    if not all(file.exists() for file in files.values()):
        device = own_device()
        networks = {which: network.to(device) for which, network in _networks(result).items()}
        classes = load(result.last).classes
        for which, found in predict_all(networks, reader, classes, device).items():
            write(found, files[which], selection)
    return {which: read(file) for which, file in files.items()}


def _kept(result: FitResult) -> tuple[Which, ...]:
    return WHICH if load(result.last).average else WHICH[:2]


def _networks(result: FitResult) -> Mapping[Which, Network]:
    networks: dict[Which, Network] = {
        "best": load_network(result.best)[0],
        "last": load_network(result.last)[0],
    }
    if load(result.last).average:
        networks["average"] = load_network(result.last, "average")[0]
    return networks
