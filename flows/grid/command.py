"""The command that asks for a grid again, as a person would type it."""

import json
import shlex
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from scn.config import TrainConfig
from scn.paper import BENCHMARKS
from scn.protocol import Protocol

_STORE = "data/store"


def command_of(
    table: str,
    store: str,
    runs: Path,
    train: TrainConfig,
    protocol: Protocol,
    benchmarks: Sequence[str],
    seeds: int,
) -> str:
    """`webemotion reproduce` with what differs from its defaults, but for the weights."""
    words = ["webemotion", "reproduce", table, *stored_at(store)]
    if runs != Path("data/runs"):
        words += ["--runs", str(runs)]
    if seeds != 3:
        words += ["--seeds", str(seeds)]
    if tuple(benchmarks) != BENCHMARKS:
        words.append(f"--set=benchmarks={json.dumps(list(benchmarks))}")
    words += [f"--set={setting}" for setting in _settings("train", train)]
    words += [f"--set={setting}" for setting in _settings("protocol", protocol)]
    return shlex.join(words)


def stored_at(store: str) -> list[str]:
    """The option that names a store, unless it is where commands look anyway."""
    return [] if store == _STORE else ["--store", store]


def _settings(name: str, model: BaseModel) -> Iterator[str]:
    values: Mapping[str, Any] = model.model_dump(mode="json", exclude_defaults=True)
    for field, value in values.items():
        yield f"{name}.{field}={json.dumps(value)}"
