"""The configuration of a run for a report: what was set otherwise than the defaults comes first."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from pydantic import ValidationError

from scn.config import TrainConfig
from scn.protocol import Protocol

_DEFAULTLESS: Final = ("train", "protocol")


def changed_options(parameters: Mapping[str, Any]) -> list[dict[str, str]]:
    """Options of training and protocol that differ from the defaults: name, value and default.

    Args:
        parameters: as the run recorded them.
    """
    defaults = dict(_flat("", _defaults(parameters)))
    given = _flat("", {name: parameters.get(name) or {} for name in _DEFAULTLESS})
    return [
        {"option": name, "value": _shown(value), "default": _shown(defaults.get(name))}
        for name, value in given
        if value != defaults.get(name)
    ]


def all_options(parameters: Mapping[str, Any]) -> list[dict[str, str]]:
    """Everything that was recorded, by dotted name as ``--set`` takes it."""
    return [{"option": name, "value": _shown(value)} for name, value in _flat("", parameters)]


def _defaults(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """What the run's preset and the protocol are by themselves."""
    preset = (parameters.get("train") or {}).get("preset", "paper")
    try:
        train = TrainConfig.model_validate({"preset": preset})
    except ValidationError:  # a preset of another version of this program
        train = TrainConfig()
    return {"train": train.model_dump(mode="json"), "protocol": Protocol().model_dump(mode="json")}


def _flat(name: str, value: Any) -> Iterator[tuple[str, Any]]:
    """Single values by dotted name."""
    if not isinstance(value, Mapping):
        yield name, value
        return
    for key, part in value.items():
        yield from _flat(f"{name}.{key}" if name else key, part)


def _shown(value: Any) -> str:
    if value is None:
        return "none"
    return value if isinstance(value, str) else json.dumps(value)
