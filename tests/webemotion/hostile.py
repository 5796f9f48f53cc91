"""Files that a stranger might serve as a video."""

from collections.abc import Iterator, Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any, cast

import av
import cv2
import numpy as np
from av.video.stream import VideoStream

from tests.webemotion.recordings import Image, every, hopper, room, scene, write_video

SIZE = (320, 180)


def film(path: Path, *, codec: str = "libx264", **how: Any) -> Path:
    """Three seconds of a face, 10 frames a second."""
    frames = [scene((hopper(), 60 + number)) for number in range(30)]
    return encode(path, frames, [number * 100 for number in range(30)], codec=codec, **how)


def encode(
    path: Path,
    frames: list[Image],
    times_ms: list[int],
    *,
    codec: str = "libx264",
    pix_fmt: str = "yuv420p",
    container: str | None = None,
    options: Mapping[str, str] | None = None,
) -> Path:
    """Encode frames with any codec, in any container, whatever the file is called."""
    with av.open(str(path), "w", format=container, options=dict(options or {})) as out:
        stream = cast(VideoStream, out.add_stream(codec, rate=10))
        stream.time_base = stream.codec_context.time_base = Fraction(1, 1000)
        stream.height, stream.width = frames[0].shape[:2]
        stream.pix_fmt = pix_fmt
        for image, t_ms in zip(frames, times_ms, strict=True):
            frame = av.VideoFrame.from_ndarray(image, format="rgb24")
            frame.pts, frame.time_base = t_ms, Fraction(1, 1000)
            out.mux(stream.encode(frame))
        out.mux(stream.encode())
    return path


def packets(path: Path, codec: str, data: list[bytes], times_ms: list[int]) -> Path:
    """Put encoded pictures of any content into an MP4 or QuickTime file."""
    with av.open(str(path), "w", format="mov") as out:
        stream = cast(VideoStream, out.add_stream(codec, rate=1000))
        stream.width, stream.height, stream.pix_fmt = *SIZE, "yuvj420p"
        stream.time_base = Fraction(1, 1000)
        out.start_encoding()
        for content, t_ms in zip(data, times_ms, strict=True):
            packet = av.Packet(content)
            packet.pts = packet.dts = t_ms
            packet.time_base, packet.stream = Fraction(1, 1000), stream
            packet.is_keyframe = True
            out.mux(packet)
    return path


def jpeg(width_px: int, height_px: int) -> bytes:
    """A small JPEG whose header claims any size."""
    _, encoded = cv2.imencode(".jpg", room())
    data = bytearray(encoded.tobytes())
    at = data.index(b"\xff\xc0")
    data[at + 5 : at + 9] = height_px.to_bytes(2, "big") + width_px.to_bytes(2, "big")
    return bytes(data)


def corpus(folder: Path) -> Iterator[tuple[str, Path, set[str | None]]]:
    """Name, file, and the reasons it may end with; None is a face or its absence, as it shows."""
    broken: set[str | None] = {"unreadable"}
    whole = film(folder / "whole.mp4", options={"movflags": "faststart"})
    data = whole.read_bytes()
    for tenth in range(1, 10):
        cut = folder / f"cut-{tenth}.mp4"
        cut.write_bytes(data[: len(data) * tenth // 10])
        yield f"cut-{tenth}", cut, {*broken, "not_a_video"}
    rng = np.random.default_rng(0)
    for number in range(8):
        flipped = bytearray(data)
        for at in rng.integers(0, len(data), 40).tolist():
            flipped[at] ^= 1 << int(rng.integers(8))
        path = folder / f"flip-{number}.mp4"
        path.write_bytes(flipped)
        yield f"flip-{number}", path, {*broken, "not_a_video", "too_large", "too_long", None}
    yield from _odd(folder, broken)
    yield from _fine(folder)


def _odd(folder: Path, broken: set[str | None]) -> Iterator[tuple[str, Path, set[str | None]]]:
    times_ms = [0, 40, 80]
    huge = packets(folder / "huge.mov", "mjpeg", [jpeg(30_000, 30_000)] * 3, times_ms)
    yield "huge", huge, {"too_large", "unreadable"}
    claims = film(folder / "claims.webm", codec="libvpx-vp9")
    data = claims.read_bytes()
    for name, side_px in ((b"\xb0", 320), (b"\xba", 180)):
        # PixelWidth and PixelHeight (RFC 9559), a length of one or two bytes, and the number.
        for size in (1, 2):
            if side_px < 256**size:
                old = name + bytes([0x80 + size]) + side_px.to_bytes(size, "big")
                data = data.replace(old, name + b"\x82" + (30_000).to_bytes(2, "big"))
    claims.write_bytes(data)
    yield "claims", claims, {"too_large", "unreadable"}
    yield "no-frames", packets(folder / "none.mov", "mjpeg", [], []), broken
    yield (
        "nonsense",
        packets(folder / "nonsense.mov", "mjpeg", [b"x" * 999] * 3, [0, 40, 80]),
        broken,
    )
    endless = encode(folder / "endless.mp4", [room()] * 2, [0, 10**7])
    yield "endless", endless, {"too_long"}
    grown = np.zeros((2500, 2500, 3), np.uint8)
    resized = [cv2.imencode(".jpg", each)[1].tobytes() for each in (room(), grown)]
    yield "grows", packets(folder / "grows.mov", "mjpeg", resized, [0, 400]), {"too_large"}
    sound = folder / "sound.mp4"
    with av.open(str(sound), "w") as out:
        stream = out.add_stream("aac", rate=8000, layout="mono")
        silence = av.AudioFrame.from_ndarray(np.zeros((1, 8000), np.float32), "fltp", "mono")
        silence.sample_rate = 8000
        out.mux(stream.encode(silence))
        out.mux(stream.encode())
    yield "sound", sound, broken
    gif = encode(
        folder / "gif.mp4",
        [room()] * 5,
        every(100, 500),
        codec="gif",
        pix_fmt="rgb8",
        container="gif",
    )
    yield "gif", gif, {"not_a_video"}
    image = folder / "image.mp4"
    image.write_bytes(jpeg(*SIZE))
    yield "image", image, {"not_a_video"}
    script = folder / "script.mp4"
    script.write_bytes(b"\0\0\0\x18ftypisom" + b"#!/bin/sh\ntouch /tmp/owned\n" * 40)
    yield "script", script, broken


def _fine(folder: Path) -> Iterator[tuple[str, Path, set[str | None]]]:
    """Unusual, and yet videos."""
    yield "ten-bit", film(folder / "ten.mp4", codec="libx265", pix_fmt="yuv420p10le"), {None}
    yield "av1", film(folder / "av1.mp4", codec="libsvtav1"), {None}
    yield "vp9", film(folder / "vp9.webm", codec="libvpx-vp9"), {None}
    yield "hevc", film(folder / "hevc.mp4", codec="libx265"), {None}
    small = cv2.imencode(".jpg", cv2.resize(scene((hopper(), 60)), (160, 90)))[1].tobytes()
    large = cv2.imencode(".jpg", scene((hopper(), 60)))[1].tobytes()
    times_ms = every(100, 3000)
    path = packets(folder / "resolution.mov", "mjpeg", [large] * 15 + [small] * 15, times_ms)
    yield "resolution", path, {None, "unreadable"}
    yield "one-frame", write_video(folder / "one.mp4", [scene((hopper(), 60))], [0]), {None}
