"""The guided three quarters of a minute: relax, show some expressions, follow a target; then one fit of it all.

A state machine with time as argument: whoever shows it (a page, a voice, the avatar, a chat line) reads `prompt`, and
nothing here knows who that is. The profile in use stays as it is until the guide is done.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from bridge import fewshot
from bridge.calibration import NeutralCapture
from bridge.channels import CHANNEL_NAMES, SIDES
from bridge.errors import BridgeError
from bridge.exercises import EXERCISES, NEUTRAL, Exercise
from bridge.fewshot import Fit, Sample
from bridge.frames import Expression, EyePair
from bridge.gaze_calibration import Floats, GazeOutcome, fit_gaze
from bridge.personalization import Profile
from bridge.stopwatch import Stopwatch

_EVERY: Final = 0.1
"Seconds between two samples: faces do not move faster, and a fit of a few hundred samples is quick."
_VOICE_STARTS: Final = 0.4
"Seconds until a voice begins to speak, and"
_VOICE: Final = 14.0
"letters a second of one that takes its time, about 160 words a minute."
_REACTION: Final = 0.2
"Seconds at the start of a hold that are not counted: the face is on its way."
_HOLD: Final = 1.2
"Seconds of an expression that are counted."
_NEUTRAL_SECONDS: Final = 3.0
_GAZE_SECONDS: Final = 8.0
_GAZE_REACH: Final = (18.0, 11.0)
"Degrees of yaw and pitch to each side."
_GAZE_SWINGS: Final = (2.0, 3.0)
"To and fro while the target moves: the path crosses the whole field and is smooth."
_OPEN: Final = 0.5
"An eye less open than this has no gaze, and no relaxed face."
_NOTHING: Final = (np.empty(0), np.empty((0, len(CHANNEL_NAMES))))


@dataclass(frozen=True, slots=True)
class _Step:
    """One line of the guide."""

    exercise: Exercise
    hold: float
    "Seconds to do it."
    gaze: bool = False
    "Whether the eyes follow the target meanwhile."

    @property
    def ready(self) -> float:
        """Seconds to read and hear the prompt, in tenths: no prompt is cut off by the next, nor by the hold's tone."""
        return math.ceil(10.0 * (_VOICE_STARTS + len(self.exercise.prompt) / _VOICE)) / 10.0

    @property
    def length(self) -> float:
        """Seconds of both."""
        return self.ready + self.hold


_GAZE: Final = replace(NEUTRAL, name="gaze", prompt="Follow the dot, head still")
STEPS: Final = (
    _Step(NEUTRAL, _NEUTRAL_SECONDS),
    *(_Step(exercise, _REACTION + _HOLD) for exercise in EXERCISES),
    _Step(_GAZE, _GAZE_SECONDS, gaze=True),
)
DURATION: Final = sum(step.length for step in STEPS)
"Seconds of a guide of which nothing is skipped."


def target(seconds: Floats) -> Floats:
    """(n,) seconds into the step -> (n, 2) degrees of yaw and pitch of what the eyes should follow."""
    turns = 2.0 * np.pi * np.asarray(seconds)[..., None] / _GAZE_SECONDS
    return np.asarray(np.array(_GAZE_REACH) * np.sin(turns * np.array(_GAZE_SWINGS)))


@dataclass(frozen=True, slots=True)
class Prompt:
    """What the wearer should see and hear now."""

    step: str
    "Name of the step: 'neutral', one of EXERCISES, or 'gaze'."
    number: int
    "Of the step, from 1"
    of: int
    "to this."
    text: str
    holding: bool
    "False while the wearer gets ready."
    seconds: float
    "Left of getting ready or of holding,"
    length: float
    "of so many."
    progress: float
    "Of the whole guide, 0..1."
    exemplar: Expression
    "The expression as an avatar shows it; in the gaze step it looks at the target."
    target: tuple[float, float] | None
    "Degrees of yaw (positive to the wearer's left) and pitch (up) of the target; None where there is none."
    skippable: bool


@dataclass(frozen=True, slots=True)
class Guided:
    """What the guide has come to."""

    profile: Profile
    fit: fewshot.Outcome
    gaze: GazeOutcome
    skipped: tuple[str, ...]

    @property
    def sentence(self) -> str:
        """For the wearer: before, after, and what was left out."""
        parts = []
        if np.isfinite(self.fit.before):
            parts.append(f"expressions {self.fit.before:.0%} right before, {self.fit.after:.0%} after")
        if np.isfinite(self.gaze.before):
            parts.append(f"gaze off by {self.gaze.before:.1f} degrees before, {self.gaze.after:.1f} after")
        said = "your calibration is done" + (f": {'; '.join(parts)}" if parts else "")
        if self.fit.weak:
            said += f"; too weak to use: {', '.join(name.replace('_', ' ') for name in self.fit.weak)}"
        return said


