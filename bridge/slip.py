"""Keeps the neutral image true while the headset slips on the face.

Every few seconds the pictures are compared with the neutral. A headset that slips moves both of them. Where that
explains what has changed, as no expression does (see registration), the neutral moves along at once, whatever the face
shows meanwhile. But a face is no flat picture and a lamp at a lens no sun: often a movement explains little of a slip,
and a neutral that was moved is never quite one that was taken there. So once a face has been seen elsewhere for some
seconds in which it did this and that, its new neutral is what each pixel shows most of the time: the median. Whoever
holds one expression keeps their neutral.

All else is appearance, and renewed slowly, within narrow bounds, from the moments that the network is sure of.
"""

from collections.abc import Generator, Iterator
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
_SURE: Final = 0.2
"A moment shows nothing when the network takes it for anything but neutral with at most this probability;"
_QUIET_PART: Final = 0.3
_VARIED: Final = 0.15
"a face does this and that when that probability varies by at least this above a window's quiet part, and"
_HELD: Final = 0.9
"this part is quieter than that."
_PART: Final = 0.05
"Of the neutral, that a window may renew."
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
_ELSEWHERE: Final = 3
"Windows of a face that does this and that elsewhere, about six seconds, whose median is the new neutral;"
_MOVED: Final = 2
"so many where the neutral has been moved there already."
_CHUNKS: Final = 4
"Pieces of work that a median is; all work of a window is done within fewer frames than the next one has."
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


_Work = Generator[Profile | None, None, None]


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
        self._moved = False
        "Whether the neutral was moved to where the face is, and not taken there."
        self._elsewhere: list[NDArray[np.uint8]] = []
        "(moments, h, 2 w) pictures of the latest windows that showed the face elsewhere."
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

    def _look_after(self, profile: Profile, moments: list[_Moment]) -> _Work:
        """One piece of work a step; the last one is the changed profile, if there is one."""
        pictures = np.stack([moment.pair.pixels for moment in moments])
        usual = yield from _median(pictures)
        motions = []
        for known, now in zip(_eyes(profile.neutral), _eyes(usual), strict=True):
            motions.append(register(known, now))
            yield None
        far = [motion.pixels(profile.neutral.shape[0]) for motion in motions]
        slipped = min(far) >= _SLIPPED and np.mean(far) >= _SLIPPED_BOTH
        shows = np.array([moment.shows for moment in moments])
        if not (slipped or self._moved):
            self._elsewhere.clear()
        elif _does_this_and_that(shows):
            self._elsewhere.append(pictures)
        quiet = shows <= _SURE
        self._unrepaired = self._unrepaired + 1 if min(far) >= _FAR and not quiet.any() else 0
        if slipped and all(motion.explained >= _EXPLAINED for motion in motions):
            yield self._registered(profile, motions, usual)
        elif len(self._elsewhere) >= (_MOVED if self._moved else _ELSEWHERE):
            yield from self._taken(profile)
        elif quiet.sum() >= 2:
            yield self._renewed(profile, [moment.pair for moment, calm in zip(moments, quiet, strict=True) if calm])

    def _registered(self, profile: Profile, motions: list[Motion], now: NDArray[np.float32]) -> Profile:
        """The neutral as it looks from where the headset sits now."""
        eyes = zip(motions, _eyes(profile.neutral), _eyes(now), strict=True)
        self._anchor = np.hstack([motion.moved(known, seen) for motion, known, seen in eyes])
        self._moved, self._unrepaired = True, 0
        del self._elsewhere[:-1]  # what was seen before the latest movement was seen elsewhere
        return replace(profile, neutral=self._anchor)

    def _taken(self, profile: Profile) -> _Work:
        """The neutral as the face shows it most of the time where it is now."""
        usual = self._anchor = yield from _median(np.concatenate(self._elsewhere))
        self._elsewhere.clear()
        self._moved, self._unrepaired = False, 0
        yield replace(profile, neutral=usual)

    def _renewed(self, profile: Profile, pairs: list[EyePair]) -> Profile:
        """The neutral moves a little towards these pairs, and never far from what it was."""
        towards = np.mean([pair.pixels for pair in pairs], axis=0, dtype=np.float32)
        neutral = profile.neutral + np.float32(_PART) * (towards - profile.neutral)
        assert self._anchor is not None
        return replace(profile, neutral=self._anchor + (neutral - self._anchor).clip(-_BOUND, _BOUND))


def _does_this_and_that(shows: NDArray[np.float64]) -> bool:
    low, high = np.quantile(shows, [_QUIET_PART, 0.9])
    return bool(low <= _HELD and high - low >= _VARIED)


def _median(pictures: NDArray[np.uint8]) -> Generator[None, None, NDArray[np.float32]]:
    """(n, h, w) -> (h, w) of each pixel, a piece of the work at a time."""
    found = np.empty(pictures.shape[1:], np.float32)
    for rows in np.array_split(np.arange(len(found)), _CHUNKS):
        found[rows] = np.median(pictures[:, rows], 0)
        yield
    return found


def _eyes(pair: NDArray[np.float32]) -> list[NDArray[np.float32]]:
    return np.split(pair, 2, axis=1)
