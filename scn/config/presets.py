"""The documented presets: each is the defaults with some options changed, and the options' source.

paper        the paper, as far as it says
reference    the paper's published code (github.com/kaiwang960112/Self-Cure-Network): from the same
             batches step for step, but the random changes of images are drawn otherwise, see
             `scn.config.augmentation`
recommended  what was best on faces with known wrong labels (`benchmarks/ablation.py`, README)
baseline     plain cross-entropy on the paper's schedule
rul          relative uncertainty learning (NeurIPS 2021), by its published code
eac          erasing attention consistency (ECCV 2022, arXiv 2207.10299), by its published code
"""

from typing import Any, Final, Literal

Preset = Literal["paper", "reference", "recommended", "baseline", "rul", "eac"]

_PUBLISHED_AUGMENTATION: Final = {"flip": 0.25, "shift": 0.0}
_REFERENCE: Final = {
    "loss_sum": "plain",
    "rank_over": "process",
    "relabel_group": "all",
    "relabel_by": "weighted",
    "relabel_changes": None,
    "bias_weighted": True,
    "optimiser": "adam",
    "learning_rate": 1e-3,
    "schedule": "exponential",
    "epochs": 70,
    "batch_size": 64,
    "augmentation": _PUBLISHED_AUGMENTATION,
}
_ADAM: Final = {"optimiser": "adam", "schedule": "exponential", "epochs": 60}
# Who is sure, on the image as it is, twice in a row; of all faces; and no other part of SCN.
_RECOMMENDED: Final = {
    "importance_weighting": False,
    "rank_loss_weight": 0.0,
    "relabel_group": "all",
    "relabel_view": "clean",
    "relabel_margin": 0.6,
    "relabel_confirmations": 2,
    **_ADAM,
    "learning_rate": 1e-3,
    "batch_size": 64,
}
PRESETS: Final[dict[str, dict[str, Any]]] = {
    "paper": {},
    "reference": _REFERENCE,
    "recommended": _RECOMMENDED,
    "baseline": {"method": "baseline"},
    "rul": {
        "method": "rul",
        **_ADAM,
        "learning_rate": 2e-4,
        "head_rate": 10.0,
        "batch_size": 64,
        "augmentation": _PUBLISHED_AUGMENTATION,
    },
    "eac": {
        "method": "eac",
        **_ADAM,
        "learning_rate": 2e-4,
        "batch_size": 32,
        # Who is mirrored is not drawn: the method compares every image with its mirror image.
        "augmentation": {"flip": 0.0, "shift": 0.0, "noise": 0.5, "erase": 0.5},
    },
}
