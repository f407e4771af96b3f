"""Direct or averted gaze, for how long, and whether it goes with the emotion that is recognised.

The shared signal hypothesis (Adams, Kleck: "Perceived gaze direction and the processing of facial displays of emotion",
Psychological Science 2003): people recognise emotions of approach sooner with direct gaze and those of avoidance with
averted gaze. The rule is that of "Perceive Emotions from Gazes" (Zheng, Xu, Bhattacharjee), section IV.C: gaze of
length 40 is projected on the picture, and a projection of less than 10 sqrt(5) is direct. Eyes at yaw y and pitch p
look directly while sin(y)^2 + sin(p)^2 < 5/16: that is 34 degrees along one axis, 23 in each of both.

What this is not: a fact about the wearer. Gaze counts from straight ahead in the headset, so it is direct towards
whoever stands straight before the avatar, and no look at anybody is known. The paper finds correlations of 0.01 to 0.34
between gaze and emotion in pictures, most near 0.1: a look away is no evidence of fear, sadness or disgust, which the
shipped network does not even know. It is a signal for an avatar and its scene, not for a judgement of a person.
"""

import math
from typing import Final

import numpy as np
from pydantic import BaseModel, Field

from bridge.channels import EMOTION_NAMES, ORIENTATIONS
from bridge.frames import NO_SIGNAL, Look, Signal, Vector

PAPER_DEGREES: Final = math.degrees(math.asin(10 * math.sqrt(5) / 40))
"The paper's threshold along one axis: 33.99."

_GAP: Final = 0.5
"Seconds without a look after which it counts anew."
_NEUTRAL: Final = np.array([float(name == "neutral") for name in EMOTION_NAMES], np.float32)
_ORIENTED: Final = np.array([ORIENTATIONS.get(name, 0.0) for name in EMOTION_NAMES], np.float32) * (1 - _NEUTRAL)
_UNDEFINED: Final = frozenset(EMOTION_NAMES) - frozenset(ORIENTATIONS)


class SharedSignalOptions(BaseModel, frozen=True, extra="forbid"):
    """When gaze is averted, and what an emotion has to do with it."""

    averted_from: float = Field(
        default=round(PAPER_DEGREES, 2),
        ge=1,
        le=60,
        description="Gaze is averted from so far aside, degrees along one axis; 33.99 is the paper's 10 sqrt(5) of 40",
        json_schema_extra={"slider": [2, 45, 0.5]},
    )
    hysteresis: float = Field(
        default=2.0,
        ge=0,
        le=20,
        description="Averted gaze is direct again this many degrees further in",
        json_schema_extra={"slider": [0, 10, 0.5]},
    )
    neutral: float = Field(
        default=1.0,
        ge=0,
        le=1,
        description="How much a neutral face counts as approach: 1 as in the paper, 0 not at all",
        json_schema_extra={"slider": [0, 1, 0.05]},
    )


class SharedSignal:
    """Looks and emotions in, signals out; one for each wearer and stream."""

    def __init__(self, options: SharedSignalOptions) -> None:
        self._options = options
        self._oriented = _ORIENTED + options.neutral * ORIENTATIONS["neutral"] * _NEUTRAL
        self._direct: bool | None = None
        self._since = self._time = -math.inf

    def with_options(self, options: SharedSignalOptions) -> "SharedSignal":
        """The same state under other options."""
        other = SharedSignal(options)
        other._direct, other._since, other._time = self._direct, self._since, self._time
        return other

    def __call__(self, look: Look, emotions: Vector, time: float) -> Signal:
        """One frame: (5,) probabilities in the order of EMOTIONS, time in seconds. NaN wherever nothing is known."""
        if not 0 <= time - self._time <= _GAP:
            self._direct = None
        if math.isnan(look.yaw):
            return NO_SIGNAL
        self._time = time
        direct = self._judged(look)
        if direct is not self._direct:
            self._direct, self._since = direct, time
        contact = 1.0 if direct else -1.0
        known = EMOTION_NAMES[int(emotions.argmax())] not in _UNDEFINED
        approach = float(self._oriented @ emotions) if known else math.nan
        return Signal(contact, time - self._since, approach, approach * contact)

    def _judged(self, look: Look) -> bool:
        limit = self._options.averted_from - (self._options.hysteresis if self._direct is False else 0.0)
        projected = math.hypot(math.sin(math.radians(look.yaw)), math.sin(math.radians(look.pitch)))
        return projected < math.sin(math.radians(max(limit, 0.0)))
