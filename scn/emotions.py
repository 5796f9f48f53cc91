"""Class orders: what each dataset's numbers mean, as names of the eight common emotions.

Sources: the label description in RAF-DB's and AffectNet's archives, the header of
https://github.com/microsoft/FERPlus (fer2013new.csv) and FER2013's challenge page
(https://www.kaggle.com/c/challenges-in-representation-learning-facial-expression-recognition-challenge).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

EMOTIONS: Final = ("neutral", "happy", "sad", "surprise", "fear", "disgust", "anger", "contempt")
"""The common order, AffectNet's: an emotion's place here is its class index in the code."""


@dataclass(frozen=True, slots=True)
class ClassOrder:
    """The class numbers of one dataset."""

    dataset: str
    emotions: Mapping[int, str]
    """The number of each class → its common name."""
    no_emotion: Mapping[int, str]
    """Numbers that carry no emotion → the word under which such images are dropped."""

    def code(self, emotion: str) -> int:
        """Return the dataset's number of an emotion; ValueError where it has none."""
        for code, name in self.emotions.items():
            if name == emotion:
                return code
        known = ", ".join(self.emotions.values())
        raise ValueError(f"emotion {emotion!r} is no class of {self.dataset}, which has: {known}")

    def common_indexes(self) -> dict[int, int]:
        """Map each class number to the emotion's place in ``EMOTIONS``."""
        return {code: EMOTIONS.index(name) for code, name in self.emotions.items()}


def _order(
    dataset: str, names: str, *, first: int = 0, no_emotion: Mapping[int, str] | None = None
) -> ClassOrder:
    emotions = dict(enumerate(names.split(), start=first))
    return ClassOrder(dataset, MappingProxyType(emotions), MappingProxyType(no_emotion or {}))


def alphabetical(order: ClassOrder, without: str = "") -> ClassOrder:
    """The same classes, or all but one, numbered by the alphabet, as re-uploads number them."""
    names = " ".join(sorted({*order.emotions.values()} - {without}))
    return _order(f"{order.dataset}, by the alphabet", names, first=min(order.emotions))


RAF_DB: Final = _order("raf-db", "surprise fear disgust happy sad anger neutral", first=1)
AFFECTNET: Final = _order(
    "affectnet",
    " ".join(EMOTIONS),
    no_emotion={8: "none", 9: "uncertain", 10: "not_a_face"},
)
FER2013: Final = _order("fer2013", "anger disgust fear happy sad surprise neutral")
FERPLUS: Final = _order(
    "ferplus",
    "neutral happy surprise sad anger disgust fear contempt",
    no_emotion={8: "unknown", 9: "not_a_face"},
)

CK_PLUS: Final = _order("ck-plus", "neutral anger contempt disgust fear happy sad surprise")
RAF_DB_COMPOUND: Final = ClassOrder(
    "raf-db-compound",
    MappingProxyType(
        dict(
            enumerate(
                (
                    "happily surprised",
                    "happily disgusted",
                    "sadly fearful",
                    "sadly angry",
                    "sadly surprised",
                    "sadly disgusted",
                    "fearfully angry",
                    "fearfully surprised",
                    "angrily surprised",
                    "angrily disgusted",
                    "disgustedly surprised",
                ),
                start=1,
            )
        )
    ),
    MappingProxyType({}),
)
JAFFE: Final[Mapping[str, str]] = MappingProxyType(
    {
        "AN": "anger",
        "DI": "disgust",
        "FE": "fear",
        "HA": "happy",
        "NE": "neutral",
        "SA": "sad",
        "SU": "surprise",
    }
)
KDEF: Final[Mapping[str, str]] = MappingProxyType(
    {("AF" if code == "FE" else code): emotion for code, emotion in JAFFE.items()}
)
RAFD: Final[Mapping[str, str]] = MappingProxyType(
    {
        "angry": "anger",
        "contemptuous": "contempt",
        "disgusted": "disgust",
        "fearful": "fear",
        "happy": "happy",
        "neutral": "neutral",
        "sad": "sad",
        "surprised": "surprise",
    }
)
GENKI: Final[Mapping[int, str]] = MappingProxyType({0: "no smile", 1: "smile"})
WORDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "anger": "anger", "angry": "anger", "contempt": "contempt", "contemptuous": "contempt",
        "disgust": "disgust", "disgusted": "disgust", "fear": "fear", "fearful": "fear",
        "happiness": "happy", "happy": "happy", "neutral": "neutral", "sad": "sad",
        "sadness": "sad", "surprise": "surprise", "surprised": "surprise",
    }
)  # fmt: skip
"""What people call emotions, in small letters → the common name."""


def common_names(labels: Iterable[str]) -> dict[str, str]:
    """Each label → its common name, if all of them are words for emotions; else → itself.

    Labels of another topic stay as they are, though one of them may be such a word.
    """
    names = {label: WORDS.get(label.lower(), "") for label in labels}
    return names if all(names.values()) else {label: label for label in names}


def class_order(names: Iterable[str]) -> tuple[str, ...]:
    """Each name once: emotions in the order of ``EMOTIONS``, then all others by the alphabet."""
    wanted = set(names)
    emotions = [name for name in EMOTIONS if name in wanted]
    return (*emotions, *sorted(wanted - set(EMOTIONS)))
