"""Which faces a report shows, and their pictures."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from flows.reports.faces import EACH, chosen, pictures_of
from storage.store import open_store
from tests.scn.scoring.answers import answers
from tests.storage.rows import faces, photos


def test_each_group_has_the_surest_or_the_least_sure_of_its_kind() -> None:
    """Nothing that is left out of a group belongs into it more."""
    said = answers(400)
    confidence = said.probabilities().max(axis=1)
    groups = chosen(said)
    for word, right in (("right", True), ("wrong", False)):
        kind = np.sort(confidence[said.right == right])
        sure, least = groups[f"surest {word}"], groups[f"least sure {word}"]
        assert all(answer.right is right for answer in (*sure, *least))
        assert [a.probability for a in sure] == pytest.approx(kind[::-1][:EACH])
        assert [a.probability for a in least] == pytest.approx(kind[:EACH])


@pytest.mark.parametrize("count", [1, 2, 5, 15, 16, 17])
def test_of_few_faces_each_stands_in_one_group(count: int) -> None:
    """The surer half is the surest."""
    said = answers(200, skill=9.0)
    said = said.only(np.arange(200) < count)
    groups = chosen(said)
    sure, least = groups["surest right"], groups["least sure right"]
    ids = [answer.face_id for answer in (*sure, *least)]
    assert len(ids) == len(set(ids)) == min(count, 2 * EACH)
    assert 0 <= len(sure) - len(least) <= 1
    assert groups["surest wrong"] == groups["least sure wrong"] == []


def test_a_picture_that_is_gone_or_does_not_decode_is_left_out(tmp_path: Path) -> None:
    dataset = open_store(str(tmp_path), create=True).dataset("d", create=True)
    dataset.append_faces({"a": faces("a", 2), "b": photos("b", 1)})
    ids = pa.concat_tables([faces("a", 3), photos("b", 1)])["face_id"].to_pylist()
    found = pictures_of(dataset, ids)
    assert sorted(found) == ["a/00/0000000", "a/00/0000001"]
    assert all(url.startswith("data:image/jpeg;base64,") for url in found.values())
