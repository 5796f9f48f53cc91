"""SCN cures labels that were planted wrong."""

from pathlib import Path

import numpy as np

from scn.checkpoint import load
from scn.config import Augmentation, TrainConfig
from scn.fitting import fit
from scn.label_audit import audit
from tests.scn.faces import CLASSES, SIZE_PX, face_name, reader_of, true_emotions

_CONFIG = TrainConfig(
    preset="reference",
    image_size_px=SIZE_PX,
    batch_size=24,
    epochs=5,
    relabel_from_epoch=3,
    relabel_margin=0.2,
    augmentation=Augmentation(noise=0, erase=0),
    ema_decay=0.5,
)


def test_planted_noise_is_found_and_corrected(tmp_path: Path) -> None:
    """With a quarter of labels wrong the loss falls, and changes are right far above chance.

    A change at random would be right in 1 of 8 cases: a quarter is wrong, two classes are left.
    """
    truth = true_emotions(240)
    rng = np.random.default_rng(0)
    wrong = set(rng.choice(240, 60, replace=False).tolist())
    labels = [CLASSES[(n + 1) % 3] if n in wrong else truth[n] for n in range(240)]
    reader = reader_of(tmp_path / "store", labels)
    result = fit(_CONFIG, reader, reader, CLASSES, tmp_path / "run")
    known = {face_name(number): emotion for number, emotion in enumerate(truth)}
    judged = audit(load(result.last).samples, known)
    losses = [row["loss"] for row in result.log]
    assert losses[-1] < losses[0]
    assert judged.noisy == 60
    assert judged.corrected >= 20
    assert judged.precision is not None
    assert judged.precision > 0.5
