"""The words that are searched for, and the order of the queries."""

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.schema import VIDEOS
from webemotion.planning.lexicon import Query, load_lexicon, plan

LEXICON = load_lexicon()
EMOTIONS = ("neutral", "happy", "sad", "surprise", "fear", "disgust", "anger", "contempt")
WORDS = ["emotions", "countries", "ages"]


def test_it_has_the_published_numbers_of_words() -> None:
    """Eight emotions, forty keywords, forty-five countries on four continents, six ages."""
    assert tuple(emotion.name for emotion in LEXICON.emotions) == EMOTIONS
    assert [len(emotion.keywords) for emotion in LEXICON.emotions] == [5] * 8
    assert set(LEXICON.countries) == {"Asia", "Europe", "Africa", "America"}
    assert len(LEXICON.all_countries) == 45
    assert len(LEXICON.ages) == 6


def test_it_says_what_is_published() -> None:
    """Only the keywords of happy and the ages stand in the paper, and are marked so."""
    published = {
        emotion.name: emotion.keywords for emotion in LEXICON.emotions if emotion.published
    }
    assert published == {"happy": ("happy", "funny", "ecstatic", "smug", "kawaii")}
    assert [age.word for age in LEXICON.ages if age.published] == [
        "baby", "lady", "woman", "man", "old man", "old woman",
    ]  # fmt: skip


def test_children_are_left_out_unless_asked_for() -> None:
    """The plan searches for babies only with include_children."""
    assert "baby" not in {query.age for query in plan(LEXICON)}
    assert "baby" in {query.age for query in plan(LEXICON, include_children=True)}
    with pytest.raises(ValueError, match=r"baby.*include_children"):
        plan(LEXICON, ages=["baby"])


def test_the_whole_plan_is_every_combination_once() -> None:
    """All words give 40 x 45 x 6 different queries."""
    queries = plan(LEXICON, include_children=True)
    assert len(queries) == len(set(queries)) == 40 * 45 * 6


@given(
    emotions=st.none() | st.lists(st.sampled_from(EMOTIONS), min_size=1),
    keywords=st.none() | st.integers(1, 5),
    countries=st.lists(st.sampled_from(LEXICON.all_countries), min_size=1, max_size=4),
    stop=st.integers(1, 200),
)
def test_stopping_early_leaves_the_emotions_balanced(
    emotions: list[str] | None, keywords: int | None, countries: list[str], stop: int
) -> None:
    """Any beginning of a plan has the same number of queries per emotion, give or take one."""
    queries = plan(LEXICON, emotions=emotions, keywords_per_emotion=keywords, countries=countries)
    counts = Counter(dict.fromkeys(emotions or EMOTIONS, 0))
    counts.update(query.emotion for query in queries[:stop])
    assert max(counts.values()) - min(counts.values()) <= 1


def test_an_early_stop_has_seen_every_age_and_keyword() -> None:
    """The first five rounds hold all 40 keywords and all five grown-up ages."""
    first = plan(LEXICON)[: 8 * 5]
    assert len({query.keyword for query in first}) == 40
    assert len({query.age for query in first}) == 5
    assert len({query.country for query in first}) == 5


@pytest.mark.parametrize("field", WORDS)
def test_an_unknown_word_is_named_with_what_is_allowed(field: str) -> None:
    """A word that the lexicon lacks raises, with the field, the word and the choice."""
    with pytest.raises(ValueError, match=rf"{field}: \['nowhere'\].*\['"):
        plan(LEXICON, **{field: ["nowhere"]})  # type: ignore[arg-type]


@pytest.mark.parametrize("field", WORDS)
def test_a_plan_without_queries_is_refused(field: str) -> None:
    """Choosing no word of a kind leaves nothing to search for."""
    with pytest.raises(ValueError, match=f"{field}: none chosen"):
        plan(LEXICON, **{field: []})  # type: ignore[arg-type]


def test_fewer_than_one_keyword_is_refused() -> None:
    """The number of keywords per emotion is at least 1."""
    with pytest.raises(ValueError, match="keywords_per_emotion is 0"):
        plan(LEXICON, keywords_per_emotion=0)


def test_a_query_reads_as_its_template_says() -> None:
    """Keyword, country and age fill the template's places."""
    assert Query("happy", "smug", "France", "old man").text == "smug France old man"
    assert Query("happy", "smug", "France", "man", "{age} {keyword}, {country}").text == (
        "man smug, France"
    )


def test_the_ledger_has_a_column_for_each_word_of_a_query() -> None:
    """What a query is made of can be written down as it is."""
    columns = {field.name for field in VIDEOS.field("found_by").type.value_type}
    assert {"emotion", "keyword", "country", "age"} <= columns


OWN = """
template = "{keyword} {country} {age}"
emotions = [{name = "joy", keywords = ["glee"]}]
ages = [{word = "adult"}]
[countries]
Oceania = ["Fiji"]
"""


def test_a_lexicon_of_ones_own_replaces_the_words(tmp_path: Path) -> None:
    """A user's file makes the queries it says, with any number of words."""
    path = tmp_path / "own.toml"
    path.write_text(OWN)
    assert [query.text for query in plan(load_lexicon(path))] == ["glee Fiji adult"]


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ('["glee"]', "[]", r"emotions\.0\.keywords"),
        ('["glee"]', '["glee", "Glee"]', "emotions.*glee.*more than once"),
        ('["glee"]', '[" "]', r"emotions\.0\.keywords\.0"),
        ('"Fiji"', '"Fiji", "Fiji"', "countries.*more than once"),
        ('word = "adult"', 'word = "adult", old = true', r"ages\.0\.old"),
        ("{country}", "{keyword}", "template.*must name"),
        ("{country}", "{country.__class__}", "template.*must name"),
        ("[countries]", "[countries", "not a TOML file"),
    ],
)
def test_a_wrong_lexicon_is_refused_by_field(
    old: str, new: str, complaint: str, tmp_path: Path
) -> None:
    """The message names the file and the field that is wrong."""
    path = tmp_path / "own.toml"
    path.write_text(OWN.replace(old, new))
    with pytest.raises(ValueError, match=rf"own\.toml.*{complaint}"):
        load_lexicon(path)
