"""Scripts as H.264 files (ITU-T H.264) in MP4, written with PyAV."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

import av

from demo.portraits import Portrait
from demo.rendering import FRAME_HEIGHT_PX, FRAME_WIDTH_PX, frames
from demo.scenes import Script, truth_of

_ENCODER = {"preset": "ultrafast", "crf": "23", "threads": "1"}


def write_video(
    path: Path, script: Script, portraits: Mapping[str, Portrait], *, index_first: bool = True
) -> None:
    """Render the script to an MP4 file, and its truth to a JSON file of the same name beside it.

    Args:
        path: where the video goes.
        script: what happens in it.
        portraits: what ``demo.portraits.load_portraits`` returned.
        index_first: whether the index stands before the pictures; where it stands behind them,
            a file that ends early cannot be decoded at all.
    """
    options = {"movflags": "+faststart"} if index_first else {}
    with av.open(str(path), "w", options=options) as container:
        stream = container.add_stream("libx264", rate=script.fps, options=_ENCODER)
        stream.width, stream.height, stream.pix_fmt = FRAME_WIDTH_PX, FRAME_HEIGHT_PX, "yuv420p"
        for image_rgb in frames(script, portraits):
            picture = av.VideoFrame.from_ndarray(image_rgb, format="rgb24")
            container.mux(stream.encode(picture))
        container.mux(stream.encode(None))
    truth = json.dumps(asdict(truth_of(script)), indent=1)
    path.with_suffix(".json").write_text(truth, encoding="utf-8")
