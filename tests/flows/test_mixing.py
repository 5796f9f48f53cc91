"""Another form of known faces is refused before anything is appended, whatever chunk shows it."""

from pathlib import Path

import pyarrow as pa
import pytest

from flows.ingesting.ingest_check import check_ingest
from flows.ingesting.measuring import measured, threads
from scn.benchmarks import BENCHMARKS, BenchmarkName
from scn.benchmarks.options import ReadOptions
from scn.benchmarks.tally import Tally
from storage.store import Dataset
from tests.scn.benchmarks.copies import (
    affectnet_csv,
    affectnet_npy,
    ferplus,
    ferplus_labels,
    picture,
    put,
    rafdb,
)


def _prepared(rows: pa.Table) -> pa.Table:
    with threads() as pool:
        return measured(rows, pool)


def _add(
    folder: Path, name: str, path: Path, dataset: str | None = None, **options: object
) -> tuple[Dataset, int]:
    """Ingest without a flow: the dataset, and how many faces came to it."""
    store, read = str(folder / "store"), ReadOptions.model_validate(options)
    benchmark = BenchmarkName(name)
    reading = check_ingest(benchmark, path, store, folder / "runs", read, dataset)
    known = reading.known
    known.check_pictures(
        reading.tally, lambda: BENCHMARKS[benchmark].read(path, read, Tally()), _prepared
    )
    added = [
        known.append(key, _prepared(known.new_of(rows, _prepared))) for key, rows in reading.chunks
    ]
    return reading.dataset, sum(added)


def _by_names(folder: Path) -> None:
    """The same images under the votes of the other file."""
    ferplus_labels(ferplus(folder))


def _compound(folder: Path) -> Path:
    """Two faces whose names are none of the basic part's."""
    lines = ("train_00008.jpg 1", "test_0009.jpg 11")
    for number, line in enumerate(lines):
        stem = line.split(".")[0]
        put(folder / "compound/Image/aligned" / f"{stem}_aligned.jpg", picture(seed=number))
    put(folder / "compound/EmoLabel/list_patition_label.txt", "\n".join(lines) + "\n")
    return folder


def _list(file: Path, *names: str) -> Path:
    """A list of images beside it: split/emotion/seed of each picture."""
    text = "path,label,split\n"
    for name in names:
        split, emotion, seed = name.split("/")
        put(file.parent / f"{split}-{seed}.png", picture(".png", seed=int(seed)))
        text += f"{split}-{seed}.png,{emotion},{split}\n"
    return put(file, text)


def test_compound_emotions_go_into_a_dataset_of_their_own(tmp_path: Path) -> None:
    rafdb(tmp_path / "rafdb")
    _compound(tmp_path / "rafdb")
    basic, _ = _add(tmp_path, "rafdb", tmp_path / "rafdb")
    compound, _ = _add(tmp_path, "rafdb", tmp_path / "rafdb", rafdb_part="compound")
    assert (basic.name, compound.name) == ("raf-db", "raf-db-compound")
    assert [d.scan("faces", ["face_id"]).num_rows for d in (basic, compound)] == [5, 2]


def test_class_folders_of_a_re_upload_go_into_a_dataset_of_their_own(tmp_path: Path) -> None:
    for seed, name in enumerate(("angry", "happy", "sad")):
        put(tmp_path / "folders" / name / "1.jpg", picture(seed=seed))
    forced = {"class_order": "alphabetical"}
    dataset, added = _add(tmp_path, "affectnet", tmp_path / "folders", **forced)
    assert (dataset.name, added) == ("affectnet-reupload", 3)


@pytest.mark.parametrize(
    ("first", "second", "name", "said"),
    [
        (rafdb, _compound, "rafdb", "they are of raf-db, these of raf-db-compound"),
        (affectnet_csv, affectnet_npy, "affectnet", "is there, and not in these files"),
        (affectnet_npy, affectnet_csv, "affectnet", "is there, and not in these files"),
        (ferplus, _by_names, "ferplus", "train/fer0000000 is neutral there, and happy in"),
    ],
)
def test_another_layout_is_refused_whole(
    tmp_path: Path, first: object, second: object, name: str, said: str
) -> None:
    """Into the same dataset, though many of its names collide with none there."""
    assert callable(first)
    assert callable(second)
    first(tmp_path / "first")
    second(tmp_path / "second")
    dataset, _ = _add(tmp_path, name, tmp_path / "first", "mine")
    before = dataset.version()
    options = {"rafdb_part": "compound"} if second is _compound else {}
    with pytest.raises(ValueError, match=said):
        _add(tmp_path, name, tmp_path / "second", "mine", **options)
    assert dataset.version() == before


