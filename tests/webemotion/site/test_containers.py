"""Media files told by their first bytes."""

from pathlib import Path

import av
import numpy as np
import pytest
from av.video.stream import VideoStream
from hypothesis import given
from hypothesis import strategies as st

from webemotion.errors import NotAVideo
from webemotion.site.containers import container_of


@pytest.mark.parametrize(
    ("muxer", "codec", "container"),
    [
        ("mp4", "libx264", "mp4"),
        ("mpegts", "libx264", "ts"),
        ("webm", "libvpx-vp9", "webm"),
        ("matroska", "libx264", "webm"),
    ],
)
def test_what_a_muxer_writes_is_recognised(
    muxer: str, codec: str, container: str, tmp_path: Path
) -> None:
    """Files of FFmpeg's muxers are told apart without opening them."""
    path = tmp_path / "file"
    with av.open(str(path), "w", format=muxer) as output:
        stream = output.add_stream(codec, rate=5)
        assert isinstance(stream, VideoStream)
        stream.width, stream.height, stream.pix_fmt = 32, 32, "yuv420p"
        frame = av.VideoFrame.from_ndarray(np.zeros((32, 32, 3), np.uint8), format="rgb24")
        output.mux(stream.encode(frame))
        output.mux(stream.encode())
    assert container_of(path) == container


@given(st.text(alphabet=st.characters(codec="ascii", exclude_characters="G"), max_size=300))
def test_no_text_is_a_video(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    """A page or a message, however short, is refused."""
    path = tmp_path_factory.getbasetemp() / "text"
    path.write_text(f"<!doctype html>{text}")
    with pytest.raises(NotAVideo):
        container_of(path)


def test_an_empty_file_is_no_video(tmp_path: Path) -> None:
    """Nothing is no media."""
    path = tmp_path / "empty"
    path.touch()
    with pytest.raises(NotAVideo):
        container_of(path)
