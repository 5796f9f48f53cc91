"""Scripts as files."""

import json
from pathlib import Path

import av
import pytest

from demo.identities import identities
from demo.portraits import Portrait
from demo.scenes import Role, Scene, Script
from demo.videos import write_video

SCRIPT = Script(
    (
        Scene(0.0, 1.0, 5, (Role(0, "happy", 0.0, 1.0, x=0.5, face_px=110, phase=0.3),)),
        Scene(1.0, 2.0, 6),
    ),
    identities(1, seed=0, group="videos"),
)


def test_a_video_is_h264_of_the_scripted_size_and_length(
    tmp_path: Path, portraits: dict[str, Portrait]
) -> None:
    """PyAV reads 640 x 360 H.264 in 4:2:0, 12 frames a second, the index in front."""
    path = tmp_path / "video.mp4"
    write_video(path, SCRIPT, portraits)
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        shown = [frame.time for frame in container.decode(stream)]
        assert stream.codec_context.name == "h264"
        assert (stream.width, stream.height, stream.pix_fmt) == (640, 360, "yuv420p")
    assert shown == pytest.approx([number / 12 for number in range(24)])
    data = path.read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")


def test_the_same_script_gives_the_same_bytes(
    tmp_path: Path, portraits: dict[str, Portrait]
) -> None:
    """Video and truth are equal byte for byte when written twice."""
    for name in ("first", "second"):
        write_video(tmp_path / f"{name}.mp4", SCRIPT, portraits)
    for suffix in ("mp4", "json"):
        first, second = (tmp_path / f"{name}.{suffix}" for name in ("first", "second"))
        assert first.read_bytes() == second.read_bytes()


def test_truth_lies_beside_the_video(tmp_path: Path, portraits: dict[str, Portrait]) -> None:
    """The JSON of the same name tells cuts, people, times and what they show."""
    write_video(tmp_path / "video.mp4", SCRIPT, portraits)
    truth = json.loads((tmp_path / "video.json").read_text(encoding="utf-8"))
    assert truth["cuts_s"] == [1.0]
    (appearance,) = truth["appearances"]
    assert (appearance["start_s"], appearance["end_s"]) == (0.0, 1.0)
    assert appearance["moments"][0]["expression"] == "happy"


def test_without_its_end_a_file_with_the_index_behind_is_unreadable(
    tmp_path: Path, portraits: dict[str, Portrait]
) -> None:
    """The whole file decodes; its first half cannot even be opened."""
    path = tmp_path / "video.mp4"
    write_video(path, SCRIPT, portraits, index_first=False)
    with av.open(str(path)) as container:
        assert len(list(container.decode(video=0))) == 24
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(av.error.InvalidDataError):
        av.open(str(path))
