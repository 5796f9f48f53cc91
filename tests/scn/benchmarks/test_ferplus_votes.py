"""The rules that turn votes into a label, against independent transcriptions."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scn.benchmarks.ferplus_votes import CLASSES, parse_votes, shares, verdict

VOTES = st.lists(st.integers(0, 10), min_size=10, max_size=10)
TEN_ANNOTATORS = st.lists(st.integers(0, 9), min_size=10, max_size=10).map(
    lambda columns: [columns.count(column) for column in range(10)]
)
COMMON = [
    *("neutral", "happy", "surprise", "sad", "anger", "disgust", "fear", "contempt"),
    *("unknown", "not_a_face"),
]


def transcribed_majority(votes: list[int]) -> str:
    """The published rule in array arithmetic: one-hot of the peak, or of unknown without one."""
    raw = np.asarray(votes, dtype=float)
    raw[raw < 1 + np.finfo(float).eps] = 0
    has_peak = raw.max() > 0.5 * raw.sum()
    return COMMON[int(raw.argmax())] if has_peak else "no_majority"


@given(votes=VOTES | TEN_ANNOTATORS)
def test_majority_follows_the_published_rule(votes: list[int]) -> None:
    """The verdict is that of an array transcription, for any votes."""
    assert verdict(votes, "majority") == transcribed_majority(votes)


@given(votes=VOTES | TEN_ANNOTATORS)
def test_argmax_takes_the_most_votes_among_the_emotions(votes: list[int]) -> None:
    """The verdict is numpy's argmax of the first eight columns where they have a vote."""
    emotions = np.asarray(votes[:8])
    expected = COMMON[int(emotions.argmax())] if emotions.any() else "no_emotion"
    assert verdict(votes, "argmax") == expected


@given(votes=TEN_ANNOTATORS, extra=st.integers(0, 7))
def test_a_kept_majority_stays_when_its_class_gains_a_vote(votes: list[int], extra: int) -> None:
    """One more vote for the winner never unseats it."""
    winner = verdict(votes, "majority")
    if winner not in CLASSES:
        votes[extra] += 10
        winner = COMMON[extra]
    votes[CLASSES.index(winner)] += 1
    assert verdict(votes, "majority") == winner


@given(votes=TEN_ANNOTATORS.filter(lambda votes: any(votes[:8])))
def test_shares_sum_to_one_and_keep_the_proportions(votes: list[int]) -> None:
    """Shares are the emotions' votes over their sum, zeros left out."""
    result = shares(votes)
    total = sum(votes[:8])
    assert sum(result.values()) == pytest.approx(1)
    assert {name: round(share * total) for name, share in result.items()} == {
        name: number for name, number in zip(COMMON[:8], votes, strict=False) if number
    }


@given(votes=VOTES)
def test_votes_are_read_back_from_their_text(votes: list[int]) -> None:
    """Parsing undoes writing."""
    assert parse_votes([str(number) for number in votes]) == tuple(votes)


@pytest.mark.parametrize("field", ["", "x", "1.5", "-1"])
def test_anything_but_whole_numbers_from_zero_is_refused(field: str) -> None:
    """A vote is a count."""
    with pytest.raises(ValueError, match=r"votes|invalid literal"):
        parse_votes(["0"] * 9 + [field])
