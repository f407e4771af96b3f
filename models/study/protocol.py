"""What a participant is asked and what they really do: section 3.1 of the paper, with its honest difficulties.

Everybody holds every expression for eight seconds while their gaze follows a moving target, or while the headset
shifts on the head. They differ in how strongly they move, in what they cannot do and try nevertheless (the label stays
what was asked), and in what moves along; and they blink. Amounts are fixed here and do not follow the training
renderer's habits, so that the benchmark stays what it is.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.random import Generator

from models.synthetic.expression import EyeState, FaceState

HOLD_SECONDS: Final = 8.0
RATE: Final = 10.0
"Frames a second, as in the paper."

_EFFORT: Final = (0.7, 1.1)
"How much of a full movement people show who were asked for it."
_TREMOR: Final = 0.12
_CANNOT_RAISE_ONE_BROW: Final = 0.4
_CANNOT_WINK: Final = 0.15
_BLINKS: Final = 0.25
"A second, in every hold that asks for open eyes."
_BLINK_SECONDS: Final = 0.22
_TARGET_DEGREES: Final = (16.0, 11.0)
"How far the target goes to the sides, and up and down."

Movements = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Hold:
    """One prompt."""

    name: str
    action_unit: str | None
    emotion: str | None
    left: Movements
    right: Movements


def _both(name: str, movements: Movements, emotion: str | None = None) -> Hold:
    return Hold(name, name, emotion, movements, movements)


_BROW = {"brow_inner_up": 0.8, "brow_outer_up": 1.0}
_WINK = {"blink": 1.0, "squint": 0.35, "cheek_raise": 0.35, "brow_down": 0.2}
_WINK_OTHER = {"squint": 0.18, "cheek_raise": 0.1}

HOLDS: Final = (
    _both("neutral", {}, "neutral"),
    Hold("brow_raise_left", "brow_raise_left", None, _BROW, {}),
    Hold("brow_raise_right", "brow_raise_right", None, {}, _BROW),
    _both("brow_lower", {"brow_down": 1.0, "squint": 0.15}),
    _both("upper_lid_raise", {"widen": 1.0, "brow_outer_up": 0.12}),
    _both("squint", {"squint": 1.0, "cheek_raise": 0.12}),
    _both("eyes_closed", {"blink": 1.0}, "closed_eyes"),
    Hold("wink_left", "wink_left", None, _WINK, _WINK_OTHER),
    Hold("wink_right", "wink_right", None, _WINK_OTHER, _WINK),
    _both("cheek_raise", {"cheek_raise": 1.0, "smile": 0.3, "squint": 0.08}),
    Hold("anger", None, "anger", *2 * ({"brow_down": 0.9, "squint": 0.5, "sneer": 0.4},)),
    Hold("surprise", None, "surprise", *2 * ({"brow_inner_up": 0.8, "brow_outer_up": 0.9, "widen": 0.7},)),
    Hold("happiness", None, "happiness", *2 * ({"cheek_raise": 0.8, "smile": 0.8, "squint": 0.2},)),
)
"In the order in which they are asked; left and right are the wearer's."

FRAMES: Final = round(HOLD_SECONDS * RATE)
"Of a hold."


@dataclass(frozen=True, slots=True)
class Ability:
    """How one person does what they are asked."""

    effort: dict[str, float]
    "By hold: the share of the full movement."
    lopsided: float
    "-1..1: how much more the left side moves."
    brow: str
    "'one': can raise one brow; 'both': raises both instead; 'none': hardly anything happens."
    winks: bool
    "False: the other eye closes half way, too."
    along: dict[str, float]
    "Movements that join in whatever is asked."

    @staticmethod
    def draw(rng: Generator) -> "Ability":
        general = rng.beta(2.0, 2.0)
        low, high = _EFFORT
        effort = {
            hold.name: float(np.clip(low + (high - low) * (0.65 * general + 0.35 * rng.random()), low, high))
            for hold in HOLDS
        }
        clumsy = rng.random() < _CANNOT_RAISE_ONE_BROW
        return Ability(
            effort=effort,
            lopsided=float(rng.normal(0, 0.12)),
            brow=("both" if rng.random() < 0.6 else "none") if clumsy else "one",
            winks=bool(rng.random() >= _CANNOT_WINK),
            along={
                name: float(rng.uniform(0, 0.16)) for name in ("squint", "brow_down", "cheek_raise", "brow_outer_up")
            },
        )

    def performed(self, hold: Hold, strength: float) -> tuple[dict[str, float], dict[str, float]]:
        """The (left, right) movements at this strength, 0..1 of the person's own most."""
        left, right = dict(hold.left), dict(hold.right)
        if hold.name.startswith("brow_raise") and self.brow != "one":
            shared = _BROW if self.brow == "both" else {name: 0.15 * value for name, value in _BROW.items()}
            left, right = dict(shared), dict(shared)
        if hold.name.startswith("wink") and not self.winks:
            (right if hold.name == "wink_left" else left)["blink"] = 0.55
        amount = self.effort[hold.name] * strength
        for side, tilt in ((left, 1 + self.lopsided), (right, 1 - self.lopsided)):
            for name, value in side.items():
                side[name] = min(1.0, value if name == "blink" else value * amount * tilt)
            if hold.name != "neutral":
                for name, value in self.along.items():
                    side[name] = min(1.0, side.get(name, 0.0) + value * strength)
        return left, right


