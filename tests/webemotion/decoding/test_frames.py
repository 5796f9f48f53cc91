"""A video file as frames with their times, within limits."""

import signal
import tempfile
from collections.abc import Callable
from itertools import accumulate
from pathlib import Path

import av
import numpy as np
import psutil
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.webemotion.recordings import every, room, scene, write_video
from webemotion.decoding.frames import read_frames
from webemotion.errors import CollectionError, TooLarge, TooLong, Unreadable
from webemotion.faces.harvest_config import HarvestConfig

CONFIG = HarvestConfig()


@settings(max_examples=15, deadline=None)
@given(st.lists(st.integers(5, 900), min_size=1, max_size=30), st.sampled_from(["mp4", "webm"]))
def test_times_are_those_written_however_irregular(gaps_ms: list[int], suffix: str) -> None:
    """Whatever the gaps between frames, each comes back with its own presentation time."""
    times_ms = [0, *accumulate(gaps_ms)]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"vfr.{suffix}"
        write_video(path, [room()] * len(times_ms), times_ms)
        assert [frame.t_s for frame in read_frames(path, CONFIG)] == pytest.approx(
            [t_ms / 1000 for t_ms in times_ms], abs=1e-9
        )


def test_pixels_survive_up_to_compression(tmp_path: Path) -> None:
    """Pixels come as red, green, blue in rows, and in BGR averaged for the thumbnail."""
    image = np.zeros((180, 320, 3), np.uint8)
    image[:90, :, 0] = 200
    (frame,) = read_frames(write_video(tmp_path / "red.mp4", [image], [0]), CONFIG)
    assert frame.picture_rgb is not None
    assert frame.picture_rgb.shape == image.shape
    assert np.abs(frame.picture_rgb.astype(int) - image).mean() < 5
    assert frame.thumbnail_bgr.shape == (72, 128, 3)
    assert frame.thumbnail_bgr[:35, :, 2].mean() == pytest.approx(200, abs=5)


def _text(path: Path) -> None:
    path.write_text("no moving pictures here\n" * 100)


def _page(path: Path) -> None:
    path.write_text("<!DOCTYPE html><html><body>Sign in to continue</body></html>")


def _empty(path: Path) -> None:
    path.write_bytes(b"")


def _playlist(path: Path) -> None:
    write_video(path.with_name("other.mp4"), [room()] * 10, every(100, 1000))
    path.write_text("ffconcat version 1.0\nfile other.mp4\n")


def _sound(path: Path) -> None:
    with av.open(str(path), "w", format="mp4") as container:
        stream = container.add_stream("aac", rate=8000, layout="mono")
        sound = av.AudioFrame.from_ndarray(np.zeros((1, 8000), np.float32), "fltp", "mono")
        sound.sample_rate = 8000
        container.mux(stream.encode(sound))
        container.mux(stream.encode())


@pytest.mark.parametrize("spoil", [_text, _page, _empty, _playlist, _sound])
def test_what_is_no_video_is_unreadable(tmp_path: Path, spoil: Callable[[Path], None]) -> None:
    """A file that holds no pictures is refused by its name before any frame."""
    path = tmp_path / "spoilt.part"
    spoil(path)
    with pytest.raises(Unreadable, match=r"spoilt\.part"):
        next(read_frames(path, CONFIG))


@pytest.mark.parametrize("suffix", ["mp4", "webm"])
@pytest.mark.parametrize("share", [0.02, 0.3, 0.6])
def test_a_file_cut_short_is_unreadable_at_the_latest_at_its_end(
    tmp_path: Path, suffix: str, share: float
) -> None:
    """However much of a file is there, a reader that goes to the end learns of the rest."""
    noise = np.random.default_rng(0).integers(0, 255, (50, 180, 320, 3), np.uint8)
    path = tmp_path / f"cut.{suffix}"
    options = {"movflags": "faststart"} if suffix == "mp4" else {}
    write_video(path, noise, every(100, 5000), options)
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * share)])
    with pytest.raises(Unreadable, match="cut"):
        list(read_frames(path, CONFIG))


@pytest.mark.parametrize(
    ("limit", "value", "error"),
    [
        ("max_pixels", 320 * 180 - 1, TooLarge),
        ("max_frames", 9, TooLarge),
        ("timeout_s", 1e-9, TooLarge),
        ("max_duration_s", 0.85, TooLong),
    ],
)
def test_a_video_over_a_limit_is_refused(
    tmp_path: Path, limit: str, value: float, error: type[CollectionError]
) -> None:
    """Ten frames up to 0.9 s pass each limit that they meet and fail the one they exceed."""
    path = write_video(tmp_path / "big.mp4", [scene()] * 10, every(100, 1000))
    met = HarvestConfig(max_pixels=320 * 180, max_frames=10, timeout_s=60, max_duration_s=0.9)
    assert len(list(read_frames(path, met))) == 10
    with pytest.raises(error, match="big"):
        list(read_frames(path, met.model_copy(update={limit: value})))


def test_a_missing_file_is_the_callers_fault(tmp_path: Path) -> None:
    """A path to nothing raises the system's error, which no retry policy swallows."""
    with pytest.raises(FileNotFoundError):
        next(read_frames(tmp_path / "missing.mp4", CONFIG))


def _decoder() -> psutil.Process:
    children = psutil.Process().children()
    (decoder,) = (
        each for each in children if "webemotion.decoding.decoder_process" in each.cmdline()
    )
    return decoder


def test_the_decoding_process_has_none_of_the_secrets_of_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What reads a stranger's file knows no password."""
    monkeypatch.setenv("WEBEMOTION_PROXY", "http://user:password-1234@host")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "key-5678")
    path = write_video(tmp_path / "a.mp4", [scene()] * 400, every(10, 4000))
    frames = read_frames(path, CONFIG)
    next(frames)
    inherited = _decoder().environ()
    assert "PATH" in inherited
    assert not {"WEBEMOTION_PROXY", "AWS_SECRET_ACCESS_KEY"} & inherited.keys()


def test_a_decoder_that_is_killed_costs_its_video_alone(tmp_path: Path) -> None:
    """The process may die at any moment: the caller gets an error of the video's."""
    path = write_video(tmp_path / "a.mp4", [scene()] * 400, every(10, 4000))
    frames = read_frames(path, CONFIG)
    next(frames)
    _decoder().send_signal(signal.SIGSEGV)
    with pytest.raises(Unreadable, match=r"a\.mp4: the decoder died with status -11"):
        list(frames)
