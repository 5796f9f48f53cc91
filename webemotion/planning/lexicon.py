"""The words that are searched for, and the queries they make.

The words live in ``lexicon.toml``, which says what is published and what is chosen here.
"""

import string
import tomllib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from importlib import resources
from itertools import chain, product, zip_longest
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

Word = Annotated[str, Field(min_length=1, max_length=60, pattern=r"^\S(.*\S)?$")]

_PLACES = frozenset({"keyword", "country", "age"})


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Emotion(_Part):
    """An emotion and the words that people use for it."""

    name: Word
    keywords: tuple[Word, ...] = Field(min_length=1)
    published: bool = False


class Age(_Part):
    """A word for people of an age."""

    word: Word
    published: bool = False
    children: bool = False
    """The word targets children, so it is left out unless asked for."""


class Lexicon(_Part):
    """All words, and how a query is put together from them."""

    template: str
    emotions: tuple[Emotion, ...] = Field(min_length=1)
    countries: dict[Word, tuple[Word, ...]] = Field(min_length=1)
    """Continent → countries."""
    ages: tuple[Age, ...] = Field(min_length=1)

    @property
    def all_countries(self) -> tuple[str, ...]:
        """The countries of every continent."""
        return tuple(country for group in self.countries.values() for country in group)

    @field_validator("template")
    @classmethod
    def _names_every_place(cls, template: str) -> str:
        places = [name for _, name, _, _ in string.Formatter().parse(template) if name is not None]
        if sorted(places) != sorted(_PLACES):
            msg = f"{template!r} must name each of {{keyword}}, {{country}} and {{age}} once"
            raise ValueError(msg)
        return template

    @field_validator("emotions")
    @classmethod
    def _has_distinct_keywords(cls, emotions: tuple[Emotion, ...]) -> tuple[Emotion, ...]:
        _refuse_repeats([emotion.name for emotion in emotions])
        _refuse_repeats([keyword for emotion in emotions for keyword in emotion.keywords])
        return emotions

    @field_validator("countries")
    @classmethod
    def _has_distinct_countries(
        cls, countries: dict[str, tuple[str, ...]]
    ) -> dict[str, tuple[str, ...]]:
        _refuse_repeats([country for group in countries.values() for country in group])
        return countries

    @field_validator("ages")
    @classmethod
    def _has_distinct_ages(cls, ages: tuple[Age, ...]) -> tuple[Age, ...]:
        _refuse_repeats([age.word for age in ages])
        return ages


def load_lexicon(path: Path | None = None) -> Lexicon:
    """Read a lexicon; None reads the one that comes with the package.

    Raises:
        ValueError: the file is no TOML, or a field is wrong; the message names file and field.
        OSError: the file cannot be read.
    """
    source = path or resources.files("webemotion.planning") / "lexicon.toml"
    try:
        return Lexicon.model_validate(tomllib.loads(source.read_text(encoding="utf-8")))
    except ValidationError as error:
        faults = (
            f"{'.'.join(str(step) for step in fault['loc'])}: {fault['msg']}"
            for fault in error.errors(include_url=False)
        )
        msg = f"{source}: " + "; ".join(faults)
        raise ValueError(msg) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        msg = f"{source}: not a TOML file: {error}"
        raise ValueError(msg) from error


@dataclass(frozen=True, slots=True)
class Query:
    """One search: an emotion's keyword, a country and an age."""

    emotion: str
    keyword: str
    country: str
    age: str
    template: str = "{keyword} {country} {age}"

    @property
    def text(self) -> str:
        """What is typed into the search box."""
        return self.template.format(keyword=self.keyword, country=self.country, age=self.age)


def plan(
    lexicon: Lexicon,
    *,
    emotions: Sequence[str] | None = None,
    keywords_per_emotion: int | None = None,
    countries: Sequence[str] | None = None,
    ages: Sequence[str] | None = None,
    include_children: bool = False,
) -> tuple[Query, ...]:
    """Combine the words into queries that take turns among the emotions.

    Stopping early therefore leaves every emotion with the same number of queries, give or take
    one, for as long as none of them has run out of keywords. None means all words of a kind.

    Raises:
        ValueError: an unknown word, a count below 1, a child's age without ``include_children``,
            or nothing left to search for.
    """
    if keywords_per_emotion is not None and keywords_per_emotion < 1:
        msg = f"keywords_per_emotion is {keywords_per_emotion}; it must be at least 1"
        raise ValueError(msg)
    names = _choose("emotions", emotions, [emotion.name for emotion in lexicon.emotions])
    places = _choose("countries", countries, lexicon.all_countries)
    years = _choose_ages(lexicon, ages, include_children=include_children)
    turns = [
        _queries(emotion, keywords_per_emotion, places, years, lexicon.template)
        for emotion in lexicon.emotions
        if emotion.name in names
    ]
    return tuple(query for query in chain.from_iterable(zip_longest(*turns)) if query is not None)


def _queries(
    emotion: Emotion,
    keywords: int | None,
    countries: Sequence[str],
    ages: Sequence[str],
    template: str,
) -> list[Query]:
    """All combinations, along diagonals: neighbours differ in every word.

    An early stop has then seen about as many queries of each keyword, country and age.
    """
    words = emotion.keywords[:keywords]
    steps = product(range(len(ages)), range(len(countries)), range(len(words)))
    return [
        Query(
            emotion.name,
            words[step],
            countries[(step + shift) % len(countries)],
            ages[(step + shift + turn) % len(ages)],
            template,
        )
        for turn, shift, step in steps
    ]


def _choose_ages(
    lexicon: Lexicon, ages: Sequence[str] | None, *, include_children: bool
) -> tuple[str, ...]:
    allowed = [age.word for age in lexicon.ages if include_children or not age.children]
    held_back = {age.word for age in lexicon.ages} - set(allowed)
    asked = held_back.intersection(ages or ())
    if asked:
        msg = f"ages: {sorted(asked)} target children; set include_children to search for them"
        raise ValueError(msg)
    return _choose("ages", ages, allowed)


def _choose(field: str, wanted: Sequence[str] | None, allowed: Collection[str]) -> tuple[str, ...]:
    unknown = sorted(set(wanted or ()) - set(allowed))
    if unknown:
        msg = f"{field}: {unknown} not in the lexicon, which allows {sorted(allowed)}"
        raise ValueError(msg)
    chosen = tuple(word for word in allowed if wanted is None or word in wanted)
    if not chosen:
        msg = f"{field}: none chosen, so there is nothing to search for"
        raise ValueError(msg)
    return chosen


def _refuse_repeats(words: list[str]) -> None:
    # Two words that differ only in case are one query to a search engine.
    folded = [word.casefold() for word in words]
    repeated = sorted({word for word in folded if folded.count(word) > 1})
    if repeated:
        msg = f"{repeated} occur more than once"
        raise ValueError(msg)
