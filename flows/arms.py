"""The ways to train that are compared, and the checkpoint that each begins from."""

from dataclasses import dataclass
from pathlib import Path

from flows.runs import latest
from scn.checkpoint import load
from scn.config import TrainConfig
from scn.errors import CheckpointError


@dataclass(frozen=True, slots=True)
class Arm:
    """One way to train: a name, a configuration and a checkpoint to start from."""

    name: str
    config: TrainConfig
    initial: Path | None = None


def start_of(start: str, runs: Path) -> Path | None:
    """The checkpoint to start from; none for random weights.

    Raises:
        CheckpointError: there is none.
    """
    if start == "random":
        return None
    if start != "latest":
        load(Path(start))
        return Path(start)
    found = latest(runs, "pretrain")
    if found is None:
        raise CheckpointError(
            f"start: no finished pretraining in {runs}; pretrain first, or set start=random"
        )
    return Path(found.read()["result"]["best"])


def arms_of(train: TrainConfig, initial: Path | None, compare: bool) -> list[Arm]:
    """The ways to train that are asked for."""
    start = "pretrained" if initial else "random"
    arms = [Arm(f"{train.method}-{start}", train, initial)]
    if compare:
        plain = train.model_copy(update={"method": "baseline"})
        arms += [Arm(f"{train.method}-random", train)] if initial else []
        arms += [Arm(f"baseline-{start}", plain, initial)]
        arms += [Arm("baseline-random", plain)] if initial else []
    return arms
