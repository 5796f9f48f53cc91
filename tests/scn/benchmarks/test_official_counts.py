"""The published counts: their sums, and the comparison with what was found."""

from pathlib import Path

import pytest

from scn.benchmarks import BENCHMARKS, BenchmarkName
from scn.benchmarks.counts import CountRow, OfficialCounts, compare
from scn.emotions import EMOTIONS, GENKI
from tests.scn.benchmarks.copies import (
    affectnet_csv,
    affectnet_npy,
    ferplus,
    ferplus_labels,
    rafdb,
    read_all,
)


def official(name: str) -> OfficialCounts:
    return BENCHMARKS[BenchmarkName(name)].official_counts()


def totals(name: str) -> dict[str, dict[str, int]]:
    return {
        layout: {split: count.total for split, count in splits.items()}
        for layout, splits in official(name).items()
    }


def test_rafdb_has_15339_images_in_two_splits() -> None:
    """Classes add up to the sizes papers state."""
    basic, compound = {"train": 12_271, "test": 3_068}, {"train": 3_162, "test": 792}
    assert totals("rafdb") == {
        "aligned images": basic,
        "original images": basic,
        "aligned images, compound emotions": compound,
        "original images, compound emotions": compound,
    }
    assert sum(totals("rafdb")["aligned images"].values()) == 15_339


def test_smaller_sets_add_up_to_the_sizes_of_their_papers() -> None:
    """Sums of the counts by class."""
    names = ("fer2013", "ckplus", "jaffe", "kdef", "rafd", "genki")
    found = {
        name: {layout: sum(s.values()) for layout, s in totals(name).items()} for name in names
    }
    assert found == {
        "fer2013": {"fer2013.csv": 35_887},
        "ckplus": {"three peak images and the first": 4 * 327},
        "jaffe": {"images named by subject and expression": 213},
        "kdef": {"KDEF": 4_900, "AKDEF": 70},
        "rafd": {"images named by angle, model and expression": 8_040},
        "genki": {"labels.txt and files": 4_000},
    }


def test_affectnet_has_287651_training_images_in_both_layouts() -> None:
    """Eight classes add up to the known total; the later layout lacks one validation image."""
    assert totals("affectnet") == {
        "csv label files": {"train": 287_651, "test": 4_000},
        "npy annotations": {"train": 287_651, "test": 3_999},
    }


def test_affectnet_without_contempt_has_the_size_of_its_seven_class_form() -> None:
    """Leaving out contempt gives the 283,901 and 3,500 images of seven-class papers."""
    for splits in official("affectnet").values():
        assert {split: count.without for split, count in splits.items()} == {
            "train": {"contempt": 283_901},
            "test": {"contempt": 3_500},
        }
        for count in splits.values():
            if count.per_emotion:
                left = count.total - count.per_emotion["contempt"]
                assert count.without == {"contempt": left}


def test_the_size_without_contempt_is_set_beside_what_was_found(tmp_path: Path) -> None:
    affectnet_csv(tmp_path)
    rows = compare(read_all("affectnet", tmp_path)[1], official("affectnet"))
    assert CountRow("train", "all", 5, 287_651) in rows
    assert CountRow("train", "all but contempt", 4, 283_901) in rows
    assert CountRow("test", "all but contempt", 1, 3_500) in rows


def test_ferplus_by_label_csv_gives_the_lists_of_the_authors() -> None:
    """Train and validation together are 28,236 images, the test split 3,137."""
    kept = totals("ferplus")["label.csv, majority"]
    assert (kept["train"] + kept["validation"], kept["test"]) == (28_236, 3_137)


def test_ferplus_never_keeps_more_than_the_named_rows() -> None:
    """Of 35,887 rows 173 have no name; argmax keeps nearly all others, majority fewer."""
    sums = {layout: sum(splits.values()) for layout, splits in totals("ferplus").items()}
    assert all(total <= 35_887 - 173 for total in sums.values())
    assert sums["fer2013new.csv, majority"] < sums["fer2013new.csv, argmax"]


@pytest.mark.parametrize("name", list(BenchmarkName))
def test_known_classes_add_up_to_their_split(name: BenchmarkName) -> None:
    """Where counts by emotion are known, their sum is the total and their names are emotions."""
    for splits in official(name).values():
        for count in splits.values():
            if count.per_emotion is not None:
                assert sum(count.per_emotion.values()) == count.total
                assert set(count.per_emotion) <= {*EMOTIONS, *GENKI.values()}


def test_the_layouts_that_are_read_have_published_counts(tmp_path: Path) -> None:
    """Every layout an adapter reports finds its official figures."""
    for number, (name, copy) in enumerate(
        [
            ("rafdb", rafdb),
            ("affectnet", affectnet_csv),
            ("affectnet", affectnet_npy),
            ("ferplus", ferplus),
        ]
    ):
        copy(tmp_path / str(number))
        assert read_all(name, tmp_path / str(number))[1].layout in official(name)
    both = ferplus_labels(ferplus(tmp_path / "both"))
    assert read_all("ferplus", both)[1].layout in official("ferplus")


def test_a_small_copy_is_set_beside_the_official_counts(tmp_path: Path) -> None:
    """The comparison has a row for each class of either side and one for the whole split."""
    rafdb(tmp_path)
    rows = compare(read_all("rafdb", tmp_path)[1], official("rafdb"))
    assert CountRow("train", "sad", 1, 1_982) in rows
    assert CountRow("train", "happy", 0, 4_772) in rows
    assert CountRow("train", "all", 3, 12_271) in rows
    assert CountRow("test", "all", 2, 3_068) in rows
    assert len(rows) == 2 * (7 + 1)


def test_a_choice_without_published_counts_is_reported_all_the_same(tmp_path: Path) -> None:
    """label.csv under argmax has no official figure: the found ones stand alone."""
    ferplus_labels(ferplus(tmp_path))
    ingest = read_all("ferplus", tmp_path, ferplus_votes="label.csv", ferplus_rule="argmax")[1]
    rows = compare(ingest, official("ferplus"))
    assert sum(row.found for row in rows if row.emotion == "all") == ingest.kept > 0
    assert {row.official for row in rows} == {None}
