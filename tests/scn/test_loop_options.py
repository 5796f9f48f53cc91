"""Options of the loop under which a run goes through to its end."""

from pathlib import Path

import pytest

from scn.config import Preset, TrainConfig
from scn.fitting import fit
from tests.scn.faces import CLASSES, SIZE_PX, reader_of, true_emotions


@pytest.mark.parametrize(
    ("preset", "faces", "micro_batch"), [("rul", 61, 5), ("reference", 61, 4), ("rul", 19, 2)]
)
def test_a_batch_in_parts_never_leaves_one_face_alone(
    tmp_path: Path, preset: Preset, faces: int, micro_batch: int
) -> None:
    """16 by 5, 13 by 4 and 3 by 2 leave one over, which batch normalisation cannot learn from."""
    config = TrainConfig(
        preset=preset, image_size_px=SIZE_PX, batch_size=16, epochs=1, micro_batch=micro_batch
    )
    reader = reader_of(tmp_path / "store", true_emotions(faces))
    assert fit(config, reader, reader, CLASSES, tmp_path / "run").log[0]["loss"] > 0
