"""The same store in an S3 bucket: moto's server, and SeaweedFS where it has to be killed."""

import os
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pyarrow.fs as fs
import pytest

from storage.compaction import compact
from storage.errors import StoreMissing, StoreUnreachable, StoreUnwritable
from storage.forgetting import forget
from storage.integrity import RowRange, check
from storage.ledger import Ledger, VideoEvent
from storage.location import Location
from storage.maintenance import maintain
from storage.quarantine import quarantine, quarantined
from storage.reader import FaceReader
from storage.store import Dataset, open_store
from tests.faults.actions import NEW, OLD, prepared, videos_of
from tests.faults.boundaries import begin, boundaries
from tests.storage.rows import faces, photos
from tests.storage.servers import (
    ACCESS_KEY,
    SECRET_KEY,
    make_bucket,
    moto,
    seaweedfs,
    set_environment,
)


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    with moto() as address:
        make_bucket(address, "bucket")
        yield address


@pytest.fixture
def uri(endpoint: str, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> str:
    set_environment(monkeypatch, endpoint)
    return f"s3://bucket/{request.node.name.replace('[', '.').replace(']', '')[:60]}"


def _dataset(uri: str) -> Dataset:
    return open_store(uri, create=True).dataset("webemotion", create=True)


def _objects(uri: str) -> dict[str, bytes]:
    files = Location.of(uri).files
    found = files.get_file_info(fs.FileSelector("", recursive=True))
    paths = [info.path for info in found if info.type == fs.FileType.File]
    return {path: files.open_input_stream(path).read() for path in paths}


def test_a_store_in_a_bucket_does_all_that_one_in_a_folder_does(uri: str) -> None:
    dataset = _dataset(uri)
    for video in ("a", "b", "c"):
        assert dataset.append_faces({video: faces(video, 4)}) == {video}
        assert dataset.append_faces({video: faces(video, 4)}) == frozenset()
    Ledger(dataset).record([VideoEvent("a", "found"), VideoEvent("d", "found")])
    assert {v: e.state for v, e in Ledger(dataset).states().items()} == {
        "a": "collected", "b": "collected", "c": "collected", "d": "found"
    }  # fmt: skip
    (done,) = [upkeep for upkeep in maintain(dataset) if upkeep.table == "faces"]
    assert (done.shards_joined, done.shards_written) == (3, 1)
    assert open_store(uri).names() == ["webemotion"]
    reader = FaceReader(dataset, image_size_px=8)
    indexes = [i for batch in reader.batches(batch_size=5) for i in batch.indexes.tolist()]
    assert sorted(indexes) == list(range(12))
    assert list(check(dataset)) == []


def test_no_object_of_a_bucket_holds_a_forgotten_image(uri: str) -> None:
    dataset = _dataset(uri)
    for video in ("a", "b"):
        dataset.append_faces({video: photos(video, 6)})
    compact(dataset.table("faces"))
    rows = dataset.scan("faces", ["video_id", "image"]).to_pylist()
    forget(dataset, "video", "a")
    left = b"".join(_objects(uri).values())
    assert [row["video_id"] for row in rows if row["image"] in left] == ["b"] * 6


def test_damage_in_a_bucket_is_found_and_taken_out(uri: str) -> None:
    dataset = _dataset(uri)
    dataset.append_faces({"a": photos("a", 700, size_bytes=50)})
    (path,) = dataset.table("faces").paths()
    files = dataset.table("faces").location.files
    data = bytearray(_objects(uri)[f"webemotion/faces/{path}"])
    image = dataset.scan("faces", ["image"])["image"][600].as_py()
    data[data.find(image)] ^= 1
    with files.open_output_stream(path) as out:
        out.write(data)
    (damage,) = check(dataset)
    assert damage.lost == (RowRange(512, 700),)
    assert quarantine(dataset, damage) == 512
    assert list(check(dataset)) == []
    assert path in quarantined(dataset, "faces").paths()


def test_processes_killed_while_they_write_to_a_bucket_lose_nothing_acknowledged(uri: str) -> None:
    prepared(f"{uri}/count")
    total = boundaries("append", f"{uri}/count")
    for place in range(total // 8, total, total // 4):
        dataset = prepared(f"{uri}/{place}")
        run = begin("append", f"{uri}/{place}", at=place)
        assert run.end() < 0
        assert set(videos_of(dataset)) >= {*OLD, *run.acknowledged}
        assert begin("append", f"{uri}/{place}").end() == 0
        assert set(videos_of(dataset).items()) >= {(video, 5) for video in [*OLD, *NEW]}
        assert list(check(dataset)) == []


def test_a_bucket_that_is_not_there_is_named(endpoint: str, uri: str) -> None:
    with pytest.raises(StoreMissing, match="s3://nowhere/store: there is no such bucket"):
        open_store("s3://nowhere/store", create=True)
    with pytest.raises(StoreMissing, match=r"s3://bucket/empty is not there"):
        open_store("s3://bucket/empty")


@pytest.mark.parametrize("name", ["s3://", "s3://b", "s3://Bucket/x", "s3://key:secret@bucket/x"])
def test_an_address_that_is_none_is_refused_without_its_secret(name: str) -> None:
    with pytest.raises(ValueError, match="must be s3://bucket/prefix") as refusal:
        open_store(name)
    assert "secret" not in str(refusal.value)


def test_a_server_that_is_killed_in_the_midst_of_writing_loses_nothing_acknowledged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}:{os.environ['PATH']}")
    with seaweedfs(tmp_path) as server:
        set_environment(monkeypatch, server.endpoint)
        uri = "s3://bucket/store"
        dataset = prepared(uri)
        acknowledged: list[str] = []
        started = threading.Event()

        def write() -> None:
            for number in range(30):
                video = f"written{number:04d}"
                dataset.append_faces({video: faces(video, 5)})
                acknowledged.append(video)
                if number == 5:
                    started.set()

        writer = threading.Thread(target=write)
        writer.start()
        assert started.wait(60)
        server.kill()
        assert len(acknowledged) < 30
        server.start()
        writer.join()
        assert len(acknowledged) == 30
        assert set(videos_of(dataset).items()) >= {(video, 5) for video in [*OLD, *acknowledged]}
        assert list(check(dataset)) == []
        _refuses_wrong_keys(monkeypatch)
    _names_a_server_that_is_gone(dataset)


def _refuses_wrong_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setenv("AWS_SECRET_ACCESS_KEY", "another/secret/that/is/wrong")
        with pytest.raises(StoreUnwritable) as refusal:
            open_store("s3://bucket/other", create=True)
    assert ACCESS_KEY not in str(refusal.value)


def _names_a_server_that_is_gone(dataset: Dataset) -> None:
    with pytest.raises(StoreUnreachable, match="s3://bucket/store") as failure:
        dataset.append_faces({"late": faces("late", 1)})
    assert SECRET_KEY not in str(failure.value)
    assert ACCESS_KEY not in str(failure.value)
