"""One sitting of a data collection: the headset is put on, then each expression is shown, practised and held.

Eyemotion (arXiv 1707.07204), section 3.1: participants see an exemplar, practise, and either skip the expression or
hold it while their gaze follows a moving target or their head moves; then they take the headset off, put it on again
and repeat. What was asked is the label. A state machine with time as argument: who shows it and who records is
elsewhere.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

import numpy as np
from pydantic import BaseModel, Field

from bridge.channels import ACTION_UNITS, CHANNELS, EMOTIONS
from bridge.exercises import EXERCISES, NEUTRAL, Exercise, Movements
from bridge.frames import Expression
from bridge.guide import target
from bridge.stopwatch import Stopwatch

STILL: Final = 5.0
"Seconds of the neutral hold in which the participant looks straight ahead: the mean neutral image is made of them."
SETTLE: Final = 0.5
"Seconds at the start of a hold that are no part of it: the face is on its way."

_WINKED: Final[Movements] = {"lid_openness": 0.0, "cheek_raise": 0.35}
RELAXED: Final = replace(NEUTRAL, prompt="Relax your face")
"The neutral without a word on where to look: that changes while it is held."
_KNOWN: Final = {exercise.name: exercise for exercise in EXERCISES}
EXPRESSIONS: Final = (
    RELAXED,
    *(_KNOWN[name] for name in ("brow_raise_left", "brow_raise_right", "brow_lower", "upper_lid_raise", "squint")),
    _KNOWN["eyes_closed"],
    Exercise("wink_left", "Close your left eye alone", "wink_left", "neutral", left=_WINKED),
    Exercise("wink_right", "Close your right eye alone", "wink_right", "neutral", right=_WINKED),
    *(_KNOWN[name] for name in ("cheek_raise", "anger", "surprise", "happiness")),
)
"What is asked, in this order: the paper's ten action units, then its emotions that are not among them."

Phase = Literal["fit", "practice", "hold"]
Move = Literal["still", "gaze", "head"]

_MOVES: Final[dict[Move, str]] = {
    "still": "look straight ahead",
    "gaze": "your eyes follow the dot, or wander slowly all around",
    "head": "move your head a little, this way and that",
}


class PaceOptions(BaseModel, frozen=True, extra="forbid"):
    """How long everything takes."""

    fit: float = Field(
        30.0, ge=0.0, le=600.0, description="seconds to put the headset on, if Enter does not come first"
    )
    practice: float = Field(
        5.0, ge=0.0, le=600.0, description="seconds to practise an expression, if Enter does not come first"
    )
    hold: float = Field(8.0, ge=0.5, le=120.0, description="seconds for which an expression is held and recorded")
    sessions: int = Field(2, ge=1, le=9, description="how often all is repeated, with the headset taken off in between")


@dataclass(frozen=True, slots=True)
class Request:
    """What the participant should see and hear now."""

    phase: Phase
    exercise: Exercise
    "The one that is practised or held; while the headset is put on, the one to come."
    number: int
    "Of the expression, from 1"
    of: int
    "to this."
    text: str
    seconds: float
    "Left of this phase,"
    length: float
    "of so many."
    target: tuple[float, float] | None
    "Degrees of yaw (positive to the wearer's left) and pitch (up) of what the eyes follow; None where there is none."
    paused: bool

    @property
    def exemplar(self) -> Expression:
        """The expression as an avatar shows it."""
        return self.exercise.exemplar


class Sitting:
    """Takes the numbers and times of frames until it is done, and knows what each one was asked to show.

    Time stands still while it is paused.
    """

    def __init__(self, exercises: Sequence[Exercise], session: int, pace: PaceOptions) -> None:
        """`session` counts the repetitions from 1: what moves during a hold changes from one to the next."""
        self.held: list[str] = []
        "Expressions that were held to the end."
        self.skipped: list[str] = []
        "Expressions that the participant could not do."
        self.paused = False
        self._exercises = exercises
        self.session = session
        self._pace = pace
        self._phase: Phase = "fit"
        self._at = 0
        self._into = 0.0
        self._watch = Stopwatch()
        self._asked: dict[int, Exercise] = {}

    @property
    def done(self) -> bool:
        """Whether every expression was held or skipped."""
        return self._at >= len(self._exercises)

    @property
    def labels(self) -> dict[int, Exercise]:
        """What each frame was asked to show, by its number: the frames of all holds that came to their end."""
        return {frame: exercise for frame, exercise in self._asked.items() if exercise.name in self.held}

    @property
    def request(self) -> Request | None:
        """What to show now; None once all is done."""
        if self.done:
            return None
        exercise = self._exercises[self._at]
        move, spot = self._move(exercise), None
        if self._phase == "hold" and move == "gaze":
            yaw, pitch = target(np.array([self._into]))[0].tolist()
            spot = (yaw, pitch)
        return Request(
            phase=self._phase,
            exercise=exercise,
            number=self._at + 1,
            of=len(self._exercises),
            text=self._words(exercise, move),
            seconds=max(0.0, self._length(exercise) - self._into),
            length=self._length(exercise),
            target=spot,
            paused=self.paused,
        )

    def add(self, frame: int, time: float) -> bool:
        """Take a frame of this number and time, seconds; whether it belongs to a hold, and so into the recording."""
        if self.done or self.paused:
            self._watch.pause()
            return False
        self._into += self._watch.passed(time)
        exercise = self._exercises[self._at]
        asked = self._phase == "hold" and self._into >= SETTLE
        if asked:
            self._asked[frame] = exercise
        if self._into >= self._length(exercise):
            self._next()
        return asked

    def go_on(self) -> None:
        """The participant is ready: the headset is on, or the expression is practised. A hold takes its time."""
        if not self.done and not self.paused and self._phase != "hold":
            self._next()

    def skip(self) -> None:
        """Leave this expression out; the neutral cannot be left out, all else is compared with it."""
        if not self.done and self._phase != "fit" and self._exercises[self._at] is not RELAXED:
            self.skipped.append(self._exercises[self._at].name)
            self._begin("practice", self._at + 1)

    def pause(self) -> None:
        """Stop, or go on; a hold that was interrupted is practised and held again."""
        self.paused = not self.paused
        if self._phase == "hold":
            self._begin("practice", self._at)

    def _next(self) -> None:
        if self._phase == "fit":
            self._begin("practice", self._at)
        elif self._phase == "practice":
            self._begin("hold", self._at)
        else:
            self.held.append(self._exercises[self._at].name)
            self._begin("practice", self._at + 1)

    def _begin(self, phase: Phase, at: int) -> None:
        self._phase, self._at, self._into = phase, at, 0.0

    def _length(self, exercise: Exercise) -> float:
        """Seconds of this phase."""
        if self._phase == "fit":
            return self._pace.fit
        if self._phase == "practice":
            return self._pace.practice
        return SETTLE + self._pace.hold + (STILL if exercise is RELAXED else 0.0)

    def _move(self, exercise: Exercise) -> Move:
        """What moves while this one is held: gaze and head take turns, between expressions and between sessions."""
        if exercise is RELAXED and self._into < SETTLE + STILL:
            return "still"
        if exercise.name == "eyes_closed":
            return "head"
        return "gaze" if (EXPRESSIONS.index(exercise) + self.session) % 2 else "head"

    def _words(self, exercise: Exercise, move: Move) -> str:
        if self._phase == "fit":
            again = "take the headset off, and put it on again" if self.session > 1 else "put the headset on"
            return f"Session {self.session}: {again}"
        if self._phase == "practice":
            return f"Practise: {exercise.prompt}"
        return f"Hold it: {exercise.prompt}; {_MOVES[move]}"


def remaining(over: Collection[str]) -> tuple[Exercise, ...]:
    """The expressions of a session that are neither held nor skipped yet; with them the neutral, again.

    A headset that was taken off sits differently afterwards, so what is held then needs a neutral of its own.
    """
    missing = tuple(exercise for exercise in EXPRESSIONS if exercise.name not in over)
    return missing if not missing or RELAXED in missing else (RELAXED, *missing)


def described(exercise: Exercise) -> str:
    """The exemplar in words: its class with its FACS code, and what moves on which side."""
    units = [f"{unit.label} ({unit.facs})" for unit in ACTION_UNITS if unit.name == exercise.action_unit]
    moods = [emotion.label for emotion in EMOTIONS if emotion.name == exercise.emotion]
    meanings = {
        channel.name.rpartition("_")[0]: channel.meaning.removeprefix("0: ").split(", 1:")[0] for channel in CHANNELS
    }
    if exercise.left == exercise.right:
        sides = {"both sides": exercise.left}
    else:
        sides = {"left": exercise.left, "right": exercise.right}
    moves = [f"{side}: {', '.join(meanings[name] for name in part)}" for side, part in sides.items() if part]
    return "; ".join([(units or moods)[0], *moves])
