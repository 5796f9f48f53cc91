"""Where the camera or the editor cuts: frames → shots, by PySceneDetect's adaptive detector.

The detector compares each frame's change in colour with that of its neighbours, so that a moving
camera is no cut (https://www.scenedetect.com). It sees every frame decoded, as a small
picture.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from scenedetect import FrameTimecode
from scenedetect.common import Timecode
from scenedetect.detectors import AdaptiveDetector

from webemotion.decoding.frames import Frame

# The detector asks for a rate to number the frames; the times it returns are the frames' own.
_NOMINAL_HZ = 30.0


@dataclass(frozen=True, slots=True)
class Shot:
    """An uncut stretch of video: start_s ≤ t < end_s, presentation times in seconds."""

    start_s: float
    end_s: float


class ShotFinder:
    """Watches frames go by and remembers where one shot ends and the next begins."""

    def __init__(self) -> None:
        # A minimum length would hide the second of two close cuts, and faces would be linked
        # across it.
        self._detector = AdaptiveDetector(min_scene_len=0)
        self._starts_s: list[float] = []
        self._end_s = 0.0
        self.frame_count = 0

    def watch(self, frames: Iterable[Frame]) -> Iterator[Frame]:
        """Hand on each frame after looking at it."""
        for frame in frames:
            self._look_at(frame)
            yield frame

    def shots(self) -> tuple[Shot, ...]:
        """The shots of all frames watched, in order and without gaps."""
        ends_s = [*self._starts_s[1:], self._end_s]
        return tuple(map(Shot, self._starts_s, ends_s))

    def _look_at(self, frame: Frame) -> None:
        if self.frame_count == 0:
            self._starts_s.append(frame.t_s)
        timecode = FrameTimecode(Timecode(frame.head.pts, frame.head.time_base), _NOMINAL_HZ)
        cuts = self._detector.process_frame(timecode, frame.thumbnail_bgr)
        self._starts_s.extend(cut.seconds for cut in cuts)
        self._end_s = frame.head.end_s
        self.frame_count += 1
