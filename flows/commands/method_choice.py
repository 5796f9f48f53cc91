"""The option `--method` of the training commands, as settings of their flow."""

from collections.abc import Sequence
from typing import Final

from flows.commands.arguments import values_of
from scn.config.presets import PRESETS

_SCN: Final = "scn"
_OF_SCN: Final = "paper"


def with_method(method: str | None, settings: Sequence[str]) -> list[str]:
    """Settings that choose a method too, with its own preset if they choose none.

    Args:
        method: its name; None changes nothing. One without a preset has the default options.
        settings: texts such as "train.epochs=3"; a preset among them is kept, and the method
            trains with its options.
    """
    if method is None:
        return list(settings)
    chosen = [f"train.method={method}"]
    own = _OF_SCN if method == _SCN else method
    train = values_of(settings, {}).get("train")
    if own in PRESETS and not (isinstance(train, dict) and "preset" in train):
        chosen.append(f"train.preset={own}")
    return [*settings, *chosen]
