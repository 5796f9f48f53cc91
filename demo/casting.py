"""Which videos the world holds: who plays what in which, and which searches return it."""

import string
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Final

import numpy as np

from demo.identities import Identity, identities
from demo.manifest import OUTCOMES, Trait, WorldVideo
from demo.scenes import Script, truth_of
from demo.scripts import Director
from scn.emotions import EMOTIONS

_PEOPLE: Final = 48
_HARD_CASES: Final[tuple[tuple[Trait, str], ...]] = (
    ("no_face", "happy"),
    ("glimpse", "surprise"),
    ("pair", "happy"),
    ("returning", "sad"),
    ("too_long", "fear"),
    ("truncated", "anger"),
    ("private", "disgust"),
    ("gone", "contempt"),
    ("text", "neutral"),
    ("popular", "surprise"),
)
_MIN_CLIP_S: Final = 5.0
# Those that are never filmed state some length all the same, in seconds.
_STATED_S: Final[Mapping[Trait, float]] = {
    "too_long": 300.0,
    "private": 12.0,
    "gone": 14.0,
    "text": 11.0,
}
_STREAM: Final = 2
_ALPHABET: Final = string.ascii_letters + string.digits + "-_"
# Titles are strangers' text: they hold path separators, markup and other scripts.
_TITLES: Final = (
    "{} face, caught on camera",
    "My {} day / vlog ../ part 2",
    "<b>{}</b> reaction & more",
    "«{}» — ein Gesicht",
    "{} 表情",
    "SO {}!!! 😮",
)


@dataclass(frozen=True, slots=True)
class Plan:
    """A video to be made."""

    video: WorldVideo
    script: Script | None
    """None where there is nothing to film."""


def plan_world(
    queries: Mapping[str, Sequence[str]],
    *,
    seed: int,
    videos_per_emotion: int,
    off_topic_share: float,
) -> tuple[Plan, ...]:
    """All videos of the world, as ``demo.world.build_world`` explains."""
    _check(queries, videos_per_emotion, off_topic_share)
    rng = np.random.default_rng([seed, _STREAM])
    planner = _Planner(rng, queries, identities(_PEOPLE, seed=seed, group="videos"))
    ordinary = [
        planner.ordinary(emotion, off_topic)
        for emotion, off_topic in _topics(videos_per_emotion, off_topic_share)
    ]
    return (*ordinary, *(planner.plan(trait, emotion, emotion) for trait, emotion in _HARD_CASES))


def _check(
    queries: Mapping[str, Sequence[str]], videos_per_emotion: int, off_topic_share: float
) -> None:
    texts = list(chain.from_iterable(queries.values()))
    if set(queries) != set(EMOTIONS) or min(map(len, queries.values())) < 2:
        raise ValueError(f"queries: must hold at least 2 texts for each of {EMOTIONS}")
    if len(set(texts)) < len(texts):
        raise ValueError("queries: all texts must be different")
    if videos_per_emotion < 1:
        raise ValueError(f"videos_per_emotion: must be at least 1, was {videos_per_emotion}")
    if not 0 <= off_topic_share <= 1:
        raise ValueError(f"off_topic_share: must be in 0 to 1, was {off_topic_share}")


def _topics(videos_per_emotion: int, off_topic_share: float) -> Iterator[tuple[str, bool]]:
    """Emotion of each ordinary video, and whether it shows another; these are spread evenly."""
    steps = np.arange(videos_per_emotion * len(EMOTIONS) + 1) * off_topic_share
    off_topic = np.diff(np.floor(steps + 1e-9)) > 0
    for index, emotion in enumerate(np.repeat(EMOTIONS, videos_per_emotion).tolist()):
        yield emotion, bool(off_topic[index])


class _Planner:
    def __init__(
        self,
        rng: np.random.Generator,
        queries: Mapping[str, Sequence[str]],
        company: Sequence[Identity],
    ) -> None:
        self._rng = rng
        self._queries = queries
        self._director = Director(rng, company)

    def ordinary(self, found_under: str, off_topic: bool) -> Plan:
        others = [emotion for emotion in EMOTIONS if emotion != found_under]
        shown = str(self._rng.choice(others)) if off_topic else found_under
        return self.plan("ordinary", found_under, shown)

    def plan(self, trait: Trait, found_under: str, shown: str) -> Plan:
        script = self._script(trait, shown)
        video_id = self._word(11)
        video = WorldVideo(
            video_id=video_id,
            trait=trait,
            title=str(self._rng.choice(_TITLES)).format(found_under),
            channel_id="UC" + self._word(22),
            duration_s=script.duration_s if script else _STATED_S[trait],
            licence=None,
            file=f"{video_id}.mp4" if script or trait == "text" else None,
            found_under=found_under,
            shown=shown if script and script.cast else None,
            queries=self._found_by(trait, found_under),
            clips=_clips(trait, script),
        )
        return Plan(video, script)

    def _script(self, trait: Trait, shown: str) -> Script | None:
        if trait in _STATED_S:
            return None
        scripts = {
            "glimpse": self._director.glimpse,
            "pair": self._director.pair,
            "returning": self._director.returning,
        }
        if trait == "no_face":
            return self._director.nobody()
        return scripts.get(trait, self._director.ordinary)(shown)

    def _word(self, length: int) -> str:
        return "".join(self._rng.choice(list(_ALPHABET), length))

    def _found_by(self, trait: Trait, emotion: str) -> tuple[str, ...]:
        """One or two of the emotion's queries; a popular video also meets one of the next."""
        own = self._queries[emotion]
        count = 2 if trait == "popular" else int(self._rng.integers(1, 3))
        chosen = self._rng.choice(len(own), count, replace=False)
        found_by = tuple(own[index] for index in chosen)
        following = EMOTIONS[(EMOTIONS.index(emotion) + 1) % len(EMOTIONS)]
        return (*found_by, self._queries[following][0]) if trait == "popular" else found_by


def _clips(trait: Trait, script: Script | None) -> int | None:
    if script is None or OUTCOMES[trait][0] != "collected":
        return None
    return truth_of(script).clips(_MIN_CLIP_S)
