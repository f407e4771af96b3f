"""Decides from lid openness when an eye is shut.

Absolute openness does not carry over from one camera placement to another, so an eye is shut when it has fallen far
below its own open level, and by more than it usually wavers. `BlinkDetector` works live, frame by frame; `find_blinks`
reads a whole trace and may look ahead.
"""

import math
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, Field

from bridge.channels import SIDES
from bridge.frames import Expression

Floats = NDArray[np.float64]


class BlinkOptions(BaseModel, frozen=True, extra="forbid"):
    """When a lid counts as shut."""

    enter: float = Field(
        default=0.55,
        gt=0,
        lt=1,
        description="An eye shuts when its openness falls, as in a blink, below this part of its open level",
        json_schema_extra={"slider": [0.1, 0.9, 0.01]},
    )
    sink: float = Field(
        default=0.45,
        gt=0,
        lt=1,
        description="The same for a lid that sinks slowly, as it does when the eye looks far aside; at most `enter`",
        json_schema_extra={"slider": [0.1, 0.9, 0.01]},
    )
    leave: float = Field(
        default=0.7,
        gt=0,
        le=1,
        description="It opens again above this part of its open level; at least `enter`",
        json_schema_extra={"slider": [0.1, 1, 0.01]},
    )
    depth: float = Field(
        default=0.15,
        ge=0,
        le=1,
        description="Openness an eye must lose at least, whatever its open level",
        json_schema_extra={"slider": [0, 0.6, 0.01]},
    )
    noise_factor: float = Field(
        default=3.0,
        ge=0,
        le=20,
        description="It must also lose this many times what it usually wavers below that level",
    )
    rise_half_life: float = Field(
        default=0.1, gt=0, le=10, description="How fast the open level follows a wider eye, half-life in seconds"
    )
    fall_half_life: float = Field(
        default=4.0, gt=0, le=120, description="How fast it follows a drooping or lowered lid, half-life in seconds"
    )
    shut_half_life: float = Field(
        default=30.0, gt=0, le=600, description="The same while shut, so that a moved camera cannot stay shut for ever"
    )
    settle: float = Field(
        default=0.3, ge=0, le=10, description="Seconds during which an eye that has just appeared is not judged"
    )
    gap: float = Field(default=1.0, gt=0, le=60, description="Seconds without a frame that count as a new appearance")
    shoulder: float = Field(
        default=2.0,
        gt=0,
        le=60,
        description="Seconds before and after that give the open level when a whole trace is read",
    )
    dip: float = Field(
        default=0.08,
        gt=0,
        lt=1,
        description="Part of its open level that an eye loses in a blink, when a whole trace is read: a blink is also "
        "known by its shortness, so far less than live",
    )
    share: float = Field(
        default=0.16,
        ge=0,
        lt=1,
        description="Part of the deepest closure in the trace that a blink must reach: how much of a lid's way is seen "
        "depends on the camera, when a whole trace is read",
    )
    longest: float = Field(
        default=0.4, gt=0, le=60, description="Seconds that a blink lasts at most, when a whole trace is read"
    )


_WAVER_HALF_LIFE: Final = 4.0  # seconds over which the usual wavering is learnt
_MOMENT_HALF_LIFE: Final = 0.08  # seconds; a lid that blinks leaves where it was a moment ago far above itself
_SHOULDER_QUANTILE: Final = 0.9


@dataclass(frozen=True, slots=True)
class _Lid:
    """What is known of one eye; `step` returns what is known a frame later."""

    level: float
    "Openness of this eye when open."
    waver: float
    "Mean distance below that level while open."
    moment: float
    "Openness a moment ago."
    shut: bool
    since: float
    "When the eye appeared, seconds."
    time: float

    def step(self, openness: float, time: float, options: BlinkOptions) -> "_Lid":
        dt = time - self.time
        if openness > self.level:
            half_life = options.rise_half_life
        else:
            half_life = options.shut_half_life if self.shut else options.fall_half_life
        level = openness + (self.level - openness) * 0.5 ** (dt / half_life)
        below = max(level - openness, 0.0)
        moment = openness + (self.moment - openness) * 0.5 ** (dt / _MOMENT_HALF_LIFE)
        following = replace(self, level=level, moment=moment, time=time)
        if self.shut:
            return replace(following, shut=openness <= level * max(options.leave, options.enter))
        deep = below > max(options.depth, options.noise_factor * self.waver)
        fast = self.moment - openness > options.depth
        if deep and openness < level * (options.enter if fast else min(options.sink, options.enter)):
            return replace(following, shut=True)
        return replace(following, waver=below + (self.waver - below) * 0.5 ** (dt / _WAVER_HALF_LIFE))


