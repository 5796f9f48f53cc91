"""The ways to train that are compared, and the checkpoint that each begins from."""

from dataclasses import dataclass
from pathlib import Path

from flows.runs import Run, latest
from scn.checkpoint import load
from scn.config import TrainConfig
from scn.errors import CheckpointError


@dataclass(frozen=True, slots=True)
class Arm:
    """One way to train: a name, a configuration and a checkpoint to start from."""

    name: str
    config: TrainConfig
    initial: Path | None = None


def start_of(start: str, runs: Path, run: Run) -> Path | None:
    """The checkpoint to start from; none for random weights.

    For a run that goes on "latest" is what was the latest when it began.

    Raises:
        CheckpointError: there is none.
        ValueError: the run began from another one.
    """
    begun = run.read().get("parameters", {})
    if "initial" in begun:
        return _own(start, begun["initial"], run)
    if start == "random":
        return None
    if start != "latest":
        load(Path(start))
        return Path(start).resolve()
    found = latest(runs, "pretrain")
    if found is None:
        raise CheckpointError(
            f"start: no finished pretraining in {runs}; pretrain first, or set start=random"
        )
    return Path(found.read()["result"]["best"]).resolve()


def _own(start: str, initial: str | None, run: Run) -> Path | None:
    """The start of a run that goes on, which cannot be changed."""
    asked = None if start == "random" else str(Path(start).resolve())
    if start != "latest" and asked != initial:
        raise ValueError(
            f"start: is {start}, but run {run.run_id} began from {initial or 'random weights'}"
        )
    return Path(initial) if initial else None


def arms_of(train: TrainConfig, initial: Path | None, compare: bool) -> list[Arm]:
    """The ways to train that are asked for, each once."""
    start = "pretrained" if initial else "random"
    arms = [Arm(f"{train.method}-{start}", train, initial)]
    if compare:
        plain = train.model_copy(update={"method": "baseline"})
        arms += [Arm(f"{train.method}-random", train)] if initial else []
        arms += [Arm(f"baseline-{start}", plain, initial)]
        arms += [Arm("baseline-random", plain)] if initial else []
    return list({arm.name: arm for arm in arms}.values())
