"""Images of strangers: what is accepted, and that nothing but a layout error is raised."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scn.benchmarks.errors import LayoutError
from scn.benchmarks.images import check_images, encode_png, load_image
from scn.benchmarks.options import ReadOptions
from tests.scn.benchmarks.copies import decoded, picture, put

OPTIONS = ReadOptions()


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".bmp", ".tif"])
def test_the_size_is_that_of_the_frame(tmp_path: Path, suffix: str) -> None:
    """Width and height are those encoded, whatever the format."""
    image = load_image(put(tmp_path / "a", picture(suffix, width=31, height=7)), OPTIONS)
    assert (image.width_px, image.height_px) == (31, 7)


def test_an_image_of_one_pixel_is_an_image(tmp_path: Path) -> None:
    """The smallest JPEG passes, though an eighth of it is no pixel."""
    data = picture(width=1, height=1)
    assert load_image(put(tmp_path / "a", data), OPTIONS).data == data


@given(
    suffix=st.sampled_from([".jpg", ".png", ".bmp", ".tif"]),
    cut=st.integers(0, 6_000),
    damage=st.dictionaries(st.integers(0, 6_000), st.integers(0, 255), max_size=8),
)
@settings(deadline=None)
def test_a_damaged_image_is_read_or_refused(
    suffix: str, cut: int, damage: dict[int, int], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """A cut or altered file gives a bounded image or a LayoutError, nothing else."""
    data = bytearray(picture(suffix))
    for place, value in damage.items():
        data[place % len(data)] = value
    path = put(tmp_path_factory.mktemp("images") / "a", bytes(data[: len(data) - cut]))
    try:
        image = load_image(path, OPTIONS)
    except LayoutError:
        return
    assert 0 < image.width_px * image.height_px <= OPTIONS.max_image_pixels


def test_a_header_of_a_gigapixel_is_refused_without_decoding(tmp_path: Path) -> None:
    """The limit holds for what the header claims."""
    data = bytearray(picture(".bmp"))
    data[18:26] = (40_000).to_bytes(4, "little") * 2
    with pytest.raises(LayoutError, match=r"unreadable .*1600000000 pixels"):
        load_image(put(tmp_path / "a", bytes(data)), OPTIONS)


def test_a_page_of_html_is_no_image(tmp_path: Path) -> None:
    """A download that failed shows at once."""
    with pytest.raises(LayoutError, match=r"unreadable .*expected an image file \(JPEG, PNG"):
        load_image(put(tmp_path / "a.jpg", "<html></html>"), OPTIONS)


def test_a_folder_in_place_of_an_image_is_refused(tmp_path: Path) -> None:
    """A folder of the right name is no image."""
    (tmp_path / "a.jpg").mkdir()
    with pytest.raises(LayoutError, match="unreadable"):
        load_image(tmp_path / "a.jpg", OPTIONS)


def test_only_the_first_missing_images_are_listed(tmp_path: Path) -> None:
    """A thousand missing images give one short message with their number."""
    with pytest.raises(LayoutError, match="1000 images") as caught:
        check_images((tmp_path / f"{number}.jpg" for number in range(1_000)), OPTIONS)
    assert len(str(caught.value)) < 1_000


@given(seed=st.integers(0, 2**32 - 1), width=st.integers(1, 60), height=st.integers(1, 60))
def test_png_loses_nothing(seed: int, width: int, height: int) -> None:
    """Pixels come back from PNG as they went in, in grey and in colour."""
    rng = np.random.default_rng(seed)
    for shape in ((height, width), (height, width, 3)):
        image = rng.integers(0, 256, shape, dtype=np.uint8)
        np.testing.assert_array_equal(decoded(encode_png(image)), image)


def test_an_accepted_image_decodes_with_the_readers_codec(tmp_path: Path) -> None:
    """What is stored opens in OpenCV, which the store's reader uses."""
    for suffix in (".jpg", ".png", ".bmp", ".tif"):
        image = load_image(put(tmp_path / "a", picture(suffix)), OPTIONS)
        pixels = cv2.imdecode(np.frombuffer(image.data, np.uint8), cv2.IMREAD_COLOR)
        assert pixels is not None
        assert pixels.shape == (image.height_px, image.width_px, 3)
