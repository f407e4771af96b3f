"""Steadies what the network says, without making the face late.

Class probabilities decay exponentially (Eyemotion, section 5.2), lids close fast and open calmly, gaze has rules of its
own (gaze_smoothing.py), and what a face camera sees passes a one euro filter, so that speech stays quick. Every
constant is a time in seconds or a frequency in hertz, so smoothing looks the same at 30 and at 120 frames a second.
"""

import math
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, Field

from bridge.channels import ACTION_UNIT_NAMES, CHANNEL_NAMES, EMOTION_NAMES, SIDES
from bridge.frames import Expression, Vector
from bridge.gaze_smoothing import GazeSmoother, GazeSmoothing, OneEuro, blend

Floats = NDArray[np.float64]

# One state vector holds everything: action units, emotions, channels.
_EMOTIONS: Final = len(ACTION_UNIT_NAMES)
_CHANNELS: Final = _EMOTIONS + len(EMOTION_NAMES)
_SIZE: Final = _CHANNELS + len(CHANNEL_NAMES)


def _position(name: str) -> int:
    """Where a channel sits in the state vector."""
    return _CHANNELS + CHANNEL_NAMES.index(name)


_LIDS: Final = np.array([_position(f"lid_openness_{side}") for side in SIDES])
_GAZE: Final = np.array([[_position(f"gaze_{axis}_{side}") for axis in ("yaw", "pitch")] for side in SIDES])


class ClassSmoothing(BaseModel, frozen=True, extra="forbid"):
    half_life: float = Field(
        default=0.12,
        ge=0,
        le=5,
        description="Seconds after which half of an old class probability is forgotten; 0 turns smoothing off",
        json_schema_extra={"slider": [0, 1, 0.01]},
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


class FaceSmoothing(BaseModel, frozen=True, extra="forbid"):
    min_cutoff: float = Field(
        default=2.0,
        gt=0,
        le=60,
        description="One euro cutoff of a face camera's blendshapes at rest, Hz; lower is steadier",
        json_schema_extra={"slider": [0.1, 10, 0.1]},
    )
    beta: float = Field(
        default=4.0,
        ge=0,
        le=100,
        description="How much that cutoff rises with their speed, Hz per full movement a second; higher follows faster",
        json_schema_extra={"slider": [0, 20, 0.5]},
    )


class SmoothingOptions(BaseModel, frozen=True, extra="forbid"):
    """How steady, how quick."""

    classes: ClassSmoothing = Field(default=ClassSmoothing(), description="Class probabilities")
    gaze: GazeSmoothing = Field(default=GazeSmoothing(), description="Gaze angles")
    lids: LidSmoothing = Field(default=LidSmoothing(), description="Lid openness")
    channels: ChannelSmoothing = Field(default=ChannelSmoothing(), description="The other graded channels")
    face: FaceSmoothing = Field(default=FaceSmoothing(), description="Mouth, jaw, nose and tongue of a face camera")
    gap: float = Field(default=0.5, gt=0, le=60, description="Seconds without a frame that start smoothing afresh")


class Smoother:
    """Expressions in, steadier expressions out; one for each wearer and stream."""

    def __init__(self, options: SmoothingOptions) -> None:
        self._options = options
        self._rates = _rates(options)
        self._lid_rates = (_rate(options.lids.close_half_life), _rate(options.lids.open_half_life))
        self._restart()

    def _restart(self) -> None:
        self._values: Floats = np.full(_SIZE, np.nan)
        self._gaze = GazeSmoother(self._options.gaze)
        self._face = _one_euro(self._options.face)
        self._time = -math.inf

    def with_options(self, options: SmoothingOptions) -> "Smoother":
        """The same state under other options: a slider acts at once and nothing jumps."""
        other = Smoother(options)
        other._values, other._time = self._values, self._time
        other._gaze = self._gaze.with_options(options.gaze)
        other._face = replace(self._face, min_cutoff=options.face.min_cutoff, beta=options.face.beta)
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
        values = blend(self._values, measured, 1.0 - np.exp2(-dt * rates))
        values[_GAZE] = self._gaze(measured[_GAZE], measured[_LIDS], time)
        self._values, self._time = values, time
        shown = values.astype(np.float32)
        return Expression(
            shown[:_EMOTIONS], shown[_EMOTIONS:_CHANNELS], shown[_CHANNELS:], self._steadied(expression.face, time)
        )

    def _steadied(self, face: Vector | None, time: float) -> Vector | None:
        """A face that has left starts afresh when it is back."""
        if face is None:
            self._face = _one_euro(self._options.face)
            return None
        self._face = self._face.step(face.astype(np.float64), time)
        return self._face.value.astype(np.float32)


def _one_euro(options: FaceSmoothing) -> OneEuro:
    return OneEuro(options.min_cutoff, options.beta)


def _rate(half_life: float) -> float:
    """Half-lives per second; no smoothing is a rate so high that any real frame forgets everything."""
    return 1.0 / max(half_life, 1e-9)


def _rates(options: SmoothingOptions) -> Floats:
    rates = np.full(_SIZE, _rate(options.channels.half_life))
    rates[:_CHANNELS] = _rate(options.classes.half_life)
    return rates
