"""A fingerprint is that of the images and labels, not of how they are stored."""

from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from storage.compaction import compact
from storage.fingerprint import fingerprint
from storage.schema import FACES
from storage.store import Dataset, open_store


@dataclass(frozen=True)
class Row:
    """What a fingerprint is of."""

    face_id: str
    split: str
    emotion: str
    phash: str | None
    votes: tuple[tuple[str, float], ...] | None = None
    subject: str | None = None


ROWS = st.lists(
    st.builds(
        Row,
        st.text("abc/", min_size=1, max_size=4),
        st.sampled_from(["train", "test"]),
        st.sampled_from(["happy", "sad"]),
        st.none() | st.sampled_from(["0" * 16, "f" * 16]),
        st.none() | st.sampled_from([(("happy", 1.0),), (("happy", 0.6), ("sad", 0.4))]),
        st.none() | st.sampled_from(["jaffe/KA", "jaffe/YM"]),
    ),
    min_size=1,
    max_size=8,
    unique_by=lambda row: row.face_id,
)


def _dataset(folder: str, commits: list[list[Row]]) -> Dataset:
    dataset = open_store(folder, create=True).dataset("faces", create=True)
    for number, rows in enumerate(commits):
        made = [
            {
                "face_id": row.face_id,
                "split": row.split,
                "emotion": row.emotion,
                "phash": row.phash,
                "votes": row.votes and [{"emotion": e, "share": share} for e, share in row.votes],
                "subject": row.subject,
                "image": b"x",
                "source": "test",
            }
            for row in rows
        ]
        dataset.append_faces({str(number): pa.Table.from_pylist(made, schema=FACES)})
    return dataset


def _name(commits: list[list[Row]]) -> str:
    with TemporaryDirectory() as folder:
        return fingerprint(_dataset(folder, commits))


@settings(max_examples=15)
@given(rows=ROWS, data=st.data())
def test_the_order_of_commits_does_not_matter_and_every_value_does(
    rows: list[Row], data: st.DataObject
) -> None:
    """Commits in another order have the same name; one other value has another."""
    first = _name([rows])
    shuffled = data.draw(st.permutations(rows))
    cut = data.draw(st.integers(0, len(rows)))
    assert _name([part for part in (shuffled[:cut], shuffled[cut:]) if part]) == first
    place = data.draw(st.integers(0, len(rows) - 1))
    others: dict[str, Any] = {
        "face_id": "z",
        "split": "validation",
        "emotion": "fear",
        "phash": "1" * 16,
        "votes": (("happy", 0.7), ("sad", 0.3)),
        "subject": "jaffe/NA",
    }
    field, other = data.draw(st.sampled_from(sorted(others.items())))
    changed = [*rows[:place], replace(rows[place], **{field: other}), *rows[place + 1 :]]
    assert _name([changed]) != first


def test_compaction_does_not_change_it(tmp_path: Path) -> None:
    rows = [Row(str(n), "train", "happy", "0" * 16) for n in range(6)]
    dataset = _dataset(str(tmp_path), [rows[:2], rows[2:4], rows[4:]])
    before = fingerprint(dataset)
    compact(dataset.table("faces"))
    assert fingerprint(dataset) == before


def test_the_order_of_votes_does_not_matter() -> None:
    """Another file of votes with the same majority is other data; the same votes are not."""
    votes = (("happy", 0.6), ("sad", 0.4))
    row = Row("a", "train", "happy", None, votes)
    assert _name([[row]]) == _name([[replace(row, votes=votes[::-1])]])
    assert _name([[row]]) != _name([[replace(row, votes=(("happy", 0.6), ("fear", 0.4)))]])