def test_class_folders_are_not_merged_into_the_official_dataset(tmp_path: Path) -> None:
    affectnet_npy(tmp_path / "official")
    dataset, _ = _add(tmp_path, "affectnet", tmp_path / "official")
    for seed, name in enumerate(("angry", "happy", "sad")):
        put(tmp_path / "folders" / name / "1.jpg", picture(seed=seed))
    before = dataset.version()
    with pytest.raises(ValueError, match="they are of affectnet, these of affectnet-reupload"):
        _add(tmp_path, "affectnet", tmp_path / "folders", "affectnet", class_order="alphabetical")
    assert dataset.version() == before


def test_a_label_or_a_picture_that_differs_in_a_later_chunk_is_seen_before_the_first(
    tmp_path: Path,
) -> None:
    """New training images come in an earlier chunk than the known test image."""
    dataset, _ = _add(tmp_path, "list", _list(tmp_path / "a.csv", "test/sad/1", "test/happy/2"))
    before = dataset.version()
    other_label = _list(tmp_path / "b.csv", "train/sad/3", "test/happy/1")
    with pytest.raises(
        ValueError, match=r"test/test-1\.png is sad there, and happy in these files"
    ):
        _add(tmp_path, "list", other_label)
    other_picture = _list(tmp_path / "c.csv", "train/sad/3", "test/sad/1")
    put(tmp_path / "test-1.png", picture(".png", seed=9))
    with pytest.raises(ValueError, match=r"test/test-1\.png is another picture there"):
        _add(tmp_path, "list", other_picture)
    assert dataset.version() == before


@pytest.mark.parametrize(
    ("name", "first", "more"),
    [
        ("jaffe", ("KA.AN1.39.tiff", "YM.FE4.70.tiff"), ("KB.HA1.10.tiff",)),
        ("kdef", ("AF01/AF01ANFL.JPG",), ("AF01/AF01AFS.JPG", "BM35/BM35SUHR.JPG")),
        (
            "rafd",
            ("Rafd090_02_Caucasian_female_fearful_frontal.jpg",),
            ("Rafd090_01_Caucasian_female_fearful_frontal.jpg",),
        ),
    ],
)
def test_files_that_are_added_later_are_ingested(
    tmp_path: Path, name: str, first: tuple[str, ...], more: tuple[str, ...]
) -> None:
    """Wherever their names come in the order, and once; a part of its own is added, too."""
    for seed, file in enumerate((*first, *more)):
        folders = ("whole", "first" if file in first else "rest")
        for folder in folders:
            data = picture(Path(file).suffix.lower(), seed=seed)
            put(tmp_path / folder / file, data)
    dataset, added = _add(tmp_path, name, tmp_path / "first")
    assert added == len(first)
    grown, _ = _add(tmp_path, name, tmp_path / "first", "grown")
    assert _add(tmp_path, name, tmp_path / "whole", "grown")[1] == len(more)
    assert [_add(tmp_path, name, tmp_path / part)[1] for part in ("rest", "whole")] == [
        len(more),
        0,
    ]
    for each in (dataset, grown):
        ids = each.scan("faces", ["face_id"])["face_id"].to_pylist()
        assert len(ids) == len(set(ids)) == len(first) + len(more)


def test_an_ingest_that_was_cut_short_goes_on(tmp_path: Path) -> None:
    """Its first chunk is there; the rest comes, once."""
    rafdb(tmp_path / "files")
    store = str(tmp_path / "store")
    options = ReadOptions()
    reading = check_ingest(
        BenchmarkName.RAFDB, tmp_path / "files", store, tmp_path / "runs", options
    )
    key, rows = next(reading.chunks)
    assert reading.known.append(key, _prepared(rows)) == 3
    assert _add(tmp_path, "rafdb", tmp_path / "files")[1] == 2
    assert _add(tmp_path, "rafdb", tmp_path / "files")[1] == 0


def test_nothing_is_made_where_the_files_are_wrong(tmp_path: Path) -> None:
    """Neither a store nor a folder of runs."""
    labels = rafdb(tmp_path / "files")
    put(labels, "train_00001.jpg 9\n")
    with pytest.raises(ValueError, match="class 9"):
        _add(tmp_path, "rafdb", tmp_path / "files")
    assert [each.name for each in tmp_path.iterdir()] == ["files"]
