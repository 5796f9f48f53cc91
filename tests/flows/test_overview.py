"""What `webemotion stats` shows of a store."""

from pathlib import Path

from typer.testing import CliRunner

from flows.cli import app
from storage.ledger import Ledger, VideoEvent
from storage.store import open_store
from tests.storage.rows import faces


def _shown(store: Path) -> str:
    result = CliRunner().invoke(app, ["stats", "--store", str(store)])
    assert result.exit_code == 0
    return result.stdout


def _cells(text: str) -> set[tuple[str, ...]]:
    """The rows of all tables, each as its cells."""
    lines = [line.split("│")[1:-1] for line in text.splitlines() if line.startswith("│")]
    return {tuple(cell.strip() for cell in line) for line in lines}


def test_it_counts_faces_outcomes_yield_and_stages(tmp_path: Path) -> None:
    dataset = open_store(str(tmp_path), create=True).dataset("webemotion", create=True)
    dataset.append_faces({"a": faces("a", 7), "b": faces("b", 2, emotion="sad")})
    counts = {"detections": 9, "clips": 1, "faces": 7}
    Ledger(dataset).record(
        [
            VideoEvent("a", "collected", emotion="happy", counts=counts),
            VideoEvent("b", "collected", emotion="sad", counts={"detections": 2, "faces": 2}),
            VideoEvent("c", "dropped", reason="private", emotion="sad"),
            VideoEvent("d", "dropped", reason="private", emotion="sad"),
            VideoEvent("e", "failed", reason="refused", emotion="happy"),
        ]
    )
    text = _shown(tmp_path)
    assert "webemotion: 9 faces" in text
    assert _cells(text) >= {
        ("train", "happy", "7"),
        ("train", "sad", "2"),
        ("collected", "", "2"),
        ("dropped", "private", "2"),
        ("failed", "refused", "1"),
        ("happy", "2", "1", "0", "1", "1", "7"),
        ("sad", "3", "1", "2", "0", "0", "2"),
        ("detections", "11"),
    }


def test_an_empty_store_is_said_to_be_empty(tmp_path: Path) -> None:
    open_store(str(tmp_path), create=True)
    assert "no dataset yet" in _shown(tmp_path)
