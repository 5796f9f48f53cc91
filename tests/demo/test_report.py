"""The demo's last page and tables say what the stores and runs hold."""

import io
import re
from pathlib import Path

import pyarrow as pa
import pytest
from pydantic import TypeAdapter
from rich.console import Console

from demo.manifest import World, WorldVideo
from demo.report import report
from demo.scenes import Appearance, Moment, Truth
from demo.settings import BENCHMARKS
from flows.runs import start_run
from scn.config import TrainConfig
from storage.ledger import Ledger, VideoEvent
from storage.store import open_store
from tests.scn.checkpoints import write_checkpoint
from tests.storage.rows import faces

VIDEO = "videovideo0"
GIVEN = ["happy"] * 8
CURRENT = ["happy", "sad", "fear", "happy", "happy", "happy", "happy", "happy"]
"""Of what the weak label calls happy, the video shows sad for all faces but the last two."""
LOG = [
    {"epoch": 1, "loss": 1.0, "rank_loss": 0.1, "validation_accuracy": 0.5, "importance_mean": 0.5}
    | {"relabelled": 2}
]


@pytest.fixture(scope="module")
def world() -> World:
    """A dropped video with markup in its title, and a collected one."""
    shared = {"channel_id": "UC" + "A" * 22, "found_under": "happy", "queries": ("q",)}
    return World(
        seed=0,
        videos=(
            WorldVideo(
                video_id=VIDEO, trait="pair", title="t", duration_s=9, file="v.mp4", shown="sad",
                clips=1, **shared,
            ),
            WorldVideo(
                video_id="private-000", trait="private", title="t", duration_s=9, shown=None,
                **shared,
            ),
        ),
    )  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a demo of two videos leaves behind."""
    folder = tmp_path_factory.mktemp("demo")
    (folder / "world").mkdir()
    moments = (Moment(0, "sad", 1), Moment(6, "happy", 1))
    truth = Truth(9, (), (Appearance(0, 0, 9, moments),))
    (folder / "world" / "v.json").write_bytes(TypeAdapter(Truth).dump_json(truth))
    dataset = open_store(str(folder / "store"), create=True).dataset("webemotion", create=True)
    rows = faces(VIDEO, 8)
    place = rows.schema.get_field_index("t_s")
    rows = rows.set_column(place, rows.schema.field("t_s"), pa.array(range(8), rows["t_s"].type))
    dataset.append_faces({VIDEO: rows})
    Ledger(dataset).record(
        [
            VideoEvent(VIDEO, "collected", emotion="happy", counts={"clips": 1, "faces": 8}),
            VideoEvent("private-000", "dropped", reason="<b>private", emotion="happy"),
        ]
    )
    samples = pa.table(
        {
            "face_id": rows["face_id"],
            "given": GIVEN,
            "current": CURRENT,
            "importance": pa.array([0.25] * 6 + [0.75] * 2, pa.float32()),
        }
    )
    pretraining = start_run(folder / "runs", "pretrain", {}, "pretrain-1")
    last = write_checkpoint(pretraining.path, TrainConfig(), ("happy", "sad"), samples, LOG)
    pretraining.finish({"last": str(last)})
    for number, name in enumerate(BENCHMARKS):
        row = {
            "method": "scn", "start": "pretrained", "best_epoch": 3, "confusion": [[4, 1], [2, 3]],
            "accuracy": 0.7 + number / 100, "mean_class_accuracy": 0.6, "macro_f1": 0.5,
        }  # fmt: skip
        run = start_run(folder / "runs", "finetune", {}, f"finetune-{name}")
        run.finish({"benchmark": name, "classes": ["happy", "sad"], "rows": [row]})
    return folder


@pytest.fixture(scope="module")
def printed(folder: Path, world: World) -> str:
    """What the terminal shows."""
    stream = io.StringIO()
    report(folder, world, Console(file=stream, width=120))
    return stream.getvalue()


@pytest.fixture(scope="module")
def page(folder: Path, printed: str) -> str:
    """The page that is written beside it."""
    assert str(folder / "summary.html") in printed
    return (folder / "summary.html").read_text(encoding="utf-8")


def _cells(text: str) -> set[tuple[str, ...]]:
    lines = [line.split("│")[1:-1] for line in text.splitlines() if line.startswith("│")]
    return {tuple(cell.strip() for cell in line) for line in lines}


def test_the_corrections_are_judged_by_the_truth(printed: str) -> None:
    """Six of eight are noisy; of two changes one is right."""
    assert _cells(printed) >= {
        ("faces", "8"),
        ("noisy", "6"),
        ("relabelled", "2"),
        ("corrected", "1"),
        ("precision", "0.500"),
        ("recall", "0.167"),
        ("importance clean", "0.750"),
        ("importance noisy", "0.250"),
    }


def test_the_ledger_is_held_against_the_truth_of_every_video(printed: str) -> None:
    """The private video's reason is not the expected one."""
    assert _cells(printed) >= {
        ("videos", "2"),
        ("outcome and reason right", "1"),
        ("number of clips right", "2"),
    }


def test_the_terminal_shows_hard_videos_and_every_benchmark(printed: str) -> None:
    cells = _cells(printed)
    assert ("pair", "collected", "collected") in cells
    assert ("private", "dropped private", "dropped <b>private") in cells
    for number, name in enumerate(BENCHMARKS):
        score = f"{0.7 + number / 100:.3f}"
        assert (name, "scn", "pretrained", "3", score, "0.600", "0.500") in cells


def test_the_page_shows_old_new_and_true_label_of_what_changed(page: str) -> None:
    shown = re.findall(r"(\w+) → (\w+)<br>\s*<span class=\"(\w+)\">truth: (\w+)", page)
    assert shown == [("happy", "sad", "right", "sad"), ("happy", "fear", "wrong", "sad")]


def test_the_page_holds_its_pictures_and_asks_for_nothing_else(page: str) -> None:
    sources = re.findall(r"src=\"(.{0,22})", page)
    # Contact sheet, curves, two faces, three confusion matrices.
    assert len(sources) == 7
    assert all(source.startswith("data:image/") for source in sources)
    # What leads elsewhere are the reports beside it.
    links = re.findall(r"href=\"([^\"]+)", page)
    assert len(links) == len(BENCHMARKS)
    assert all(re.fullmatch(r"runs/finetune-[^/]+/report\.html", link) for link in links)


def test_what_the_world_says_cannot_become_markup(page: str) -> None:
    assert "<b>private" not in page
    assert "&lt;b&gt;private" in page
