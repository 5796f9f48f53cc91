"""Re-uploads whose classes follow the alphabet are recognised, and read only when asked for."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

from scn.benchmarks import BENCHMARKS, BenchmarkName
from scn.benchmarks.errors import LayoutError
from scn.emotions import AFFECTNET, FER2013, ClassOrder, alphabetical
from tests.scn.benchmarks.copies import (
    CSV_HEADER,
    FER2013_HEADER,
    LANDMARKS,
    picture,
    read_all,
    rows_of,
)

PIXELS = " ".join(["7"] * 48 * 48)


def _published(name: str) -> Mapping[str, int]:
    counts = BENCHMARKS[BenchmarkName(name)].official_counts()
    per_emotion = next(iter(counts.values()))["train"].per_emotion
    assert per_emotion is not None
    return per_emotion


def _codes(name: str, order: ClassOrder, share: float) -> list[int]:
    """Class numbers of a part of the published training images, as an order gives them."""
    published = _published(name)
    return [order.code(e) for e, n in published.items() for _ in range(round(share * n))]


def _fer2013(folder: Path, codes: list[int]) -> Path:
    rows = "".join(f"{code},{PIXELS},Training\n" for code in codes)
    (folder / "fer2013.csv").write_text(FER2013_HEADER + rows)
    return folder


def _affectnet(folder: Path, codes: list[int]) -> Path:
    images = folder / "Manually_Annotated_Images" / "1"
    images.mkdir(parents=True)
    image = picture()
    rows = [f"1/{n}.jpg,6,4,30,20,{LANDMARKS},{code},0,0\n" for n, code in enumerate(codes)]
    for number in range(len(codes)):
        (images / f"{number}.jpg").write_bytes(image)
    (folder / "training.csv").write_text(CSV_HEADER + "".join(rows))
    (folder / "validation.csv").write_text(CSV_HEADER)
    return folder


@pytest.mark.parametrize(
    ("name", "order", "share"), [("fer2013", FER2013, 0.1), ("affectnet", AFFECTNET, 0.008)]
)
def test_numbers_by_the_alphabet_are_recognised_by_the_sizes_of_classes(
    tmp_path: Path, name: str, order: ClassOrder, share: float
) -> None:
    """The official order passes; the alphabet is refused, and read rightly when asked for."""
    write = _fer2013 if name == "fer2013" else _affectnet
    (tmp_path / "official").mkdir()
    (tmp_path / "other").mkdir()
    official = write(tmp_path / "official", _codes(name, order, share))
    other = write(tmp_path / "other", _codes(name, alphabetical(order), share))
    _, expected = read_all(name, official)
    with pytest.raises(LayoutError, match=r"in the order anger, .*follow the alphabet"):
        read_all(name, other)
    _, found = read_all(name, other, class_order="alphabetical")
    assert found.counts == expected.counts
    _, as_it_stands = read_all(name, other, class_order="official")
    assert as_it_stands.counts != expected.counts


def test_seven_classes_by_the_alphabet_are_recognised_too(tmp_path: Path) -> None:
    """Without contempt all numbers but the first are other ones; its own option reads them."""
    order = alphabetical(AFFECTNET, without="contempt")
    published = {e: n for e, n in _published("affectnet").items() if e != "contempt"}
    codes = [order.code(e) for e, n in published.items() for _ in range(round(0.008 * n))]
    with pytest.raises(
        LayoutError, match=r"order anger, disgust, .*--set options.class_order=alphabetical-7 reads"
    ):
        read_all("affectnet", _affectnet(tmp_path, codes))
    _, found = read_all("affectnet", tmp_path, class_order="alphabetical-7")
    assert found.counts["train"] == {e: round(0.008 * n) for e, n in published.items()}


def test_a_number_beyond_seven_classes_is_named(tmp_path: Path) -> None:
    with pytest.raises(LayoutError, match="expression 7 is not one of 0 to 6"):
        read_all("affectnet", _affectnet(tmp_path, [0, 7]), class_order="alphabetical-7")


def test_few_images_of_any_classes_are_not_suspected(tmp_path: Path) -> None:
    """A hundred faces, however they are spread."""
    codes = np.random.default_rng(0).integers(0, 7, 100).tolist()
    _, found = read_all("fer2013", _fer2013(tmp_path, codes))
    assert found.kept == 100


@pytest.mark.parametrize("name", ["affectnet", "fer2013"])
@pytest.mark.parametrize(
    "folders",
    [("Angry", "Happy", "Sad", "Surprise"), ("0", "1", "2", "3")],
    ids=["words", "numbers"],
)
def test_class_folders_are_refused_with_the_reason_and_read_when_asked_for(
    tmp_path: Path, name: str, folders: tuple[str, ...]
) -> None:
    """Words are understood as words, numbers by the alphabet."""
    for split in ("train", "Test"):
        for seed, folder in enumerate(folders):
            file = tmp_path / split / folder / "a.jpg"
            file.parent.mkdir(parents=True)
            file.write_bytes(picture(seed=seed))
    with pytest.raises(LayoutError, match=r"a re-upload, not .*class_order=alphabetical"):
        read_all(name, tmp_path)
    chunks, found = read_all(name, tmp_path, class_order="alphabetical")
    assert found.layout == "class folders of a re-upload, forced"
    order = alphabetical(AFFECTNET if name == "affectnet" else FER2013)
    expected = (
        {order.emotions[int(folder)] for folder in folders}
        if folders[0] == "0"
        else {"anger", "happy", "sad", "surprise"}
    )
    for split in ("train", "test"):
        assert set(found.counts[split]) == expected
    assert {row["source"] for row in rows_of(chunks)} == {f"{name}-reupload"}


def test_a_folder_that_is_no_emotion_is_named(tmp_path: Path) -> None:
    for folder in ("angry", "happy", "sad", "bored"):
        (tmp_path / "train" / folder).mkdir(parents=True)
        (tmp_path / "train" / folder / "a.jpg").write_bytes(picture())
    with pytest.raises(LayoutError, match="bored: no emotion"):
        read_all("fer2013", tmp_path, class_order="alphabetical")


def test_a_part_of_the_official_images_drawn_at_random_is_not_suspected(tmp_path: Path) -> None:
    """Two thousand and some, evenly or as they come."""
    rng = np.random.default_rng(1)
    codes = _codes("fer2013", FER2013, 1.0)
    for number, drawn in enumerate((rng.choice(codes, 2_100), np.arange(2_100) % 7)):
        (tmp_path / str(number)).mkdir()
        _, found = read_all("fer2013", _fer2013(tmp_path / str(number), drawn.tolist()))
        assert found.kept == 2_100