@dataclass(frozen=True, slots=True)
class Take:
    """One hold in one session: its gaze, tremor and blinks as functions of time."""

    hold: Hold
    phases: tuple[float, ...]
    blinks: tuple[float, ...]
    "Seconds at which a blink begins."
    moves_head: bool
    "Whether the headset shifts instead of the gaze following a target."

    @staticmethod
    def draw(hold: Hold, rng: Generator) -> "Take":
        blinks = np.sort(rng.uniform(0, HOLD_SECONDS, rng.poisson(_BLINKS * HOLD_SECONDS)))
        if any("blink" in side for side in (hold.left, hold.right)):
            blinks = blinks[:0]
        return Take(hold, tuple(rng.uniform(0, 2 * math.pi, 6)), tuple(blinks), bool(rng.random() < 0.5))

    def blink(self, seconds: float) -> float:
        """0..1: how far a blink has closed the lids."""
        return max(
            (
                math.sin(math.pi * (seconds - begun) / _BLINK_SECONDS)
                for begun in self.blinks
                if 0 <= seconds - begun < _BLINK_SECONDS
            ),
            default=0.0,
        )

    def state(self, ability: Ability, seconds: float, pupil: float) -> FaceState:
        """The face at a moment of the hold."""
        a, b, c, d, e, f = self.phases
        tremor = 1 - _TREMOR * (1 + math.sin(2.1 * seconds + a)) + 0.5 * _TREMOR * math.sin(5.3 * seconds + b)
        left, right = ability.performed(self.hold, tremor)
        shut = self.blink(seconds)
        reach = 0.35 if self.moves_head else 1.0
        yaw = reach * _TARGET_DEGREES[0] * (0.7 * math.sin(0.9 * seconds + c) + 0.3 * math.sin(2.3 * seconds + d))
        pitch = reach * _TARGET_DEGREES[1] * (0.7 * math.sin(0.7 * seconds + e) + 0.3 * math.sin(1.9 * seconds + f))
        eyes = []
        for movements in (left, right):
            movements["blink"] = max(movements.get("blink", 0.0), shut)
            eyes.append(EyeState(pupil=pupil, **movements))
        hold = self.hold
        face = FaceState(eyes[0], eyes[1], hold.action_unit, hold.emotion, ability.effort[hold.name])
        return face.looking(yaw, pitch)
