"""Labels change as they are proposed, and no more than the brakes allow."""

from collections import Counter
from typing import Any

import numpy as np
import torch
from hypothesis import given
from hypothesis import strategies as st

from scn.config import TrainConfig
from scn.label_book import LabelBook
from scn.relabeling import Proposals

_CLASSES = 3
_options = st.fixed_dictionaries(
    {
        "relabel_limit": st.sampled_from([0.05, 0.2, 0.5, 1.0]),
        "relabel_confirmations": st.integers(1, 3),
        "relabel_changes": st.none() | st.integers(1, 2),
    }
)


def _note(
    book: LabelBook, epoch: int, indexes: list[int], new: list[int], p_max: list[float]
) -> None:
    proposals = Proposals(torch.tensor(new), torch.tensor(p_max), torch.full((len(new),), 0.1))
    book.note(epoch, np.array(indexes), proposals, torch.full((len(new),), 0.5))


@given(data=st.data(), options=_options, count=st.integers(1, 20), epochs=st.integers(1, 6))
def test_no_brake_is_ever_exceeded(
    data: st.DataObject, options: dict[str, Any], count: int, epochs: int
) -> None:
    """Limit per class, confirmations in a row, and changes per face, whatever is proposed."""
    given_labels = np.array(data.draw(st.lists(st.integers(0, 2), min_size=count, max_size=count)))
    book = LabelBook.of(given_labels, TrainConfig(**options))
    asked: list[list[int]] = []
    labels = given_labels.copy()
    for epoch in range(1, epochs + 1):
        new = data.draw(st.lists(st.integers(0, 2), min_size=count, max_size=count))
        sure = data.draw(st.lists(st.floats(0.3, 1), min_size=count, max_size=count))
        _note(book, epoch, list(range(count)), new, sure)
        asked.append(new)
        changed = book.close_epoch(epoch)
        events = [event for event in book.events if event["epoch"] == epoch]
        assert changed == len(events) == int((labels != book.labels).sum())
        lost = Counter(event["old"] for event in events)
        for old, number in lost.items():
            assert number <= options["relabel_limit"] * (labels == old).sum()
        for event in events:
            assert event["old"] == labels[event["index"]]
            last = [row[event["index"]] for row in asked[-options["relabel_confirmations"] :]]
            assert last == [event["new"]] * options["relabel_confirmations"]
        labels = book.labels.copy()
    most = options["relabel_changes"]
    changes = Counter(event["index"] for event in book.events)
    assert most is None or all(number <= most for number in changes.values())


@given(data=st.data(), count=st.integers(1, 20))
def test_without_brakes_every_proposal_counts_from_the_next_epoch(
    data: st.DataObject, count: int
) -> None:
    """The reference's way: nothing changes before the epoch's end, then all of it."""
    labels = data.draw(st.lists(st.integers(0, 2), min_size=count, max_size=count))
    new = data.draw(st.lists(st.integers(0, 2), min_size=count, max_size=count))
    book = LabelBook.of(np.array(labels), TrainConfig(preset="reference"))
    _note(book, 1, list(range(count)), new, [0.9] * count)
    assert book.labels.tolist() == labels
    book.close_epoch(1)
    assert book.labels.tolist() == new


def test_a_new_label_can_count_at_once() -> None:
    """relabel_counts=batch: the very batch that proposed it learns it."""
    book = LabelBook.of(np.zeros(4, np.int64), TrainConfig(relabel_counts="batch"))
    _note(book, 1, [2], [1], [0.9])
    assert book.labels.tolist() == [0, 0, 1, 0]
    assert book.close_epoch(1) == 1


@given(
    data=st.data(),
    given_labels=st.lists(st.integers(0, 2), min_size=1, max_size=5),
    most=st.none() | st.integers(1, 3),
)
def test_a_face_that_comes_twice_in_a_batch_changes_once(
    data: st.DataObject, given_labels: list[int], most: int | None
) -> None:
    """Each event is a change of the label before it, and the last proposal decides."""
    options = TrainConfig(relabel_counts="batch", relabel_changes=most)
    book = LabelBook.of(np.array(given_labels), options)
    labels, left = list(given_labels), [most or 99] * len(given_labels)
    faces = st.integers(0, len(labels) - 1)
    for epoch in range(1, 6):
        shown = data.draw(st.lists(st.tuples(faces, st.integers(0, 2)), min_size=1, max_size=8))
        indexes, new = [face for face, _ in shown], [label for _, label in shown]
        before, told = labels.copy(), len(book.events)
        _note(book, epoch, indexes, new, [0.9] * len(new))
        wanted = {face: label for face, label in shown if label != before[face] and left[face]}
        for face, label in wanted.items():
            labels[face], left[face] = label, left[face] - 1
        events = book.events[told:]
        assert {event["index"]: event["new"] for event in events} == wanted
        assert len(events) == len(wanted)
        assert all(event["old"] == before[event["index"]] != event["new"] for event in events)
        assert book.labels.tolist() == labels


def test_of_too_many_changes_the_surest_count() -> None:
    """A limit of a quarter of eight faces lets two go."""
    book = LabelBook.of(np.zeros(8, np.int64), TrainConfig(relabel_limit=0.25))
    _note(book, 1, [1, 3, 5, 7], [1, 1, 2, 2], [0.5, 0.9, 0.6, 0.8])
    book.close_epoch(1)
    assert book.labels.tolist() == [0, 0, 0, 1, 0, 0, 0, 2]
    assert [event["index"] for event in book.events] == [3, 7]


def test_an_epoch_without_the_proposal_breaks_the_row() -> None:
    """Two confirmations must follow each other."""
    book = LabelBook.of(np.zeros(1, np.int64), TrainConfig(relabel_confirmations=2))
    for epoch, new in enumerate([1, 0, 1, 1], 1):
        _note(book, epoch, [0], [new], [0.9])
        changed = book.close_epoch(epoch)
        assert changed == (epoch == 4)
