"""Eye cameras and a face camera as one expression: who is believed about what.

Beside a headset's eye cameras, a face camera sees the part of the face that the headset leaves free. Without them it
sees the whole face, and its blendshapes stand for the eyes' channels too, so that lids, gaze, blinks, the look and the
light work as they do with a headset. What a camera does not see is NaN and never made up.

The classes of a face without eye cameras follow from its blendshapes by rule: each class has an evidence, named in a
table below, neutral has what the strongest one leaves, and together they sum to 1. For the emotions these are the plain
prototypes of FACS (Ekman, Friesen: "Facial Action Coding System", 1978, investigator's guide): a smile is happiness, a
lowered brow without one anger, raised brows with an open mouth or wide eyes surprise. It says what the face shows, not
what its owner feels. A model of emotions that was trained on faces takes the rule's place where one is given.
"""

import math
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np
from pydantic import BaseModel, Field

from bridge.blendshapes import ARKIT
from bridge.channels import ACTION_UNIT_NAMES, CHANNEL_NAMES, EMOTION_NAMES, SIDES
from bridge.face.emotion import KIND, EmotionModel
from bridge.face.machines import OwnBasis
from bridge.frames import Expression, FaceReading, Gaze, Vector
from bridge.personalization import Profile

_FREE: Final = ("jaw", "mouth", "nose", "tongue", "cheekPuff")
"How the names of those blendshapes begin that a headset leaves to a face camera; the others are its own eyes'."

LEFT_FREE: Final = np.array([name.startswith(_FREE) for name in ARKIT])
"(52,) which blendshapes a face camera is believed about, whoever else there is."

_CLOSED: Final = EMOTION_NAMES.index("closed_eyes")
_BY_RULE: Final = "emotions follow from smile, brows and mouth by rule"
_NOBODY: Final = Gaze(math.nan, math.nan, math.nan, math.nan)

# channel without its side -> blendshape without its side (ARKit's inner brow has none), what a weight of 1 adds to 0
_CHANNELS: Final = {
    "widen": "eyeWide",
    "squint": "eyeSquint",
    "brow_inner_up": "browInnerUp",
    "brow_outer_up": "browOuterUp",
    "brow_down": "browDown",
    "cheek_raise": "cheekSquint",
}


class FusionOptions(BaseModel, frozen=True, extra="forbid"):
    """What is made of a face camera's readings."""

    emotion: Path | None = Field(
        default=None,
        description="An emotion model (.npz of python -m models.emotion); without one, and without eye cameras, "
        "emotions follow from smile, brows and mouth by rule",
    )


class Fusion:
    """Expressions of eye cameras and readings of a face camera in, expressions of both out."""

    def __init__(self, options: FusionOptions) -> None:
        """Raises BridgeError when the emotion model is missing or damaged."""
        self._options = options
        self._emotion = None if options.emotion is None else EmotionModel.load(options.emotion)
        self._reads = OwnBasis("" if self._emotion is None else self._emotion.basis, KIND, _BY_RULE)

    def with_options(self, options: FusionOptions) -> "Fusion":
        """The same under other options; files are read again only when the options name others."""
        return self if options == self._options else Fusion(options)

    def __call__(
        self,
        eyes: Expression,
        quality: float,
        face: FaceReading,
        profile: Profile,
    ) -> tuple[Expression, float]:
        """See `fused`; `profile`: of the wearer, from whose relaxed face all is counted."""
        expression, quality = fused(eyes, quality, face, profile.shown(face.blendshapes))
        if self._emotion is None:
            return expression, quality
        told = self._reads(face)
        if told is None or not np.isfinite(told).all():
            return expression, quality
        neutral = profile.rest_in(self._emotion.basis)
        found = dict(zip(self._emotion.names, self._emotion(told, neutral).tolist(), strict=True))
        return replace(expression, emotions=_named(found, float(expression.emotions[_CLOSED]))), quality


def behind_headset(face: FaceReading) -> FaceReading:
    """What is left of a reading when a headset hides the eyes and all around them."""
    second = None if face.second is None else _left_free(face.second)
    return replace(face, blendshapes=_left_free(face.blendshapes), second=second, gaze=_NOBODY)


