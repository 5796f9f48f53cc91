"""What each table of the paper trains: one cell for each way to train on each benchmark."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, Literal

from scn import paper
from scn.config import TrainConfig
from scn.paper import PaperFigure
from scn.protocol import Noise, Protocol

TableName = Literal["table2", "table3", "table4", "ablation"]
Figures = Mapping[tuple[str, ...], Mapping[str, PaperFigure]]
Pretraining = Literal["none", "baseline", "scn"]

_NOISE: Final = (10, 20, 30)
_PLAIN: Final[Mapping[str, Any]] = MappingProxyType({"method": "baseline"})
_MODULES: Final[Mapping[str, Mapping[str, Any]]] = MappingProxyType(
    {
        "none": _PLAIN,
        "weighting": {"rank_loss_weight": 0.0, "relabel": False},
        "ranking": {"importance_weighting": False, "relabel": False},
        # Importance that nothing trains has no low group.
        "relabeling": {
            "importance_weighting": False,
            "rank_loss_weight": 0.0,
            "relabel_group": "all",
        },
        "weighting and ranking": {"relabel": False},
        "all": {},
    }
)


@dataclass(frozen=True, slots=True)
class Settings:
    """What a user chooses for a grid.

    Attributes:
        train: SCN's options, of which plain cross-entropy takes all but the method.
        weights: a backbone that knows faces; none leaves those rows open.
        protocol: of all cells; noise is the table's.
        benchmarks: which of the table's.
        command: that asks for the grid, but for the weights.
    """

    train: TrainConfig
    weights: Path | None
    protocol: Protocol
    benchmarks: tuple[str, ...]
    command: str


@dataclass(frozen=True, slots=True)
class Cell:
    """One way to train on one benchmark.

    Attributes:
        row: of the table, in words.
        benchmark: its column.
        train: how.
        protocol: with the table's noise.
        pretraining: on WebEmotion.
        paper: the figure that stands there in the paper.
        baseline: the row that it is compared with; empty for plain cross-entropy.
        missing: what is needed first, as a command; empty if nothing is.
    """

    row: str
    benchmark: str
    train: TrainConfig
    protocol: Protocol
    pretraining: Pretraining = "none"
    paper: PaperFigure | None = None
    baseline: str = ""
    missing: str = ""


def cells_of(table: TableName, settings: Settings) -> tuple[Cell, ...]:
    """The cells of a table, row by row."""
    return tuple(_TABLES[table](settings))


def _starts(settings: Settings) -> Iterator[tuple[str, str, TrainConfig, str]]:
    """Name, words, configuration and what is missing, of either start."""
    yield "random", "random weights", settings.train, ""
    needed = "" if settings.weights else f"{settings.command} --weights FILE"
    with_weights = settings.train.model_copy(update={"backbone_weights": settings.weights})
    yield "faces", "face weights", with_weights, needed


def _table2(settings: Settings) -> Iterator[Cell]:
    return _plain_and_scn(settings, paper.TABLE_2, _NOISE)


def _table4(settings: Settings) -> Iterator[Cell]:
    return _plain_and_scn(settings, paper.TABLE_4, (None,))


def _plain_and_scn(
    settings: Settings, figures: Figures, per_cents: Sequence[int | None]
) -> Iterator[Cell]:
    """Both methods from either start, with so many wrong labels, or with none."""
    for start, words, train, missing in _starts(settings):
        for per_cent in per_cents:
            labels = "" if per_cent is None else f", {per_cent} % wrong"
            key = (start,) if per_cent is None else (start, str(per_cent))
            for method, shown in (("baseline", "plain"), ("scn", "SCN")):
                for benchmark in settings.benchmarks:
                    yield Cell(
                        row=f"{words}{labels}, {shown}",
                        benchmark=benchmark,
                        train=_with(train, method),
                        protocol=_noisy(settings.protocol, per_cent),
                        paper=_figure(figures, (*key, method), benchmark),
                        baseline=f"{words}{labels}, plain" if method == "scn" else "",
                        missing=missing,
                    )


def _noisy(protocol: Protocol, per_cent: int | None) -> Protocol:
    noise = None if per_cent is None else Noise(share=per_cent / 100)
    return protocol.model_copy(update={"noise": noise})


def _table3(settings: Settings) -> Iterator[Cell]:
    rows: tuple[tuple[Pretraining, str], ...] = (
        ("none", "baseline"),
        ("baseline", "baseline"),
        ("scn", "baseline"),
        ("scn", "scn"),
    )
    words = {"none": "nothing", "baseline": "plain", "scn": "SCN"}
    first = "pretrained: nothing; fine-tuned: plain"
    for pretraining, method in rows:
        row = f"pretrained: {words[pretraining]}; fine-tuned: {words[method]}"
        for benchmark in settings.benchmarks:
            yield Cell(
                row=row,
                benchmark=benchmark,
                train=_with(settings.train, method),
                protocol=settings.protocol,
                pretraining=pretraining,
                paper=_figure(paper.TABLE_3, (pretraining, method), benchmark),
                baseline="" if row == first else first,
            )


def _ablation(settings: Settings) -> Iterator[Cell]:
    """On the first benchmark alone, which is RAF-DB in the paper."""
    benchmark = settings.benchmarks[0]
    for start, words, train, missing in _starts(settings):
        for modules, options in _MODULES.items():
            yield Cell(
                row=f"{words}, {modules}",
                benchmark=benchmark,
                train=train.model_copy(update=dict(options)),
                protocol=settings.protocol,
                paper=_figure(paper.ABLATION, (start, modules), benchmark),
                baseline="" if modules == "none" else f"{words}, none",
                missing=missing,
            )


_TABLES: Final[Mapping[TableName, Callable[[Settings], Iterator[Cell]]]] = MappingProxyType(
    {"table2": _table2, "table3": _table3, "table4": _table4, "ablation": _ablation}
)


def _with(train: TrainConfig, method: str) -> TrainConfig:
    return train if method == "scn" else train.model_copy(update=dict(_PLAIN))


def _figure(figures: Figures, row: Sequence[str], benchmark: str) -> PaperFigure | None:
    return figures.get(tuple(row), {}).get(benchmark)
