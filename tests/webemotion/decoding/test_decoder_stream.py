"""What the decoding process says, and what is believed of it."""

from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webemotion.decoding.decoder_stream import (
    END,
    FRAME,
    Head,
    Limits,
    Pixels,
    read_end,
    read_frame,
    write_end,
    write_frame,
)
from webemotion.errors import TooLong, Unreadable

LIMITS = Limits(4, 4, 2, max_pixels=64, max_duration_s=1, max_frames=1, timeout_s=1, memory_bytes=1)

heads = st.builds(
    Head, st.integers(-(2**63), 2**63 - 1), st.integers(0, 2**40), *[st.integers(1, 2**31 - 1)] * 2
)


@st.composite
def pixels(draw: st.DrawFn) -> Pixels:
    """A picture that the limits allow."""
    width, height = draw(st.integers(1, 8)), draw(st.integers(1, 8))
    row = 3 * width + draw(st.integers(0, 64))
    data = draw(st.binary(min_size=row * height, max_size=row * height))
    return Pixels(width, height, row, draw(st.integers(0, 3)), data)


@given(heads, pixels(), st.none() | pixels())
def test_what_is_written_is_read(head: Head, thumbnail: Pixels, picture: Pixels | None) -> None:
    """A frame comes through the pipe as it was."""
    pipe = BytesIO()
    write_frame(pipe, head, thumbnail, picture)
    pipe.seek(0)
    assert pipe.read(1) == FRAME
    assert read_frame(pipe, LIMITS) == (head, thumbnail, picture)
    assert pipe.read() == b""


@given(st.binary(max_size=300))
def test_nonsense_is_an_end_or_an_error_of_the_video(data: bytes) -> None:
    """Whatever a decoder that was led astray says, no memory is spent on its word."""
    try:
        _, thumbnail, picture = read_frame(BytesIO(data), LIMITS)
    except (EOFError, Unreadable):
        return
    assert all(
        each.width_px * each.height_px <= LIMITS.max_pixels for each in (thumbnail, picture) if each
    )


@pytest.mark.parametrize("text", [b"", b"{", b"[]", b'{"reason": "no such"}', b"\xff", b"7"])
def test_an_end_that_makes_no_sense_is_the_videos_fault(text: bytes) -> None:
    """No word of the process is trusted."""
    assert isinstance(read_end(BytesIO(text)), Unreadable)


def test_an_end_carries_its_error() -> None:
    """The reason and the message come through, and so does success."""
    pipe = BytesIO()
    write_end(pipe, TooLong("11 s"))
    write_end(pipe, None)
    _, failed, fine = pipe.getvalue().split(END, 2)
    error = read_end(BytesIO(failed))
    assert (type(error), str(error)) == (TooLong, "11 s")
    assert read_end(BytesIO(fine)) is None