def _left_free(shapes: Vector) -> Vector:
    return np.where(LEFT_FREE, shapes, np.float32(np.nan))


def fused(eyes: Expression, quality: float, face: FaceReading, shown: Vector) -> tuple[Expression, float]:
    """The expression of both, and its quality 0..1.

    Args:
        eyes: what eye cameras say; channels of an eye that they do not see are NaN.
        quality: theirs.
        face: what the face camera says at the same moment.
        shown: (52,) its blendshapes counted from the wearer's rest: classes are judged by these.
    """
    if not np.isnan(eyes.channels).all():
        return replace(eyes, face=face.blendshapes), quality
    if math.isnan(face.gaze.left_yaw):  # eyes behind a headset whose cameras are away
        return replace(eyes, face=face.blendshapes), face.quality
    weights = dict(zip(ARKIT, shown.tolist(), strict=True))
    return Expression(
        _classes(ACTION_UNIT_NAMES, _action_units(weights)),
        _classes(EMOTION_NAMES, _emotions(weights)),
        _channels(face),
        face.blendshapes,
    ), face.quality


def _channels(face: FaceReading) -> Vector:
    """Both eyes' channels as the face camera sees them; nobody measures a pupil."""
    weights = dict(zip(ARKIT, face.blendshapes.tolist(), strict=True))
    values = dict.fromkeys(CHANNEL_NAMES, math.nan)
    for side in SIDES:
        for channel, shape in _CHANNELS.items():
            values[f"{channel}_{side}"] = weights.get(f"{shape}{side.title()}", weights.get(shape, math.nan))
        values[f"lid_openness_{side}"] = 1.0 - weights[f"eyeBlink{side.title()}"]
        values[f"visible_{side}"] = face.quality
        for axis in ("yaw", "pitch"):
            values[f"gaze_{axis}_{side}"] = getattr(face.gaze, f"{side}_{axis}")
    return np.array([values[name] for name in CHANNEL_NAMES], np.float32)


def _action_units(weights: Mapping[str, float]) -> dict[str, float]:
    left, right = weights["eyeBlinkLeft"], weights["eyeBlinkRight"]
    return {
        "brow_raise_left": weights["browOuterUpLeft"],
        "brow_raise_right": weights["browOuterUpRight"],
        "brow_lower": _both(weights, "browDown"),
        "upper_lid_raise": _both(weights, "eyeWide"),
        "squint": _both(weights, "eyeSquint"),
        "eyes_closed": min(left, right),
        "wink_left": left - min(left, right),
        "wink_right": right - min(left, right),
        "cheek_raise": _both(weights, "cheekSquint"),
    }


def _emotions(weights: Mapping[str, float]) -> dict[str, float]:
    smile, brows_up = _both(weights, "mouthSmile"), (weights["browInnerUp"] + _both(weights, "browOuterUp")) / 2
    return {
        "anger": max(_both(weights, "browDown") - smile, 0.0),
        "surprise": min(brows_up, max(weights["jawOpen"], _both(weights, "eyeWide"))),
        "happiness": smile,
        "closed_eyes": min(weights["eyeBlinkLeft"], weights["eyeBlinkRight"]),
    }


def _named(found: Mapping[str, float], closed: float) -> Vector:
    """A model's emotions as ours: shut eyes are shut whatever they feel, and a class that we lack counts as neutral."""
    values = np.array([found.get(name, 0.0) for name in EMOTION_NAMES])
    values[EMOTION_NAMES.index("neutral")] += sum(p for name, p in found.items() if name not in EMOTION_NAMES)
    values *= 1.0 - closed
    values[_CLOSED] = closed
    return values.astype(np.float32)


def _both(weights: Mapping[str, float], name: str) -> float:
    return (weights[f"{name}Left"] + weights[f"{name}Right"]) / 2


def _classes(names: tuple[str, ...], evidence: Mapping[str, float]) -> Vector:
    """Probabilities in the order of the names, of which neutral has what the strongest evidence leaves."""
    found = {"neutral": 1.0 - max(evidence.values()), **evidence}
    values: Vector = np.array([found[name] for name in names], np.float32)
    return values / np.float32(values.sum())
