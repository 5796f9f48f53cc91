"""What happens in a video: places, people, when they are in view and what they show.

From such a script a video is rendered and, with nothing measured, the truth about it is known.
"""

import math
from dataclasses import dataclass
from typing import Final

from demo.identities import Identity

SLIDE_S: Final = 0.5
"""How long a person takes to walk into view or out of it."""
_ONSET_S: Final = 0.8
_NEUTRAL_BELOW: Final = 0.3


@dataclass(frozen=True, slots=True)
class Role:
    """One person in a scene; whoever comes after its start, or goes before its end, walks."""

    person: int
    """Index in the script's cast."""
    expression: str
    start_s: float
    end_s: float
    x: float
    """Where the person stands, 0 left to 1 right."""
    face_px: float
    """Width of the face."""
    phase: float
    """Where the swaying of head and intensity begins, in radians."""


@dataclass(frozen=True, slots=True)
class Scene:
    """One place between two hard cuts."""

    start_s: float
    end_s: float
    place_seed: int
    roles: tuple[Role, ...] = ()


@dataclass(frozen=True, slots=True)
class Script:
    """A whole video."""

    scenes: tuple[Scene, ...]
    cast: tuple[Identity, ...] = ()
    fps: int = 12

    @property
    def duration_s(self) -> float:
        """Length of the video, in seconds."""
        return self.scenes[-1].end_s


@dataclass(frozen=True, slots=True)
class Moment:
    """What a person shows during the second that begins here, on average."""

    start_s: float
    expression: str
    intensity: float


@dataclass(frozen=True, slots=True)
class Appearance:
    """A person in view without interruption; walking in and out is part of it."""

    person: int
    start_s: float
    end_s: float
    moments: tuple[Moment, ...]


@dataclass(frozen=True, slots=True)
class Truth:
    """What there is to be found in a video."""

    duration_s: float
    cuts_s: tuple[float, ...]
    appearances: tuple[Appearance, ...]

    def clips(self, min_face_s: float) -> int:
        """How many appearances last at least so long."""
        return sum(each.end_s - each.start_s >= min_face_s for each in self.appearances)


def intensity_at(role: Role, t_s: float) -> float:
    """How strongly the role shows its expression: rising from 0, then between 0.6 and 1."""
    onset = min(max((t_s - role.start_s) / _ONSET_S, 0.0), 1.0)
    return onset * (0.8 + 0.2 * math.sin(1.3 * t_s + role.phase))


def truth_of(script: Script) -> Truth:
    """What the script makes true."""
    roles = [role for scene in script.scenes for role in scene.roles]
    return Truth(
        script.duration_s,
        tuple(scene.start_s for scene in script.scenes[1:]),
        tuple(
            Appearance(role.person, role.start_s, role.end_s, _moments(role, script.fps))
            for role in roles
        ),
    )


def _moments(role: Role, fps: int) -> tuple[Moment, ...]:
    seconds = range(math.floor(role.start_s), math.ceil(role.end_s))
    return tuple(_moment(role, second, fps) for second in seconds)


def _moment(role: Role, second: int, fps: int) -> Moment:
    times = [second + frame / fps for frame in range(fps)]
    shown = [intensity_at(role, t_s) for t_s in times if role.start_s <= t_s < role.end_s]
    mean = sum(shown) / max(len(shown), 1)
    expression = role.expression if mean >= _NEUTRAL_BELOW else "neutral"
    return Moment(max(float(second), role.start_s), expression, round(mean, 3))
