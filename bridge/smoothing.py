"""Steadies what the network says, without making the face late.

Class probabilities decay exponentially (Eyemotion, section 5.2), gaze passes a one euro filter (Casiez, Roussel,
Vogel: "1 euro filter", CHI 2012), lids close fast and open calmly. Every constant is a time in seconds or a frequency
in hertz, so smoothing looks the same at 30 and at 120 frames a second.
"""

import math
from dataclasses import dataclass, field, replace
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, Field

from bridge.channels import ACTION_UNIT_NAMES, CHANNEL_NAMES, EMOTION_NAMES, SIDES
from bridge.frames import Expression

Floats = NDArray[np.float64]

# One state vector holds everything: action units, emotions, channels.
_EMOTIONS: Final = len(ACTION_UNIT_NAMES)
_CHANNELS: Final = _EMOTIONS + len(EMOTION_NAMES)
_SIZE: Final = _CHANNELS + len(CHANNEL_NAMES)


def _positions(*names: str) -> NDArray[np.intp]:
    """Where the channels `name_side` sit in the state vector: name by name, left before right."""
    return np.array([_CHANNELS + CHANNEL_NAMES.index(f"{name}_{side}") for name in names for side in SIDES])


_LIDS: Final = _positions("lid_openness")
_GAZE: Final = _positions("gaze_yaw", "gaze_pitch")


class ClassSmoothing(BaseModel, frozen=True, extra="forbid"):
    half_life: float = Field(
        default=0.12,
        ge=0,
        le=5,
        description="Seconds after which half of an old class probability is forgotten; 0 turns smoothing off",
        json_schema_extra={"slider": [0, 1, 0.01]},
    )


class GazeSmoothing(BaseModel, frozen=True, extra="forbid"):
    min_cutoff: float = Field(
        default=1.5,
        gt=0,
        le=60,
        description="One euro cutoff of a resting eye, Hz; lower is steadier",
        json_schema_extra={"slider": [0.1, 10, 0.1]},
    )
    beta: float = Field(
        default=0.15,
        ge=0,
        le=10,
        description="How much the cutoff rises with eye speed, Hz per degree per second; higher follows faster",
        json_schema_extra={"slider": [0, 1, 0.01]},
    )
    hold_below: float = Field(
        default=0.25,
        ge=0,
        le=1,
        description="Gaze holds while that eye's lid openness is below this: a closed eye has no gaze",
        json_schema_extra={"slider": [0, 0.6, 0.01]},
    )


class LidSmoothing(BaseModel, frozen=True, extra="forbid"):
    close_half_life: float = Field(
        default=0.004,
        ge=0,
        le=1,
        description="Half-life of a closing lid, seconds; small, or blinks never reach full closure",
        json_schema_extra={"slider": [0, 0.1, 0.002]},
    )
    open_half_life: float = Field(
        default=0.03,
        ge=0,
        le=1,
        description="Half-life of an opening lid, seconds",
        json_schema_extra={"slider": [0, 0.3, 0.005]},
    )


class ChannelSmoothing(BaseModel, frozen=True, extra="forbid"):
    half_life: float = Field(
        default=0.05,
        ge=0,
        le=5,
        description="Half-life of brows, cheeks, squint, widening and pupil, seconds",
        json_schema_extra={"slider": [0, 0.5, 0.01]},
    )


class SmoothingOptions(BaseModel, frozen=True, extra="forbid"):
    """How steady, how quick."""

    classes: ClassSmoothing = Field(default=ClassSmoothing(), description="Class probabilities")
    gaze: GazeSmoothing = Field(default=GazeSmoothing(), description="Gaze angles")
    lids: LidSmoothing = Field(default=LidSmoothing(), description="Lid openness")
    channels: ChannelSmoothing = Field(default=ChannelSmoothing(), description="The other graded channels")
    gap: float = Field(default=0.5, gt=0, le=60, description="Seconds without a frame that start smoothing afresh")


def _blend(old: Floats, new: Floats, weight: Floats | float) -> Floats:
    """Moves from old towards new by weight 0..1; starts at new where old is NaN, and is NaN where new is."""
    return np.where(np.isnan(old), new, old + weight * (new - old))


def _nothing() -> Floats:
    return np.array(np.nan)


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
            return replace(self, value=_blend(self.value, x, 0.0))
        jump = (x - self.value) / dt
        known = np.where(np.isnan(jump), 0.0, jump)
        speed = self.speed + _weight(self.derivative_cutoff, dt) * (known - self.speed)
        cutoff = self.min_cutoff + self.beta * np.abs(speed)
        return replace(self, value=_blend(self.value, x, _weight(cutoff, dt)), speed=speed, time=time)


def _weight(cutoff: Floats | float, dt: float) -> Floats | float:
    """How far a first-order low-pass of this cutoff, Hz, moves in dt seconds."""
    return 1.0 - 1.0 / (1.0 + 2.0 * math.pi * dt * cutoff)


class Smoother:
    """Expressions in, steadier expressions out; one for each wearer and stream."""

    def __init__(self, options: SmoothingOptions) -> None:
        self._options = options
        self._rates = _rates(options)
        self._lid_rates = (_rate(options.lids.close_half_life), _rate(options.lids.open_half_life))
        self._restart()

    def _restart(self) -> None:
        self._values: Floats = np.full(_SIZE, np.nan)
        self._gaze = OneEuro(self._options.gaze.min_cutoff, self._options.gaze.beta)
        self._time = -math.inf

    def with_options(self, options: SmoothingOptions) -> "Smoother":
        """The same state under other options: a slider acts at once and nothing jumps."""
        other = Smoother(options)
        other._values, other._time = self._values, self._time
        other._gaze = replace(self._gaze, min_cutoff=options.gaze.min_cutoff, beta=options.gaze.beta)
        return other

    def __call__(self, expression: Expression, time: float) -> Expression:
        """Smooths one frame; `time` in seconds. Starts afresh after a gap and when time runs backwards."""
        if not 0 <= time - self._time <= self._options.gap:
            self._restart()
        measured: Floats = np.concatenate(
            (expression.action_units, expression.emotions, expression.channels), dtype=np.float64
        )
        dt = min(time - self._time, self._options.gap)
        rates = self._rates.copy()
        close, calm = self._lid_rates
        rates[_LIDS] = np.where(measured[_LIDS] < self._values[_LIDS], close, calm)
        values = _blend(self._values, measured, 1.0 - np.exp2(-dt * rates))
        self._gaze = self._gaze.step(self._held(measured, values), time)
        values[_GAZE] = self._gaze.value
        self._values, self._time = values, time
        shown = values.astype(np.float32)
        return Expression(shown[:_EMOTIONS], shown[_EMOTIONS:_CHANNELS], shown[_CHANNELS:])

    def _held(self, measured: Floats, values: Floats) -> Floats:
        """The measured gaze, replaced by the last one shown for an eye whose lid is, or still looks, nearly shut."""
        gaze, last = measured[_GAZE], self._values[_GAZE]
        shut = np.minimum(measured[_LIDS], values[_LIDS]) < self._options.gaze.hold_below
        held = np.concatenate((shut, shut)) & ~np.isnan(last) & ~np.isnan(gaze)
        return np.where(held, last, gaze)


def _rate(half_life: float) -> float:
    """Half-lives per second; no smoothing is a rate so high that any real frame forgets everything."""
    return 1.0 / max(half_life, 1e-9)


def _rates(options: SmoothingOptions) -> Floats:
    rates = np.full(_SIZE, _rate(options.channels.half_life))
    rates[:_CHANNELS] = _rate(options.classes.half_life)
    return rates
