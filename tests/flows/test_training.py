"""What a training run sees of a store that grows meanwhile."""

from pathlib import Path

from flows.pretrain import check_pretrain
from flows.runs import start_run
from flows.training.thresholds import Thresholds
from scn.config import TrainConfig
from storage.store import open_store
from tests.storage.rows import faces

CONFIG = TrainConfig(image_size_px=32, holdout_share=0.5)


def test_a_run_that_goes_on_sees_the_faces_of_its_start_and_a_new_one_all(tmp_path: Path) -> None:
    store, runs = str(tmp_path / "store"), tmp_path / "runs"
    dataset = open_store(store, create=True).dataset("webemotion", create=True)
    dataset.append_faces({name: faces(name, 3) for name in "abcdef"})
    _, begun = check_pretrain(store, "webemotion", runs, CONFIG, Thresholds(), None)
    start_run(runs, "pretrain", {"store_version": begun.train.version}, "mine")
    dataset.append_faces({name: faces(name, 3) for name in "ghijkl"})
    _, again = check_pretrain(store, "webemotion", runs, CONFIG, Thresholds(), "mine")
    _, fresh = check_pretrain(store, "webemotion", runs, CONFIG, Thresholds(), None)
    assert again.train.index.equals(begun.train.index)
    assert again.train.version == begun.train.version < fresh.train.version
    assert len(fresh.train) + len(fresh.validation) == 36
