"""How a model is trained: every option with its source, and the documented presets."""

from scn.config.augmentation import Augmentation
from scn.config.presets import Preset
from scn.config.schedule import rate_at
from scn.config.train_config import TrainConfig, preset

__all__ = ["Augmentation", "Preset", "TrainConfig", "preset", "rate_at"]
