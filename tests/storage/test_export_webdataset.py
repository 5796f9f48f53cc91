"""Export to WebDataset's tar files, read back with WebDataset."""

import gc
import json
import warnings
from pathlib import Path

import pytest
import webdataset

from storage.export_webdataset import ExportedTars, export_webdataset
from storage.store import Dataset, open_store
from tests.storage.rows import faces


@pytest.fixture
def dataset(tmp_path: Path) -> Dataset:
    """25 training and 3 test faces."""
    made = open_store(str(tmp_path / "store"), create=True).dataset("webemotion", create=True)
    made.append_faces({"a": faces("a", 25), "b": faces("b", 3, split="test", first=50)})
    return made


def _read(folder: Path, pattern: str) -> dict[str, tuple[bytes, dict[str, object]]]:
    urls = sorted(map(str, folder.glob(pattern)))
    with warnings.catch_warnings():
        # WebDataset leaves its files open.
        warnings.simplefilter("ignore", ResourceWarning)
        found = webdataset.WebDataset(urls, shardshuffle=False, empty_check=False)
        samples = {s["__key__"]: (s["png"], json.loads(s["json"])) for s in found}
        del found
        gc.collect()
    return {str(fields["face_id"]): (image, fields) for image, fields in samples.values()}


def test_webdataset_reads_every_face_with_its_fields(dataset: Dataset, tmp_path: Path) -> None:
    done = export_webdataset(dataset, tmp_path / "tars", shard_samples=10)
    assert (done.faces, done.shards) == (28, 4)
    stored = {r["face_id"]: r for r in dataset.scan("faces").to_pylist()}
    train, test = (_read(tmp_path / "tars", f"{split}-*.tar") for split in ("train", "test"))
    assert len(train) == 25
    assert (train | test).keys() == stored.keys()
    for face_id, (image, fields) in (train | test).items():
        assert image == stored[face_id]["image"]
        assert (fields["emotion"], fields["split"]) == ("happy", stored[face_id]["split"])
        assert "image" not in fields


def test_one_split_can_be_chosen(dataset: Dataset, tmp_path: Path) -> None:
    done = export_webdataset(dataset, tmp_path / "tars", split="test")
    assert (done.faces, [p.name for p in (tmp_path / "tars").iterdir()]) == (
        3,
        ["test-000000.tar"],
    )
    assert done != ExportedTars()


def test_a_folder_in_use_and_an_unknown_split_are_refused(dataset: Dataset, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="is not empty"):
        export_webdataset(dataset, tmp_path)
    with pytest.raises(ValueError, match=r"split: is 'dev', must be one of \['test', 'train'\]"):
        export_webdataset(dataset, tmp_path / "tars", split="dev")
