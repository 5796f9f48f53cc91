"""The ways to train that a fine-tuning compares."""

from pathlib import Path

import pytest

from flows.training.arms import arms_of
from scn.config import TrainConfig

START = Path("checkpoint")


@pytest.mark.parametrize(
    ("method", "initial", "names"),
    [
        ("scn", None, ["scn-random", "baseline-random"]),
        ("scn", START, ["scn-pretrained", "scn-random", "baseline-pretrained", "baseline-random"]),
        ("baseline", None, ["baseline-random"]),
        ("baseline", START, ["baseline-pretrained", "baseline-random"]),
    ],
)
def test_each_way_is_trained_once(method: str, initial: Path | None, names: list[str]) -> None:
    """Plain cross-entropy is not set beside itself."""
    arms = arms_of(TrainConfig.model_validate({"method": method}), initial, compare=True)
    assert [arm.name for arm in arms] == names
    assert [arm.initial for arm in arms] == [
        initial if name.endswith("pretrained") else None for name in names
    ]