class BlinkDetector:
    """Whether the eyes are shut, frame by frame, at any frame rate: a blink may last a single frame.

    Give it the expression before smoothing: it has its own idea of noise, and smoothing delays the opening.
    """

    def __init__(self, options: BlinkOptions) -> None:
        self._options = options
        self._lids: dict[str, _Lid] = {}

    def with_options(self, options: BlinkOptions) -> "BlinkDetector":
        """The same state under other options."""
        other = BlinkDetector(options)
        other._lids = dict(self._lids)
        return other

    def __call__(self, expression: Expression, time: float) -> bool:
        """Whether every eye that is seen is shut at `time`, seconds; an eye that has just appeared does not count."""
        judged = []
        for side in SIDES:
            openness = expression[f"lid_openness_{side}"]
            lid = self._next(self._lids.get(side), openness, time)
            if lid is None:
                self._lids.pop(side, None)
                continue
            self._lids[side] = lid
            if time - lid.since >= self._options.settle:
                judged.append(lid.shut)
        return bool(judged) and all(judged)

    def _next(self, lid: _Lid | None, openness: float, time: float) -> _Lid | None:
        if math.isnan(openness):
            return None
        if lid is None or not 0 <= time - lid.time <= self._options.gap:
            return _Lid(level=openness, waver=0.0, moment=openness, shut=False, since=time, time=time)
        return lid.step(openness, time, self._options)


@dataclass(frozen=True, slots=True)
class Blink:
    """One closure in a trace."""

    start: float
    "Time of the first frame that is shut, seconds."
    end: float
    "Time of the last one, seconds."
    depth: float
    "Openness lost at the deepest, as a part of the open level."


def find_blinks(times: Floats, openness: Floats, options: BlinkOptions | None = None) -> list[Blink]:
    """Every blink of one eye in a whole trace, in order of time.

    `times` (n,) seconds, increasing; `openness` (n,), NaN where the eye is not seen. The open level at a moment is the
    lower of those just before and just after it, so that a lid that stays lowered, or returns from there, is no blink;
    nor is a closure that outlasts `longest`, or one that is cut off by the trace's end, or one far shallower than the
    deepest. A blink begins and ends where half of the least dip is lost.
    """
    options = options or BlinkOptions()
    times, openness = np.asarray(times, np.float64), np.asarray(openness, np.float64)
    if np.isnan(openness).all():
        return []
    level = _open_level(times, openness, options.shoulder)
    below = level - openness
    # six times the noise between frames, at the usual noise_factor: a long trace has many frames to be unlucky in
    noise = float(np.nanmedian(np.abs(np.diff(openness)))) if len(openness) > 1 else 0.0
    usual, least = float(np.nanmedian(below)), np.maximum(options.dip * level, 2 * options.noise_factor * noise)
    settled = _settled(times, openness, options)
    deepest = float(np.max(below, initial=0.0, where=settled & ~np.isnan(below)))
    deep = below > usual + np.maximum(least, options.share * deepest)
    low = settled & (below > usual + least / 2)
    blinks = []
    edges = np.flatnonzero(np.diff(low, prepend=False, append=False))
    for first, after in edges.reshape(-1, 2):
        if deep[first:after].any() and times[after - 1] - times[first] < options.longest:
            at = first + int(below[first:after].argmax())
            blinks.append(Blink(float(times[first]), float(times[after - 1]), float(below[at] / level[at])))
    return blinks


def _settled(times: Floats, openness: Floats, options: BlinkOptions) -> NDArray[np.bool_]:
    """(n,) whether the eye is seen and has been for a while."""
    seen = ~np.isnan(openness)
    appeared = seen & (~np.concatenate(([False], seen[:-1])) | (np.diff(times, prepend=-np.inf) > options.gap))
    since = np.maximum.accumulate(np.where(appeared, times, -np.inf))
    return seen & (times - since >= options.settle)


def _open_level(times: Floats, openness: Floats, shoulder: float) -> Floats:
    """(n,) the lower of the high quantiles within `shoulder` seconds before and after each moment; NaN if unseen."""

    def high(window: Floats) -> float:
        window = np.sort(window[~np.isnan(window)])
        return float(window[int(_SHOULDER_QUANTILE * (len(window) - 1))]) if len(window) else math.nan

    first = np.searchsorted(times, times - shoulder)
    after = np.searchsorted(times, times + shoulder, side="right")
    return np.array(
        [min(high(openness[a : i + 1]), high(openness[i:b])) for i, (a, b) in enumerate(zip(first, after, strict=True))]
    )
