"""The scripts of the demo's videos: the ordinary ones, and those that are hard in one way each."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from demo.identities import Identity
from demo.scenes import Role, Scene, Script

_SHORTEST_S: Final = 8
_LONGEST_S: Final = 16
_SHORTEST_WITH_CUT_S: Final = 12
_CUT_SHARE: Final = 0.3
_FACE_PX: Final = (95, 130)
_FACE_OF_TWO_PX: Final = (84, 94)


class Director:
    """Draws scripts from a generator of random numbers and a company of people."""

    def __init__(self, rng: np.random.Generator, company: Sequence[Identity]) -> None:
        if len(company) < 2:
            raise ValueError(f"company: must hold at least 2 people, held {len(company)}")
        self._rng = rng
        self._company = company

    def ordinary(self, expression: str) -> Script:
        """One person, now and then with a hard cut to another place and perhaps person."""
        duration_s = float(self._rng.integers(_SHORTEST_S, _LONGEST_S + 1))
        if duration_s < _SHORTEST_WITH_CUT_S or self._rng.random() > _CUT_SHARE:
            role = self._role(0, expression, 0.0, duration_s)
            return Script((self._scene(0.0, duration_s, role),), self._cast(1))
        people = int(self._rng.integers(1, 3))
        cut_s = round(duration_s / 2)
        first = self._role(0, expression, 0.0, cut_s)
        second = self._role(people - 1, expression, cut_s, duration_s)
        scenes = (self._scene(0.0, cut_s, first), self._scene(cut_s, duration_s, second))
        return Script(scenes, self._cast(people))

    def nobody(self) -> Script:
        """A place without people."""
        return Script((self._scene(0.0, 9.0),))

    def glimpse(self, expression: str) -> Script:
        """Somebody in view for three seconds only."""
        role = self._role(0, expression, 4.0, 7.0)
        return Script((self._scene(0.0, 10.0, role),), self._cast(1))

    def pair(self, expression: str) -> Script:
        """Two people side by side all the time."""
        roles = [
            self._role(person, expression, 0.0, 9.0, x=x, face_px=_FACE_OF_TWO_PX)
            for person, x in enumerate((0.26, 0.74))
        ]
        return Script((self._scene(0.0, 9.0, *roles),), self._cast(2))

    def returning(self, expression: str) -> Script:
        """Somebody who goes after seven seconds and comes back four seconds later."""
        before = self._role(0, expression, 0.0, 7.0)
        after = self._role(0, expression, 11.0, 18.0)
        return Script((self._scene(0.0, 18.0, before, after),), self._cast(1))

    def _cast(self, people: int) -> tuple[Identity, ...]:
        chosen = self._rng.choice(len(self._company), people, replace=False)
        return tuple(self._company[index] for index in chosen)

    def _scene(self, start_s: float, end_s: float, *roles: Role) -> Scene:
        return Scene(start_s, end_s, int(self._rng.integers(2**31)), roles)

    def _role(
        self,
        person: int,
        expression: str,
        start_s: float,
        end_s: float,
        *,
        x: float | None = None,
        face_px: tuple[int, int] = _FACE_PX,
    ) -> Role:
        return Role(
            person,
            expression,
            start_s,
            end_s,
            x=float(self._rng.uniform(0.36, 0.64)) if x is None else x,
            face_px=float(self._rng.uniform(*face_px)),
            phase=float(self._rng.uniform(0, 6.28)),
        )