class Guide:
    """Takes frames until it is done; then `result` fits what was seen."""

    def __init__(self, read: Callable[[Profile, EyePair], Expression], own: Profile | None = None) -> None:
        """`read` gives the network's trusted reading of a pair under a profile.

        Given the wearer's `own` profile, the eyes only follow the target, and all else stays as it is in that one.
        """
        self._read = read
        self._neutral = NeutralCapture(_NEUTRAL_SECONDS)
        self._own = own
        self._steps = STEPS if own is None else tuple(step for step in STEPS if step.gaze)
        self._at = 0
        self._into = 0.0
        self._watch = Stopwatch()
        self._sampled = -np.inf
        self._samples: list[Sample] = []
        self._gaze: list[tuple[float, Expression]] = []
        self._skipped: list[str] = []

    @property
    def done(self) -> bool:
        """Whether every step is over."""
        return self._at >= len(self._steps)

    @property
    def progress(self) -> float:
        """0..1 of the whole guide, skipped steps counted as done."""
        passed = sum(step.length for step in self._steps[: self._at])
        return min(1.0, (passed + self._into) / sum(step.length for step in self._steps))

    @property
    def prompt(self) -> Prompt | None:
        """What to show now; None once all is done."""
        if self.done:
            return None
        step = self._steps[self._at]
        into = self._into - step.ready
        position = None
        exemplar = step.exercise.exemplar
        if step.gaze:
            yaw, pitch = target(np.array([max(into, 0.0)]))[0].tolist()
            position, exemplar = (yaw, pitch), _looking(exemplar, yaw, pitch)
        return Prompt(
            step=step.exercise.name,
            number=self._at + 1,
            of=len(self._steps),
            text=step.exercise.prompt,
            holding=into >= 0.0,
            seconds=max(0.0, step.hold - into if into >= 0.0 else -into),
            length=step.hold if into >= 0.0 else step.ready,
            progress=self.progress,
            exemplar=exemplar,
            target=position,
            skippable=step.exercise is not NEUTRAL,
        )

    def skip(self) -> None:
        """Leave out the step that is shown now; the neutral cannot be left out, all else counts from there."""
        if not self.done and self._steps[self._at].exercise is not NEUTRAL:
            name = self._steps[self._at].exercise.name
            self._skipped.append(name)
            self._samples = [sample for sample in self._samples if sample.exercise.name != name]
            if self._steps[self._at].gaze:
                self._gaze.clear()
            self._next()

    def add(self, pair: EyePair, reading: Expression) -> None:
        """Take one frame and what the pipeline reads in it; time stands still while no eye is seen.

        Raises BridgeError when no neutral could be made: the guide is of no use then.
        """
        if self.done:
            return
        if np.isnan(reading.channels).all():
            self._watch.pause()
            return
        self._into += self._watch.passed(pair.time)
        step, into = self._steps[self._at], self._into - self._steps[self._at].ready
        if into >= 0.0:
            self._hold(step, into, pair, reading)
        if into >= step.hold:
            self._next()

    def result(self) -> Guided:
        """The wearer's profile. Raises BridgeError when not even the neutral is done, or nobody followed the target."""
        if self._own is None:
            raise BridgeError("the guide ended before your neutral was taken; start it again")
        rested = [
            Sample(NEUTRAL, reading, late=2 * index >= len(self._gaze))
            for index, (_, reading) in enumerate(self._gaze)
            if _is_open(reading)
        ]
        outcome = fewshot.fit([*self._samples, *rested])
        followed = [(time, reading.channels) for time, reading in self._gaze if _is_open(reading)]
        times, channels = (np.array(part, np.float64) for part in zip(*followed, strict=True)) if followed else _NOTHING
        gaze = fit_gaze(times, channels, target)
        fit = outcome.fit
        if self._steps is not STEPS:
            if math.isnan(gaze.before):
                raise BridgeError("your eyes did not follow the dot, so nothing has changed; try again, head still")
            kept = self._own.fit
            fit = None if kept is None else replace(kept, gaze=np.zeros_like(kept.gaze))
        if gaze.coefficients is not None:
            fit = replace(fit or Fit.nothing(), gaze=gaze.coefficients)
        return Guided(self._own.fitted(fit), outcome, gaze, tuple(self._skipped))

    def _hold(self, step: _Step, into: float, pair: EyePair, reading: Expression) -> None:
        if step.exercise is NEUTRAL:
            self._neutral.add(pair, reading)
        elif into >= _REACTION and not 0.0 <= pair.time - self._sampled < _EVERY:
            self._sampled = pair.time
            assert self._own is not None
            own = self._own.relative(self._read(self._own, pair))
            if step.gaze:
                self._gaze.append((into, own))
            else:
                self._samples.append(Sample(step.exercise, own, late=into >= _REACTION + _HOLD / 2))

    def _next(self) -> None:
        if self._steps[self._at].exercise is NEUTRAL:
            own = self._own = self._neutral.profile(self._read)
            pairs = self._neutral.good()[0]
            rest = pairs[:: max(1, len(pairs) // round(_HOLD / _EVERY))]
            self._samples += [
                Sample(NEUTRAL, own.relative(self._read(own, pair)), late=2 * index >= len(rest))
                for index, pair in enumerate(rest)
            ]
        self._at += 1
        self._into = 0.0


def _is_open(reading: Expression) -> bool:
    return float(np.nanmin([reading["lid_openness_left"], reading["lid_openness_right"]])) >= _OPEN


def _looking(exemplar: Expression, yaw: float, pitch: float) -> Expression:
    turned = {"gaze_yaw": yaw, "gaze_pitch": pitch}
    channels = exemplar.channels.copy()
    for stem, degrees in turned.items():
        for side in SIDES:
            channels[CHANNEL_NAMES.index(f"{stem}_{side}")] = degrees
    return replace(exemplar, channels=channels)
