"""The cells of the paper's tables, and their figures."""

from pathlib import Path

import pytest

from flows.grid.cells import Settings, TableName, cells_of
from scn.config import TrainConfig
from scn.paper import ABLATION, BENCHMARKS, TABLE_2, TABLE_3, TABLE_4
from scn.protocol import Noise, Protocol

SETTINGS = Settings(TrainConfig(), Path("faces.pth"), Protocol(), BENCHMARKS, "the command")


@pytest.mark.parametrize(
    ("table", "rows"), [("table2", 12), ("table3", 4), ("table4", 4), ("ablation", 12)]
)
def test_each_table_has_its_rows_and_each_row_its_benchmarks(table: TableName, rows: int) -> None:
    cells = cells_of(table, SETTINGS)
    columns = 1 if table == "ablation" else 3
    assert len(cells) == rows * columns
    assert len({cell.row for cell in cells}) == rows


@pytest.mark.parametrize("table", ["table2", "table3", "table4", "ablation"])
def test_what_a_cell_is_compared_with_stands_in_the_same_table(table: TableName) -> None:
    """It trains with plain cross-entropy, under the same noise."""
    cells = {(cell.row, cell.benchmark): cell for cell in cells_of(table, SETTINGS)}
    compared = [cell for cell in cells.values() if cell.baseline]
    assert compared
    for cell in compared:
        plain = cells[cell.baseline, cell.benchmark]
        assert plain.train.method == "baseline"
        assert plain.protocol == cell.protocol
        assert plain.train.backbone_weights == cell.train.backbone_weights


def test_each_figure_of_the_paper_stands_in_one_cell() -> None:
    """None is lost by a name that no cell has."""
    tables: dict[TableName, int] = {
        "table2": sum(map(len, TABLE_2.values())),
        "table3": sum(map(len, TABLE_3.values())),
        "table4": sum(map(len, TABLE_4.values())),
        "ablation": sum(map(len, ABLATION.values())),
    }
    for table, figures in tables.items():
        assert sum(cell.paper is not None for cell in cells_of(table, SETTINGS)) == figures


def test_the_headline_figures_are_those_of_the_authors_readme() -> None:
    """RAF-DB 87.03, AffectNet 60.23, FERPlus 88.01, all verified; the plain row is recalled."""
    cells = {(cell.row, cell.benchmark): cell.paper for cell in cells_of("table4", SETTINGS)}
    found = [cells["face weights, SCN", name] for name in BENCHMARKS]
    assert [(figure.value, figure.verified) for figure in found if figure] == [
        (87.03, True), (60.23, True), (88.01, True),
    ]  # fmt: skip
    plain = cells["face weights, plain", "rafdb"]
    assert plain is not None
    assert (plain.value, plain.verified) == (84.20, False)


def test_the_noise_of_a_row_is_what_it_says() -> None:
    shares = {cell.row.split(", ")[1]: cell.protocol.noise for cell in cells_of("table2", SETTINGS)}
    assert shares == {
        f"{per_cent} % wrong": Noise(share=per_cent / 100) for per_cent in (10, 20, 30)
    }


def test_the_modules_of_the_ablation_are_switched_one_by_one() -> None:
    """Weighting, ranking, relabeling: on or off as the row's name says."""
    switched = {
        cell.row.partition(", ")[2]: (
            cell.train.method == "scn" and cell.train.importance_weighting,
            cell.train.method == "scn" and cell.train.rank_loss_weight > 0,
            cell.train.method == "scn" and cell.train.relabel,
        )
        for cell in cells_of("ablation", SETTINGS)
    }
    assert switched == {
        "none": (False, False, False),
        "weighting": (True, False, False),
        "ranking": (False, True, False),
        "relabeling": (False, False, True),
        "weighting and ranking": (True, True, False),
        "all": (True, True, True),
    }
