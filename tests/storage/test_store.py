"""Appending to a store."""

import multiprocessing
import os
import signal
from pathlib import Path

import pyarrow as pa
import pytest
from deltalake import DeltaTable
from hypothesis import given, settings
from hypothesis import strategies as st

from storage.errors import RowsRejected, SchemaVersion, StoreMissing, StoreUnwritable
from storage.schema import FACES, TABLES
from storage.store import Dataset, open_store
from tests.storage.rows import faces


def _dataset(folder: Path) -> Dataset:
    return open_store(str(folder), create=True).dataset("webemotion", create=True)


def _ids(dataset: Dataset) -> list[str]:
    return sorted(dataset.scan("faces", ["face_id"])["face_id"].to_pylist())


def test_a_key_is_committed_once_however_often_it_is_offered(tmp_path: Path) -> None:
    dataset = _dataset(tmp_path)
    assert dataset.append_faces({"a": faces("a", 3), "b": faces("b", 2)}) == {"a", "b"}
    assert dataset.append_faces({"b": faces("b", 2), "c": faces("c", 1)}) == {"c"}
    assert len(_ids(dataset)) == len(set(_ids(dataset))) == 6


@settings(max_examples=10, deadline=None)
@given(offers=st.lists(st.sets(st.sampled_from("abcdef"), min_size=1), min_size=1, max_size=5))
def test_any_sequence_of_offers_leaves_each_offered_key_once(
    tmp_path_factory: pytest.TempPathFactory, offers: list[set[str]]
) -> None:
    dataset = _dataset(tmp_path_factory.mktemp("store"))
    for offer in offers:
        dataset.append_faces({key: faces(key, 2) for key in sorted(offer)})
    assert _ids(dataset) == sorted(
        face for key in set().union(*offers) for face in faces(key, 2)["face_id"].to_pylist()
    )


def _offer_all(uri: str, keys: list[str]) -> None:
    dataset = open_store(uri).dataset("webemotion")
    for key in keys:
        dataset.append_faces({key: faces(key, 5)})


def test_processes_that_race_with_the_same_keys_commit_each_once(tmp_path: Path) -> None:
    dataset = _dataset(tmp_path)
    keys = [f"key-{number}" for number in range(8)]
    context = multiprocessing.get_context("spawn")
    writers = [
        context.Process(target=_offer_all, args=(str(tmp_path), order))
        for order in (keys, keys[::-1], keys[4:] + keys[:4])
    ]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert [writer.exitcode for writer in writers] == [0, 0, 0]
    assert len(_ids(dataset)) == len(set(_ids(dataset))) == 40


def test_a_writer_killed_at_any_moment_leaves_whole_keys_and_another_finishes(
    tmp_path: Path,
) -> None:
    dataset = _dataset(tmp_path)
    keys = [f"key-{number:02d}" for number in range(30)]
    context = multiprocessing.get_context("spawn")
    for committed in (1, 5, 12):
        writer = context.Process(target=_offer_all, args=(str(tmp_path), keys))
        writer.start()
        while len(_ids(dataset)) < 5 * committed and writer.is_alive():
            pass
        os.kill(writer.pid or 0, signal.SIGKILL)
        writer.join()
        assert len(_ids(dataset)) % 5 == 0
    _offer_all(str(tmp_path), keys)
    assert len(_ids(dataset)) == len(set(_ids(dataset))) == 150


def test_rows_that_do_not_fit_are_refused_and_nothing_is_written(tmp_path: Path) -> None:
    dataset = _dataset(tmp_path)
    before = dataset.version()
    with pytest.raises(RowsRejected, match="missing or unknown columns"):
        dataset.append_faces({"a": faces("a", 1).drop_columns(["image"])})
    no_emotion = faces("a", 1).set_column(
        FACES.get_field_index("emotion"), "emotion", pa.array([None], pa.string())
    )
    with pytest.raises(RowsRejected, match="'emotion' with null"):
        dataset.append_faces({"good": faces("good", 1), "a": no_emotion})
    assert dataset.version() == before


def test_a_store_that_is_not_there_is_named_and_not_created(tmp_path: Path) -> None:
    with pytest.raises(StoreMissing, match="nowhere"):
        open_store(str(tmp_path / "nowhere"))
    open_store(str(tmp_path / "empty"), create=True)
    with pytest.raises(StoreMissing, match="raf-db"):
        open_store(str(tmp_path / "empty")).dataset("raf-db")
    assert not (tmp_path / "nowhere").exists()


def test_a_store_that_cannot_be_written_is_refused_before_any_work(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(StoreUnwritable, match="cannot be written"):
        open_store(str(tmp_path / "file" / "store"), create=True)


def test_a_store_of_another_schema_version_is_refused(tmp_path: Path) -> None:
    for table, schema in TABLES.items():
        DeltaTable.create(
            str(tmp_path / "old" / table),
            schema=schema,
            configuration={"webemotion.schemaVersion": "0"},
            raise_if_key_not_exists=False,
        )
    with pytest.raises(SchemaVersion, match="schema version is 0"):
        open_store(str(tmp_path)).dataset("old")


def test_the_datasets_of_a_store_are_listed_by_name(tmp_path: Path) -> None:
    store = open_store(str(tmp_path), create=True)
    for name in ("raf-db", "affectnet"):
        store.dataset(name, create=True)
    assert store.names() == ["affectnet", "raf-db"]
