"""What a guided calibration asks for, as a table: each expression's words, its classes and its graded movements.

The choice is measured (`python -m models.personal`): these are the expressions that a fit gains from. Winks are not
among them, since the network reads them on people whom it never saw as well as after a fit.
"""

from dataclasses import dataclass, field
from typing import Final

import numpy as np

from bridge.channels import ACTION_UNIT_NAMES, CHANNELS, EMOTION_NAMES, SIDES
from bridge.frames import Expression, Vector

Movements = dict[str, float]


@dataclass(frozen=True, slots=True)
class Exercise:
    """One prompted expression."""

    name: str
    prompt: str
    "What the wearer reads and hears, in few words: all wait until it is spoken."
    action_unit: str | None
    "The class of ACTION_UNITS that it is; None where it is none of them."
    emotion: str | None
    "The class of EMOTIONS that it is; None where it is none of them."
    left: Movements = field(default_factory=dict)
    "The wearer's left side: channel without its side -> how much, 0..1 of the full movement, beside the neutral."
    right: Movements = field(default_factory=dict)

    @property
    def channels(self) -> Vector:
        """(len(CHANNELS),) the exemplar's graded channels."""
        moved = {
            f"{name}_{side}": x
            for side, part in zip(SIDES, (self.left, self.right), strict=True)
            for name, x in part.items()
        }
        return np.array([moved.get(channel.name, channel.neutral) for channel in CHANNELS], np.float32)

    @property
    def exemplar(self) -> Expression:
        """The expression as an avatar shows it."""
        return Expression(
            np.array([name == (self.action_unit or "neutral") for name in ACTION_UNIT_NAMES], np.float32),
            np.array([name == (self.emotion or "neutral") for name in EMOTION_NAMES], np.float32),
            self.channels,
        )


def _both(name: str, prompt: str, action_unit: str | None, emotion: str | None, **movements: float) -> Exercise:
    return Exercise(name, prompt, action_unit, emotion, movements, movements)


_RAISED: Final = {"brow_inner_up": 0.85, "brow_outer_up": 1.0}

NEUTRAL: Final = _both("neutral", "Relax your face and look straight ahead", "neutral", "neutral")
EXERCISES: Final = (
    _both("surprise", "Look surprised", None, "surprise", **{**_RAISED, "widen": 0.8}),
    _both("brow_lower", "Lower your brows", "brow_lower", None, brow_down=1.0),
    _both("upper_lid_raise", "Eyes wide, brows still", "upper_lid_raise", None, widen=1.0),
    _both("squint", "Squint", "squint", None, squint=1.0),
    _both("eyes_closed", "Close both eyes", "eyes_closed", "closed_eyes", lid_openness=0.0),
    Exercise("brow_raise_left", "Raise your left brow", "brow_raise_left", "neutral", left=_RAISED),
    Exercise("brow_raise_right", "Raise your right brow", "brow_raise_right", "neutral", right=_RAISED),
    _both("cheek_raise", "Push your cheeks up", "cheek_raise", None, cheek_raise=1.0),
    _both("happiness", "Smile broadly", None, "happiness", cheek_raise=1.0, squint=0.2),
    _both("anger", "Look angry", None, "anger", brow_down=1.0, squint=0.6),
)
