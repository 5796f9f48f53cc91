"""Class orders by name, against the table of dataset formats."""

from collections.abc import Mapping

import pytest

from scn.emotions import (
    AFFECTNET,
    CK_PLUS,
    EMOTIONS,
    FER2013,
    FERPLUS,
    GENKI,
    JAFFE,
    KDEF,
    RAF_DB,
    RAF_DB_COMPOUND,
    RAFD,
    ClassOrder,
    class_order,
    common_names,
)


@pytest.mark.parametrize(
    ("order", "first", "common"),
    [
        (RAF_DB, 1, [3, 4, 5, 1, 2, 6, 0]),
        (AFFECTNET, 0, [0, 1, 2, 3, 4, 5, 6, 7]),
        (FER2013, 0, [6, 5, 4, 1, 2, 3, 0]),
        (FERPLUS, 0, [0, 1, 3, 2, 6, 5, 4, 7]),
        (CK_PLUS, 0, [0, 6, 7, 5, 4, 1, 2, 3]),
    ],
    ids=lambda value: value.dataset if isinstance(value, ClassOrder) else None,
)
def test_native_numbers_map_to_the_common_order(
    order: ClassOrder, first: int, common: list[int]
) -> None:
    """Each dataset's numbers, in sequence, map to the indexes of the published table."""
    assert order.common_indexes() == dict(enumerate(common, start=first))


@pytest.mark.parametrize(
    ("words", "codes", "common"),
    [
        (JAFFE, "AN DI FE HA NE SA SU", [6, 5, 4, 1, 0, 2, 3]),
        (KDEF, "AN DI AF HA NE SA SU", [6, 5, 4, 1, 0, 2, 3]),
        (
            RAFD,
            "angry contemptuous disgusted fearful happy neutral sad surprised",
            [6, 7, 5, 4, 1, 0, 2, 3],
        ),
    ],
    ids=["jaffe", "kdef", "rafd"],
)
def test_words_in_file_names_map_to_the_common_order(
    words: Mapping[str, str], codes: str, common: list[int]
) -> None:
    """Each word, in the sequence of the published table, maps to its index there."""
    assert {code: EMOTIONS.index(words[code]) for code in words} == dict(
        zip(codes.split(), common, strict=True)
    )


@pytest.mark.parametrize("order", [RAF_DB, AFFECTNET, FER2013, FERPLUS, CK_PLUS])
def test_a_code_and_its_emotion_name_each_other(order: ClassOrder) -> None:
    """The number of an emotion is the number whose emotion it is."""
    assert {order.code(name): name for name in order.emotions.values()} == order.emotions


@pytest.mark.parametrize("order", [RAF_DB, FER2013])
def test_an_emotion_without_a_class_is_refused(order: ClassOrder) -> None:
    """RAF-DB and FER2013 have no contempt, and the message says what they have."""
    with pytest.raises(ValueError, match=r"'contempt' is no class of .*surprise"):
        order.code("contempt")


def test_numbers_without_emotion_are_none_of_the_classes() -> None:
    """AffectNet drops 8 to 10, FERPlus its columns unknown and NF."""
    assert list(AFFECTNET.no_emotion) == [8, 9, 10]
    assert list(FERPLUS.no_emotion) == [8, 9]
    assert not {*AFFECTNET.no_emotion.values(), *FERPLUS.no_emotion.values()} & {*EMOTIONS}


def test_seven_classes_keep_the_common_order() -> None:
    """RAF-DB's emotions in common order are the eight without contempt."""
    assert class_order(RAF_DB.emotions.values()) == EMOTIONS[:7]


def test_other_classes_follow_the_emotions_by_the_alphabet() -> None:
    """Of each name one, in an order that does not depend on theirs."""
    names = ["rust", "sad", "blight", "happy", "rust"]
    assert class_order(names) == class_order(names[::-1]) == ("happy", "sad", "blight", "rust")


def test_compound_emotions_and_smiles_have_numbers_and_names_of_their_own() -> None:
    """None is one of the common emotions, with which they must not be mixed up."""
    assert dict(RAF_DB_COMPOUND.emotions) == {
        1: "happily surprised",
        2: "happily disgusted",
        3: "sadly fearful",
        4: "sadly angry",
        5: "sadly surprised",
        6: "sadly disgusted",
        7: "fearfully angry",
        8: "fearfully surprised",
        9: "angrily surprised",
        10: "angrily disgusted",
        11: "disgustedly surprised",
    }
    assert dict(GENKI) == {0: "no smile", 1: "smile"}
    assert not {*RAF_DB_COMPOUND.emotions.values(), *GENKI.values()} & {*EMOTIONS}


def test_words_for_emotions_get_the_common_names() -> None:
    """Whatever their case and form, if every label is such a word."""
    assert common_names(["angry", "Happy", "surprised", "SADNESS", "fear"]) == {
        "angry": "anger",
        "Happy": "happy",
        "surprised": "surprise",
        "SADNESS": "sad",
        "fear": "fear",
    }


def test_labels_of_another_topic_stay_as_they_are() -> None:
    assert common_names(["Angry", "hungry"]) == {"Angry": "Angry", "hungry": "hungry"}
