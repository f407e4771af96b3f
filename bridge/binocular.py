"""Both eyes as one: where they look together, and how far away their lines of sight meet.

Each eye counts by how far its lid is open and how surely it is seen, so that an eye behind its lid, which only follows
the other one, says little. The distance is that of the meeting point from the middle between the eyes (vergence). It
counts from the wearer's neutral: what they looked at then is taken to be far away. An eye that is read 1 degree wrong
moves a meeting point at 1 m by a quarter of a metre and one at 3 m to anywhere, so farther ones all count as far.
"""

import math
from typing import Final

from pydantic import BaseModel, Field

from bridge.channels import CHANNEL_NAMES, SIDES
from bridge.frames import NO_LOOK, Expression, Look

_AT: Final = [
    [CHANNEL_NAMES.index(f"{stem}_{side}") for stem in ("gaze_yaw", "gaze_pitch", "lid_openness", "visible")]
    for side in SIDES
]
_LEAST: Final = 1e-3
"What an eye that is seen counts at least."
_NEAREST: Final = 0.1
"Metres: eyes do not turn further inwards."
_DIVERGENT: Final = -3.0
"Degrees; eyes that look further apart than this, or"
_UNEVEN: Final = 6.0
"degrees of pitch that differ by more, look at no one point: one of them is read wrong."
_OPEN: Final = 0.3
"An eye less open than this has no vergence of its own."
_NAP: Final = 0.5
"Seconds behind shut lids after which nobody can say where the eyes look."


class BinocularOptions(BaseModel, frozen=True, extra="forbid"):
    """How two eyes become one look."""

    interpupillary: float = Field(
        default=0.063, ge=0.045, le=0.08, description="Distance between your pupils, metres; many headsets show it"
    )
    farthest: float = Field(
        default=6.0,
        ge=1.0,
        le=20.0,
        description="Distances of what you look at end here, metres: so far or farther",
    )
    half_life: float = Field(
        default=0.15,
        ge=0,
        le=5,
        description="How calmly the distance of what you look at follows, half-life in seconds",
        json_schema_extra={"slider": [0, 1, 0.01]},
    )


class Binocular:
    """Expressions in, looks out; one for each wearer and stream."""

    def __init__(self, options: BinocularOptions) -> None:
        self._options = options
        self._vergence = math.nan
        "Degrees by which both eyes together turn inwards, smoothed."
        self._time = -math.inf
        self._awake = -math.inf

    def with_options(self, options: BinocularOptions) -> "Binocular":
        """The same state under other options."""
        other = Binocular(options)
        other._vergence, other._time, other._awake = self._vergence, self._time, self._awake
        return other

    def __call__(self, expression: Expression, blink: bool, time: float) -> Look:
        """One smoothed frame at `time`, seconds; `blink` says whether every eye that is seen is shut."""
        dt = time - self._time
        if dt < 0:
            self._vergence, self._awake = math.nan, -math.inf
        self._time = time
        if not blink:
            self._awake = time
        eyes = [eye for eye in expression.channels[_AT].tolist() if not math.isnan(eye[0])]
        if not eyes or time - self._awake > _NAP:
            self._vergence = math.nan
            return NO_LOOK
        weights = [max(opened * seen, _LEAST) for _, _, opened, seen in eyes]
        yaw, pitch = (
            sum(weight * eye[axis] for weight, eye in zip(weights, eyes, strict=True)) / sum(weights) for axis in (0, 1)
        )
        self._vergence = self._followed(eyes, dt)
        return Look(yaw, pitch, self._distance(yaw))

    def _followed(self, eyes: list[list[float]], dt: float) -> float:
        """The vergence of now: held while an eye is behind its lid, NaN where there is none."""
        if len(eyes) < len(SIDES):
            return math.nan
        (left, left_pitch, left_open, _), (right, right_pitch, right_open, _) = eyes
        if min(left_open, right_open) < _OPEN:
            return self._vergence
        measured = right - left
        if measured < _DIVERGENT or abs(left_pitch - right_pitch) > _UNEVEN:
            return math.nan
        if math.isnan(self._vergence) or self._options.half_life == 0:
            return measured
        return measured + (self._vergence - measured) * math.pow(0.5, dt / self._options.half_life)

    def _distance(self, yaw: float) -> float:
        """Metres to the meeting point; a pair of eyes that looks aside has a shorter base."""
        farthest = self._options.farthest
        if math.isnan(self._vergence):
            return math.nan
        half = self._options.interpupillary / 2 * math.cos(math.radians(yaw))
        slope = math.tan(math.radians(self._vergence) / 2)
        return min(max(half / slope, _NEAREST), farthest) if slope > half / farthest else farthest
