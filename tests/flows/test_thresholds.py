"""Faces beyond a threshold are not trained on, and stay where they are."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flows.pretrain import check_pretrain
from flows.training.thresholds import Thresholds
from scn.config import TrainConfig
from scn.errors import TooFewFaces
from storage.reader import FaceReader
from storage.schema import FACES
from storage.store import Dataset, open_store
from tests.storage.rows import faces

Row = Mapping[str, Any]
# What each threshold means, said once more.
MEANINGS: dict[str, Callable[[Row, Any], bool]] = {
    "min_size_px": lambda row, least: row["size_px"] >= least,
    "min_sharpness": lambda row, least: row["sharpness"] >= least,
    "max_brightness": lambda row, most: row["brightness"] <= most,
    "max_asymmetry": lambda row, most: row["asymmetry"] <= most,
    "max_disagreement": lambda row, most: row["disagreement"] <= most,
    "max_yaw_deg": lambda row, most: abs(row["yaw_deg"]) <= most,
    "licences": lambda row, names: row["licence"] in names,
}
THRESHOLDS = st.fixed_dictionaries(
    {},
    optional={
        "min_size_px": st.integers(1, 120),
        "min_sharpness": st.floats(0, 200),
        "max_brightness": st.floats(0, 1),
        "max_asymmetry": st.floats(0, 2),
        "max_disagreement": st.floats(0, 1),
        "max_yaw_deg": st.floats(0, 90),
        "licences": st.just(("cc",)),
    },
)


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    """Faces of all kinds, some without measurements."""
    rng = np.random.default_rng(0)
    uri = str(tmp_path_factory.mktemp("thresholds") / "store")
    made = open_store(uri, create=True).dataset("webemotion", create=True)
    rows = faces("video000000", 300).to_pylist()
    for row in rows[:280]:
        row |= {"size_px": int(rng.integers(20, 120)), "sharpness": float(rng.uniform(0, 200))}
        row |= {name: float(rng.uniform()) for name in ("brightness", "disagreement", "asymmetry")}
        row |= {"yaw_deg": float(rng.uniform(-90, 90)), "licence": ["cc", None][rng.integers(2)]}
    made.append_faces({"all": pa.Table.from_pylist(rows, schema=FACES)})
    made.append_faces({"other": faces("other000000", 5)})
    return made


@given(given_=THRESHOLDS)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_thresholds_mean_what_their_names_say(dataset: Dataset, given_: dict[str, Any]) -> None:
    read = FaceReader(dataset, where=Thresholds(**given_).conditions())
    rows = dataset.scan("faces", [*FACES.names]).to_pylist()
    wanted = {row["face_id"] for row in rows if _within(row, given_)}
    assert set(read.index["face_id"].to_pylist()) == wanted


def _within(row: Row, given_: Mapping[str, Any]) -> bool:
    return all(
        row["licence" if name == "licences" else name[4:]] is not None
        and MEANINGS[name](row, value)
        for name, value in given_.items()
    )


def test_named_videos_are_left_out(dataset: Dataset, tmp_path: Path) -> None:
    (tmp_path / "ids.txt").write_text("video000000\n")
    thresholds = Thresholds(without_videos=tmp_path / "ids.txt")
    assert len(FaceReader(dataset, where=thresholds.conditions())) == 5


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00"])
def test_a_file_without_ids_is_refused(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "ids.txt").write_bytes(content)
    with pytest.raises(ValueError, match=r"without_videos: .*ids\.txt"):
        Thresholds(without_videos=tmp_path / "ids.txt").conditions()


def test_thresholds_that_leave_nothing_are_refused_before_a_run(
    dataset: Dataset, tmp_path: Path
) -> None:
    store = str(Path(dataset.uri).parent)
    with pytest.raises(TooFewFaces, match="no faces to train on within the thresholds"):
        check_pretrain(
            store, "webemotion", tmp_path, TrainConfig(), Thresholds(min_size_px=500), None
        )
