"""What ten annotators of FERPlus voted, and the label that follows from it.

Source: https://arxiv.org/abs/1608.01041 and the majority rule of
https://github.com/microsoft/FERPlus (src/ferplus.py).
"""

from collections.abc import Sequence

from scn.benchmarks.options import FerPlusRule
from scn.emotions import FERPLUS

CLASSES = (*FERPLUS.emotions.values(), *FERPLUS.no_emotion.values())
"""What each column of votes stands for, in the files' order."""


def parse_votes(fields: Sequence[str]) -> tuple[int, ...]:
    """Return the columns of votes as numbers; ValueError if one is no whole number from 0."""
    votes = tuple(int(field) for field in fields)
    if min(votes) < 0:
        raise ValueError(f"votes {votes} are not all from 0")
    return votes


def verdict(votes: Sequence[int], rule: FerPlusRule) -> str:
    """Return the emotion the votes give, or the reason for which the image is dropped.

    Args:
        votes: one number for each of ``CLASSES``.
        rule: the published majority rule, or the emotion with the most votes (a tie goes to the
            first column, as argmax does).

    Returns:
        An emotion, "unknown", "not_a_face", "no_majority" or "no_emotion".
    """
    return _majority(votes) if rule == "majority" else _argmax(votes)


def _majority(votes: Sequence[int]) -> str:
    agreed = [number if number > 1 else 0 for number in votes]
    most = max(agreed)
    return CLASSES[agreed.index(most)] if 2 * most > sum(agreed) else "no_majority"


def _argmax(votes: Sequence[int]) -> str:
    emotions = votes[: len(FERPLUS.emotions)]
    return CLASSES[emotions.index(max(emotions))] if any(emotions) else "no_emotion"


def shares(votes: Sequence[int]) -> dict[str, float]:
    """Return each emotion's share of all votes for emotions; unknown and not a face left out."""
    emotions = dict(zip(FERPLUS.emotions.values(), votes, strict=False))
    total = sum(emotions.values())
    return {emotion: number / total for emotion, number in emotions.items() if number}
