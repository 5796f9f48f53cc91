"""The choice of a stream."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webemotion.site.formats import choose


def _stream(width: int, height: int, vcodec: str = "avc1.4d401e", acodec: str = "none") -> Any:
    return {"width": width, "height": height, "vcodec": vcodec, "acodec": acodec}


SOUND = {"vcodec": "none", "acodec": "mp4a"}
_streams = st.builds(
    _stream,
    st.integers(16, 4096),
    st.integers(16, 4096),
    st.sampled_from(["avc1.4d401e", "vp09.00", "none"]),
    st.sampled_from(["none", "mp4a"]),
)


@pytest.mark.parametrize(
    ("offered", "chosen"),
    [
        ([_stream(256, 144), _stream(854, 480), _stream(1280, 720)], 1),
        ([_stream(270, 480), _stream(480, 854), _stream(720, 1280)], 1),
        ([_stream(640, 360), _stream(854, 480, "vp09.00")], 0),
        ([_stream(640, 360, acodec="mp4a"), _stream(256, 144, "vp09.00")], 1),
        ([SOUND, _stream(640, 360, acodec="mp4a")], 1),
    ],
)
def test_pictures_alone_come_first_then_h264_then_size(offered: list[Any], chosen: int) -> None:
    assert choose(offered, 480) is offered[chosen]


@given(st.lists(_streams, max_size=8), st.integers(144, 2160))
def test_nothing_above_the_limit_is_ever_chosen(offered: list[Any], limit_px: int) -> None:
    chosen = choose(offered, limit_px)
    fit = [s for s in offered if s["vcodec"] != "none" and min(s["width"], s["height"]) <= limit_px]
    assert (chosen is None) == (not fit)
    assert chosen is None or chosen in fit


def test_sound_alone_is_no_video() -> None:
    assert choose([SOUND], 480) is None
