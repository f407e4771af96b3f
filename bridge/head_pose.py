"""The head's pose as an avatar shows it: steady, and at rest again when the face has left.

Every number passes a one euro filter (Casiez, Roussel, Vogel: "1 euro filter", CHI 2012), angles in degrees beside
places in centimetres, of which a living head moves about as many. Whenever a face comes or goes, the difference between
what is shown and what should be fades away; once a head that nobody sees is as good as at rest, nothing is known of it.
"""

import math
from dataclasses import astuple, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, Field

from bridge.fading import Fade
from bridge.frames import NO_HEAD, Head
from bridge.gaze_smoothing import OneEuro

Floats = NDArray[np.float64]

_UNITS: Final = np.array([1.0, 1.0, 1.0, 100.0, 100.0, 100.0])
"Degrees as they are, metres as centimetres."
_REST: Final = np.zeros(len(_UNITS))
_STILL: Final = 0.1
"Degrees or centimetres from rest at which a head that nobody sees has come to it."


class HeadOptions(BaseModel, frozen=True, extra="forbid"):
    """How steady the head is that a face camera sees."""

    min_cutoff: float = Field(
        default=1.0,
        gt=0,
        le=60,
        description="One euro cutoff of a head at rest, Hz; lower is steadier",
        json_schema_extra={"slider": [0.1, 10, 0.1]},
    )
    beta: float = Field(
        default=0.05,
        ge=0,
        le=10,
        description="How much the cutoff rises with its speed, Hz per degree or centimetre a second",
        json_schema_extra={"slider": [0, 1, 0.01]},
    )
    relax_half_life: float = Field(
        default=0.25,
        ge=0,
        le=10,
        description="How fast the head eases to rest when the face has left, and back, half-life in seconds",
        json_schema_extra={"slider": [0, 2, 0.05]},
    )


class HeadPose:
    """Poses in, steadier poses out; one for each wearer and stream."""

    def __init__(self, options: HeadOptions) -> None:
        self._options = options
        self._restart()

    def _restart(self) -> None:
        self._filter = OneEuro(self._options.min_cutoff, self._options.beta)
        self._known = False
        self._fade = Fade.at(_REST)
        self._time = -math.inf

    def with_options(self, options: HeadOptions) -> "HeadPose":
        """The same state under other options."""
        other = HeadPose(options)
        other._filter = replace(self._filter, min_cutoff=options.min_cutoff, beta=options.beta)
        other._known, other._fade, other._time = self._known, self._fade, self._time
        return other

    def __call__(self, head: Head, time: float) -> Head:
        """One frame at `time`, seconds; NO_HEAD for no face. Starts afresh when time runs backwards."""
        if time < self._time:
            self._restart()
        known = not math.isnan(head.yaw)
        if not known:
            self._filter = OneEuro(self._options.min_cutoff, self._options.beta)
        else:
            self._filter = self._filter.step(np.array(astuple(head)) * _UNITS, time)
        aim = self._filter.value if known else _REST
        self._fade = self._fade.step(aim, known is not self._known, time - self._time, self._options.relax_half_life)
        self._known, self._time = known, time
        if not known and np.abs(self._fade.shown).max() < _STILL:
            self._fade = Fade.at(_REST)
            return NO_HEAD
        return Head(*(self._fade.shown / _UNITS).tolist())
