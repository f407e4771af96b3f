"""Keeps the neutral image true while the headset slips on the face.

Every few seconds the pictures are compared with the neutral. A headset that slips moves both of them as a whole, which
no expression does (see registration): then the neutral moves along at once, whatever the face shows meanwhile.

All else is appearance, and renewed from the moments that show least. Usually that is slow, within narrow bounds, and
only where the network is sure of a relaxed face. After a slip the network's opinion is worth less, since a neutral that
was moved is not quite one that was taken there; then the moments that show least of all renew it quickly, but only
while the face does this and that: whoever holds one expression keeps their neutral.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, Field

from bridge.channels import ACTION_UNIT_NAMES
from bridge.frames import Expression, EyePair
from bridge.personalization import Profile
from bridge.registration import Motion, register

_NEUTRAL: Final = ACTION_UNIT_NAMES.index("neutral")
_FRAMES: Final = 14
"Moments that a window looks at."
_DUE: Final = 0.9
"Part of the time between two of them after which the next one is due, so that no slow camera just misses it."
_QUIET_PART: Final = 0.3
"Of a window: its moments that show least."
_SURE: Final = 0.2
"A moment shows nothing when the network takes it for anything but neutral with at most this probability;"
_VARIED: Final = 0.15
"a face does this and that when that probability varies by at least this, and"
_HELD: Final = 0.9
"falls below this now and then."
_SLOW, _FAST = 0.05, 0.5
"Part of the neutral that a window may renew."
_BOUND: Final = 8.0
"Gray levels that slow renewal may change of what was calibrated: light drifts by so much, a brow's edge by more."
_SLIPPED: Final = 2.0
"Pixels that each picture must have moved by, and"
_SLIPPED_BOTH: Final = 3.0
"that they must have moved by on average: below that the network does not mind."
_EXPLAINED: Final = 0.5
"Part of the change that a slip explains everywhere; held expressions, in two thirds of the pictures, seldom a third."
_FAR: Final = 6.0
"Pixels that an expression does not seem to move both pictures by."
_MENDING: Final = 3
"Windows after a slip in which renewal is quick."
_PATIENCE: Final = 6
"Windows in a row, about ten seconds, in which a slip could not be made good before the wearer is told."
ADVICE: Final = "the headset has slipped too far for your neutral image; look straight ahead, relax and recenter"


class UpkeepOptions(BaseModel, frozen=True, extra="forbid"):
    """How the neutral follows a headset that slips."""

    enabled: bool = Field(True, description="renew the neutral image while the headset slips")
    window: float = Field(
        2.0,
        ge=0.5,
        le=30.0,
        description="how often it is looked after, seconds",
        json_schema_extra={"slider": [0.5, 10, 0.5]},
    )


@dataclass(frozen=True, slots=True)
class _Moment:
    pair: EyePair
    shows: float
    "Probability of anything but neutral."


class Upkeep:
    """Looks after one calibration; the work of a window is spread over the frames that follow it."""

    def __init__(self, options: UpkeepOptions) -> None:
        self._options = options
        self._moments: list[_Moment] = []
        self._work: Iterator[Profile | None] = iter(())
        self._unrepaired = 0
        self._mending = 0
        self._anchor: NDArray[np.float32] | None = None
        "The neutral that slow renewal stays near: the calibrated one, or the latest that a slip has made."

    @property
    def advice(self) -> str | None:
        """What the wearer should be told, once the upkeep is not enough; else None."""
        return ADVICE if self._unrepaired >= _PATIENCE else None

    def __call__(self, profile: Profile, pair: EyePair, reading: Expression) -> Profile:
        """The profile for the frames to come: the same one, or with a renewed neutral."""
        if not (self._options.enabled and profile.personal and all(pair.seen)):
            return profile
        renewed = next(self._work, None)
        if renewed is not None:
            return renewed
        if self._anchor is None:
            self._anchor = profile.neutral
        spacing = _DUE * self._options.window / _FRAMES
        if not self._moments or not 0.0 <= pair.time - self._moments[-1].pair.time < spacing:
            self._moments.append(_Moment(pair, 1.0 - float(reading.action_units[_NEUTRAL])))
            if len(self._moments) >= _FRAMES:
                self._work, self._moments = self._look_after(profile, self._moments), []
        return profile

    def _look_after(self, profile: Profile, moments: list[_Moment]) -> Iterator[Profile | None]:
        """One piece of work a step; the last one is the changed profile, if there is one."""
        mean = np.stack([moment.pair.pixels for moment in moments]).mean(0, dtype=np.float32)
        motions = []
        for known, now in zip(_eyes(profile.neutral), _eyes(mean), strict=True):
            motions.append(register(known, now))
            yield None
        far = [motion.pixels(profile.neutral.shape[0]) for motion in motions]
        slipped = min(far) >= _SLIPPED and np.mean(far) >= _SLIPPED_BOTH
        if slipped and all(motion.explained >= _EXPLAINED for motion in motions):
            self._mending = _MENDING
            yield self._registered(profile, motions, mean)
            return
        shows = np.array([moment.shows for moment in moments])
        low, high = np.quantile(shows, [_QUIET_PART, 0.9])
        varied = low <= _HELD and high - low >= _VARIED
        if self._mending and varied:
            quiet, part, bound = shows <= max(low, _SURE), _FAST, np.inf
        else:
            quiet, part, bound = shows <= _SURE, _SLOW, _BOUND
        self._mending = max(self._mending - 1, 0)
        self._unrepaired = self._unrepaired + 1 if min(far) >= _FAR and not quiet.any() else 0
        if quiet.sum() >= 2:
            pairs = [moment.pair for moment, calm in zip(moments, quiet, strict=True) if calm]
            yield self._renewed(profile, pairs, part, bound)

    def _registered(self, profile: Profile, motions: list[Motion], now: NDArray[np.float32]) -> Profile:
        """The neutral as it looks from where the headset sits now."""
        eyes = zip(motions, _eyes(profile.neutral), _eyes(now), strict=True)
        self._anchor = np.hstack([motion.moved(known, seen) for motion, known, seen in eyes])
        return replace(profile, neutral=self._anchor)

    def _renewed(self, profile: Profile, pairs: list[EyePair], part: float, bound: float) -> Profile:
        """The neutral moves by `part` towards these pairs, by `bound` gray levels at most."""
        towards = np.mean([pair.pixels for pair in pairs], axis=0, dtype=np.float32)
        neutral = profile.neutral + np.float32(part) * (towards - profile.neutral)
        if bound == np.inf:
            self._anchor = neutral
        assert self._anchor is not None
        return replace(profile, neutral=self._anchor + (neutral - self._anchor).clip(-bound, bound))


def _eyes(pair: NDArray[np.float32]) -> list[NDArray[np.float32]]:
    return np.split(pair, 2, axis=1)
