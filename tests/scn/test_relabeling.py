"""The rule of relabeling, and a book that forgets nothing."""

import numpy as np
import torch
from hypothesis import given
from hypothesis import strategies as st

from scn.config.relabeling_options import RelabelingOptions
from scn.label_book import LabelBook, events_table
from scn.losses import high_count
from scn.relabeling import Proposals, low_group, propose
from storage.schema import LABELS
from tests.scn import numpy_scn

CLASSES = ("neutral", "happy", "sad", "fear")
ANY = RelabelingOptions(relabel_changes=None)


@given(
    seed=st.integers(0, 10_000),
    size=st.integers(1, 50),
    classes=st.integers(2, 9),
    margin=st.floats(0, 1),
)
def test_a_label_changes_exactly_where_the_rule_says(
    seed: int, size: int, classes: int, margin: float
) -> None:
    """The new label is the best class where an eligible face has P_max − P_given > δ2, else y."""
    rng = np.random.default_rng(seed)
    p = rng.dirichlet(np.full(classes, 0.5), size)
    labels, eligible = rng.integers(0, classes, size), rng.random(size) < 0.5
    wanted = numpy_scn.relabel(p, labels, np.flatnonzero(eligible).tolist(), margin)
    proposals = propose(
        torch.from_numpy(p), torch.from_numpy(labels), torch.from_numpy(eligible), margin
    )
    assert proposals.new.tolist() == wanted


@given(seed=st.integers(0, 10_000), classes=st.integers(2, 9), eighths=st.integers(0, 8))
def test_a_lead_that_only_equals_the_margin_changes_nothing(
    seed: int, classes: int, eighths: int
) -> None:
    """P_max − P_given must exceed δ2: in eighths, which floats hold exactly, ties are common."""
    rng = np.random.default_rng(seed)
    counts = rng.multinomial(8, np.full(classes, 1 / classes), 20)
    labels = rng.integers(0, classes, 20)
    everyone = torch.ones(20, dtype=torch.bool)
    proposals = propose(
        torch.from_numpy(counts / 8), torch.from_numpy(labels), everyone, eighths / 8
    )
    lead = counts.max(axis=1) - counts[np.arange(20), labels]
    assert (proposals.new.numpy() != labels).tolist() == (lead > eighths).tolist()


@given(seed=st.integers(0, 10_000), size=st.integers(2, 80), ratio=st.floats(0.05, 0.95))
def test_no_one_in_the_low_group_outranks_the_high_group(
    seed: int, size: int, ratio: float
) -> None:
    """The low group holds the least important faces, ties included."""
    alpha = torch.from_numpy(np.random.default_rng(seed).integers(0, 9, size) / 8)
    low = low_group(alpha, ratio)
    assert int(low.sum()) == size - high_count(size, ratio)
    assert alpha[low].max() <= alpha[~low].min()


def test_a_face_alone_in_its_batch_is_in_no_low_group() -> None:
    """A batch of one has nobody to be ranked below."""
    assert low_group(torch.tensor([0.1]), 0.7).tolist() == [False]


_change = st.tuples(st.integers(0, 9), st.integers(0, 3))
_epochs = st.lists(st.lists(_change, unique_by=lambda change: change[0], max_size=10), max_size=6)


def _noted(book: LabelBook, epoch: int, changes: list[tuple[int, int]]) -> None:
    index, new = (np.array([c[i] for c in changes], np.int64) for i in (0, 1))
    score = torch.zeros(len(changes))
    book.note(epoch, index, Proposals(torch.from_numpy(new), score, score), score)


@given(epochs=_epochs)
def test_the_book_is_a_dictionary_with_a_memory(epochs: list[list[tuple[int, int]]]) -> None:
    """After any history labels equal a plain dictionary's, and the events replay to them."""
    given_labels = np.arange(10) % 4
    book, plain = LabelBook.of(given_labels, ANY), dict(enumerate(given_labels.tolist()))
    for epoch, changes in enumerate(epochs, start=1):
        _noted(book, epoch, changes)
        changed = sum(plain[index] != new for index, new in changes)
        plain.update(changes)
        assert book.close_epoch(epoch) == changed
        assert book.labels.tolist() == [plain[index] for index in range(10)]
    replayed = given_labels.copy()
    for event in book.events:
        assert replayed[event["index"]] == event["old"] != event["new"]
        replayed[event["index"]] = event["new"]
    assert replayed.tolist() == book.labels.tolist()


def test_a_new_label_counts_from_the_next_epoch() -> None:
    """Labels stand still until the epoch closes."""
    book = LabelBook.of(np.zeros(10, np.int64), ANY)
    _noted(book, 1, [(4, 2)])
    assert book.labels[4] == 0
    book.close_epoch(1)
    assert book.labels[4] == 2


@given(epochs=_epochs)
def test_events_become_rows_by_name(epochs: list[list[tuple[int, int]]]) -> None:
    """The table of events has the store's columns, with faces and classes by name."""
    book = LabelBook.of(np.zeros(10, np.int64), ANY)
    for epoch, changes in enumerate(epochs, start=1):
        _noted(book, epoch, changes)
        book.close_epoch(epoch)
    face_ids = [f"face{number}" for number in range(10)]
    table = events_table(book.events, "run", face_ids, CLASSES)
    assert table.schema == LABELS
    assert table["face_id"].to_pylist() == [face_ids[event["index"]] for event in book.events]
    assert table["new"].to_pylist() == [CLASSES[event["new"]] for event in book.events]
