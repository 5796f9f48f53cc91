"""Predictions made up for tests."""

import numpy as np

from scn.scoring.predictions import Predictions

CLASSES = ("neutral", "happy", "sad", "anger")


def answers(
    faces: int, *, seed: int = 0, skill: float = 1.5, people: int | None = None
) -> Predictions:
    """Faces with labels at random, and logits that are right the more often the larger `skill`.

    Args:
        faces: how many.
        seed: of the draw.
        skill: added to the logit of the label, before noise of deviation 1.
        people: how many people are seen; none for unknown.
    """
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, len(CLASSES), faces)
    logits = rng.normal(size=(faces, len(CLASSES))).astype(np.float32)
    logits[np.arange(faces), truth] += skill
    subjects = tuple(f"test/{n % people}" if people else None for n in range(faces))
    return Predictions(
        CLASSES,
        tuple(f"test/{n:05d}" for n in range(faces)),
        subjects,
        truth.astype(np.int64),
        logits,
        rng.random(faces).astype(np.float32),
    )
