"""Keeps the neutral image true while the headset slips on the face.

Every few seconds the moments that show least are compared with the neutral. Usually they only renew it slowly and
within narrow bounds, where the network is sure of a relaxed face. When both pictures have moved as a whole (shift, roll
and scale, fitted with weights that forgive what an expression changes: Baker, Matthews: "Lucas-Kanade 20 years on",
IJCV 2004), the network's opinion is worth little, since it compares with a neutral of another place; then the moments
that show least of all renew it quickly, but only while the face does this and that: whoever holds one expression keeps
their neutral.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, Field

from bridge.channels import ACTION_UNIT_NAMES, CHANNELS
from bridge.frames import Expression, EyePair
from bridge.personalization import Profile

Floats = NDArray[np.float64]

_NEUTRAL: Final = ACTION_UNIT_NAMES.index("neutral")
_HAS_REST: Final = np.array([channel.unit != "iris" and not channel.name.startswith("visible") for channel in CHANNELS])
_FRAMES: Final = 14
"Moments that a window looks at."
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
"that they must have moved by on average: expressions pull at parts of them, and seldom so far."
_LOST: Final = 20.0
"Pixels from which on the fit has lost its way, or the headset the eyes."
_MENDING: Final = 3
"Windows for which renewal stays quick once a slip was seen: half-way the pictures agree already, the network does not."
_PATIENCE: Final = 6
"Windows in a row, about ten seconds, in which a slip could not be made good before the wearer is told."
_SIZE: Final = 24
"Pixels a side in which pictures are compared."
_STEPS: Final = 12
_BORDER: Final = 2

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

    def __init__(self, options: UpkeepOptions, read: Callable[[Profile, EyePair], Expression]) -> None:
        self._options = options
        self._read = read
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
        if not self._moments or not 0.0 <= pair.time - self._moments[-1].pair.time < self._options.window / _FRAMES:
            self._moments.append(_Moment(pair, 1.0 - float(reading.action_units[_NEUTRAL])))
            if len(self._moments) >= _FRAMES:
                self._work, self._moments = self._look_after(profile, self._moments), []
        return profile

    def _look_after(self, profile: Profile, moments: list[_Moment]) -> Iterator[Profile | None]:
        """One piece of work a step; the last one is the renewed profile, if there is one."""
        mean = np.mean([moment.pair.pixels for moment in moments], axis=0, dtype=np.float32)
        moved = []
        for known, now in zip(np.split(profile.neutral, 2, axis=1), np.split(mean, 2, axis=1), strict=True):
            moved.append(displacement(known, now))
            yield None
        shows = np.array([moment.shows for moment in moments])
        low, high = np.quantile(shows, [_QUIET_PART, 0.9])
        slipped = min(moved) >= _SLIPPED and np.mean(moved) >= _SLIPPED_BOTH
        varied = low <= _HELD and high - low >= _VARIED
        self._mending = _MENDING if slipped and max(moved) <= _LOST else max(self._mending - 1, 0)
        if self._mending and varied:
            quiet, part, bound = shows <= max(low, _SURE), _FAST, np.inf
        else:
            quiet, part, bound = shows <= _SURE, _SLOW, _BOUND
        self._unrepaired = self._unrepaired + 1 if slipped and not quiet.any() else 0
        if quiet.sum() >= 2:
            pairs = [moment.pair for moment, calm in zip(moments, quiet, strict=True) if calm]
            yield self._renewed(profile, pairs, part, bound)

    def _renewed(self, profile: Profile, pairs: list[EyePair], part: float, bound: float) -> Profile:
        """The neutral moves by `part` towards these pairs, and the rest by what that changes in the reading of it."""
        towards = np.mean([pair.pixels for pair in pairs], axis=0, dtype=np.float32)
        neutral = profile.neutral + np.float32(part) * (towards - profile.neutral)
        if bound == np.inf:
            self._anchor = neutral
        assert self._anchor is not None
        renewed = replace(profile, neutral=self._anchor + (neutral - self._anchor).clip(-bound, bound))
        change = self._at_rest(renewed, pairs[0]) - self._at_rest(profile, pairs[0])
        return replace(
            renewed, resting=np.where(_HAS_REST & np.isfinite(change), profile.resting + change, profile.resting)
        )

    def _at_rest(self, profile: Profile, pair: EyePair) -> NDArray[np.float32]:
        image = profile.neutral.clip(0, 255).round().astype(np.uint8)
        return self._read(profile, replace(pair, pixels=image)).channels


def displacement(known: NDArray[np.float32], now: NDArray[np.float32]) -> float:
    """Root mean square pixels by which the picture `known`, (h, w) gray levels, has to move to look like `now`.

    Gauss-Newton over shift, roll, scale and exposure, with weights that fall off for what fits no such movement.
    """
    scale = float(known.shape[1] / _SIZE)
    template, picture = (_small(image) for image in (known, now))
    inside = slice(_BORDER, -_BORDER)
    x, y = np.meshgrid(np.linspace(-0.5, 0.5, _SIZE), np.linspace(-0.5, 0.5, _SIZE))
    moved = np.zeros(4)  # scale, roll (rad), right, down (parts of the width)
    for _ in range(_STEPS):
        warped = _warp(template, moved)
        down, right = (slope * _SIZE for slope in np.gradient(warped))
        columns = (
            right * x + down * y,
            down * x - right * y,
            right,
            down,
            warped - warped.mean(),
            np.ones_like(warped),
        )
        jacobian = np.stack(columns, -1)[inside, inside].reshape(-1, len(columns))
        missing = (picture - warped)[inside, inside].ravel()
        away = missing - np.median(missing)
        weights = (1.0 + (away / (3.0 * np.median(np.abs(away)) + 1.0)) ** 2) ** -2
        weighted = jacobian * weights[:, None]
        normal = weighted.T @ jacobian
        step = np.linalg.solve(normal + 1e-3 * np.trace(normal) * _DAMPING, weighted.T @ missing)[:4]
        moved += step
        if np.abs(step).max() < 1e-4:
            break
    spread = float((x * x + y * y).mean())
    return float(scale * _SIZE * np.sqrt((moved[:2] @ moved[:2]) * spread + moved[2:] @ moved[2:]))


_DAMPING: Final = np.diag([1.0, 1.0, 1.0, 1.0, 1e-3, 1e-3])
"Exposure may change freely; a picture without structure does not move."


def _small(image: NDArray[np.float32]) -> Floats:
    shrunk = cv2.resize(image, (_SIZE, _SIZE), interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.GaussianBlur(shrunk, (0, 0), 1.0), np.float64)


def _warp(image: Floats, moved: Floats) -> Floats:
    grow, roll, right, down = moved
    centre = (_SIZE - 1) / 2
    matrix = np.array([[1.0 + grow, -roll, right * _SIZE], [roll, 1.0 + grow, down * _SIZE]])
    matrix[:, 2] += centre - matrix[:, :2] @ (centre, centre)
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return np.asarray(cv2.warpAffine(image, matrix, (_SIZE, _SIZE), flags=flags, borderMode=cv2.BORDER_REPLICATE))
