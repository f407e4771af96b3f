"""Steadies gaze: still while the eyes rest, at once where they jump, and nothing of what a moving lid makes of it.

A resting eye passes a one euro filter (Casiez, Roussel, Vogel: "1 euro filter", CHI 2012). A saccade is no noise: where
the eyes have gone in two frames running is shown as it is. A lid on its way hides the eye well before it is shut, and
a network then reads a dip that was none: gaze goes back to where it was before the lid moved, stays there, and eases to
what is seen afterwards. A blink begins like a saccade downwards, so those wait until the lids have shown which it is.
An eye behind its lid follows the other one (Hering's law).
"""

import math
from collections import deque
from dataclasses import dataclass, field, replace
from typing import Final, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, Field

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

EYES: Final = 2

_LID_WINDOW: Final = 0.05
"Seconds over which a lid's movement is judged, and how far back gaze goes when it moves."
_QUICK: Final = 0.05
"Seconds after a saccade in which its end is still followed closely,"
_QUICK_CUTOFF: Final = 30.0
"with this cutoff, Hz."
_DOWNWARDS: Final = 0.02
"Seconds that a saccade downwards waits."
_RETURNS: Final = 3.0
"Half-lives that an easing back lasts."
_WAVER_HALF_LIFE: Final = 4.0
"Seconds over which it is learnt how much a lid's openness wavers from frame to frame."
_WAVERS: Final = 3.0
"Times that; only what a lid moves beyond counts."


class GazeSmoothing(BaseModel, frozen=True, extra="forbid"):
    min_cutoff: float = Field(
        default=1.5,
        gt=0,
        le=60,
        description="One euro cutoff of a resting eye, Hz; lower is steadier",
        json_schema_extra={"slider": [0.1, 10, 0.1]},
    )
    beta: float = Field(
        default=0.04,
        ge=0,
        le=10,
        description="How much the cutoff rises with eye speed, Hz per degree per second; higher follows faster",
        json_schema_extra={"slider": [0, 1, 0.01]},
    )
    saccade: float = Field(
        default=4.0,
        gt=0,
        le=90,
        description="Eyes that are this many degrees from what is shown, in two frames running, are shown at once",
        json_schema_extra={"slider": [0.5, 20, 0.5]},
    )
    hold_below: float = Field(
        default=0.25,
        ge=0,
        le=1,
        description="Gaze holds while that eye's lid openness is below this: a closed eye has no gaze",
        json_schema_extra={"slider": [0, 0.6, 0.01]},
    )
    hold_moving: float = Field(
        default=0.06,
        gt=0,
        le=1,
        description="Gaze also holds while that lid's openness changes by this within 50 ms; 1: only shut eyes hold it",
        json_schema_extra={"slider": [0.01, 1, 0.01]},
    )
    return_half_life: float = Field(
        default=0.02,
        ge=0,
        le=1,
        description="How fast gaze eases back after it was held, half-life in seconds",
        json_schema_extra={"slider": [0, 0.3, 0.005]},
    )


def _nothing() -> Floats:
    return np.array(np.nan)


def blend(old: Floats, new: Floats, weight: Floats | float) -> Floats:
    """Moves from old towards new by weight 0..1; starts at new where old is NaN, and is NaN where new is."""
    return np.where(np.isnan(old), new, old + weight * (new - old))


@dataclass(frozen=True, slots=True)
class OneEuro:
    """A one euro filter over an array of any shape, as a value: `step` returns the next filter; a reset is a new one.

    NaN elements are measurements that do not exist: they stay NaN, and the element starts afresh at its next number.
    """

    min_cutoff: float
    "Hz, of a signal at rest."
    beta: float
    "Hz per unit per second."
    derivative_cutoff: float = 1.0
    "Hz, of the speed estimate."
    value: Floats = field(default_factory=_nothing)
    "The filtered signal."
    speed: Floats | float = 0.0
    "Its filtered speed, units per second."
    time: float = -math.inf
    "When the last measurement was taken, seconds."

    def step(self, x: Floats, time: float) -> Self:
        """Takes the measurement x at `time`; one that is not later than the last only fills what was NaN."""
        dt = time - self.time
        if dt <= 0:
            return replace(self, value=blend(self.value, x, 0.0))
        jump = (x - self.value) / dt
        known = np.where(np.isnan(jump), 0.0, jump)
        speed = self.speed + _weight(self.derivative_cutoff, dt) * (known - self.speed)
        cutoff = self.min_cutoff + self.beta * np.abs(speed)
        return replace(self, value=blend(self.value, x, _weight(cutoff, dt)), speed=speed, time=time)


def _weight(cutoff: Floats | float, dt: float) -> Floats | float:
    """How far a first-order low-pass of this cutoff, Hz, moves in dt seconds."""
    return 1.0 - 1.0 / (1.0 + 2.0 * math.pi * dt * cutoff)


class _Moment(NamedTuple):
    time: float
    openness: Floats
    shown: Floats


class GazeSmoother:
    """Gaze of both eyes in, steadier gaze out. Starts with the first frame."""

    def __init__(self, options: GazeSmoothing) -> None:
        self._options = options
        self._euro = OneEuro(options.min_cutoff, options.beta, value=np.full((EYES, 2), np.nan))
        self._recent: deque[_Moment] = deque()
        "Of the last _LID_WINDOW seconds."
        self._held = np.zeros(EYES, np.bool_)
        self._aim: Floats = np.full((EYES, 2), np.nan)
        "Where each held eye is thought to look."
        self._released = np.full(EYES, -math.inf)
        self._waver = np.zeros(EYES)
        self._left: tuple[float, float, float] | None = None
        "Since when, seconds, and by how many degrees of yaw and pitch the eyes are away from what is shown."
        self._jumped = -math.inf

    def with_options(self, options: GazeSmoothing) -> "GazeSmoother":
        """The same state under other options."""
        other = GazeSmoother(options)
        other._euro = replace(self._euro, min_cutoff=options.min_cutoff, beta=options.beta)
        other._recent, other._held, other._aim = self._recent.copy(), self._held, self._aim
        other._released, other._left, other._jumped = self._released, self._left, self._jumped
        other._waver = self._waver
        return other

    def __call__(self, gaze: Floats, openness: Floats, time: float) -> Floats:
        """(2 eyes, 2) degrees of yaw and pitch, NaN for an eye that is not seen, and (2,) how open their lids are."""
        before, dt = self._euro.value, time - self._euro.time
        seen = ~np.isnan(gaze[:, 0])
        held = seen & ~np.isnan(before[:, 0]) & self._hidden(openness, time)
        free = seen & ~held
        self._begin_and_end(held, before, time)
        moved = self._euro.step(gaze, time)
        value = moved.value
        if dt > 0:
            value = self._followed(gaze, value, free, time, dt)
            if held.any():
                value = self._behind_lids(value, before, held, free, dt)
        speed = np.where(held[:, None], 0.0, moved.speed)
        self._euro = replace(moved, value=value, speed=speed)
        self._recent.append(_Moment(time, openness, value))
        return value

    def _hidden(self, openness: Floats, time: float) -> Mask:
        """(2,) whether a lid is down or on its way."""
        while self._recent and not 0.0 <= time - self._recent[0].time <= _LID_WINDOW:
            self._recent.popleft()
        least = self._options.hold_moving
        levels = np.array([moment.openness for moment in self._recent] + [openness])
        moving = levels.max(0) - levels.min(0) > least + _WAVERS * self._waver
        if self._recent:
            last = self._recent[-1]
            step = np.nan_to_num(np.abs(openness - last.openness)).clip(0.0, least)
            self._waver = step + (self._waver - step) * 0.5 ** ((time - last.time) / _WAVER_HALF_LIFE)
        return np.asarray((openness < self._options.hold_below) | moving)

    def _begin_and_end(self, held: Mask, before: Floats, time: float) -> None:
        begins, ends = held & ~self._held, self._held & ~held
        if begins.any():
            past = self._recent[0].shown if self._recent else before
            self._aim = np.where(begins[:, None], np.where(np.isnan(past), before, past), self._aim)
        self._released = np.where(ends, time, self._released)
        self._held = held

    def _followed(self, gaze: Floats, value: Floats, free: Mask, time: float, dt: float) -> Floats:
        """The filtered `value`, but a saccade is shown as it is, and an eye that was held eases back."""
        away = gaze - self._euro.value
        returning = free & (time - self._released < _RETURNS * self._options.return_half_life)
        settled = free & ~returning
        if self._is_saccade(away[settled & ~np.isnan(away[:, 0])], time):
            self._jumped = time
            value = np.where(settled[:, None], gaze, value)
        elif time - self._jumped < _QUICK:
            quick = self._euro.value + _weight(_QUICK_CUTOFF, dt) * away
            value = np.where(settled[:, None] & ~np.isnan(away), quick, value)
        if returning.any():
            value = np.where(returning[:, None], blend(self._euro.value, gaze, self._eased(dt)), value)
        return value

    def _is_saccade(self, away: Floats, time: float) -> bool:
        """`away` (n, 2): how far each settled eye is from what is shown; the frame before must have said the same."""
        left, self._left = self._left, None
        if not len(away):
            return False
        yaw, pitch = away.mean(0).tolist()
        size = math.hypot(yaw, pitch)
        if size < self._options.saccade:
            return False
        again = left is not None and yaw * left[1] + pitch * left[2] > 0.0
        since = left[0] if again and left is not None else time
        self._left = since, yaw, pitch
        wait = _DOWNWARDS if pitch < -0.5 * size and time - self._jumped > _QUICK else 0.0
        return again and time - since >= wait

    def _behind_lids(self, value: Floats, before: Floats, held: Mask, free: Mask, dt: float) -> Floats:
        """Held eyes go to where they were before the lid moved, and from there along with an eye that is seen."""
        if free.any():
            with_other = np.nan_to_num(value - before)[free][0]
            self._aim = np.where(held[:, None], self._aim + with_other, self._aim)
        return np.where(held[:, None], before + self._eased(dt) * (self._aim - before), value)

    def _eased(self, dt: float) -> float:
        half_life = self._options.return_half_life
        return 1.0 - 0.5 ** (dt / half_life) if half_life > 0 else 1.0
