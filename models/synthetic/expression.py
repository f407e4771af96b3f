"""What a rendered face does, and the exact words for it: the tables that tie channels and classes to blendshapes."""

from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np

from bridge.channels import ACTION_UNIT_NAMES, CHANNEL_NAMES, EMOTION_NAMES
from models.synthetic.parts import SHAPES, Float

ACTIONS: Final = (
    "blink",
    "widen",
    "squint",
    "brow_inner_up",
    "brow_outer_up",
    "brow_down",
    "cheek_raise",
    "smile",
    "sneer",
)
# Each movement's blendshapes at full strength. Blinks are scaled per person so that the lids really meet.
_SHAPES_OF: Final = {
    "blink": (("eyeBlink", 1.0),),
    "widen": (("eyeWide", 1.0),),
    "squint": (("eyeSquint", 1.3), ("cheekSquint", 0.15), ("browDown", 0.12)),
    "brow_inner_up": (("browInnerUp", 1.0),),
    "brow_outer_up": (("browOuterUp", 1.0),),
    "brow_down": (("browDown", 1.0),),
    "cheek_raise": (("cheekRaiser", 0.75), ("cheekSquint", 0.35), ("mouthUpperUp", 0.1)),
    "smile": (("mouthSmile", 0.9), ("cheekPuff", 0.08)),
    "sneer": (("noseSneer", 1.0),),
}
# What a closing lid takes over from other shapes; without it lids cross or leave a slit.
_CANCELLED_BY_BLINK: Final = {
    "eyeLookDown": 1.0,
    "eyeLookUp": 1.0,
    "eyeLookIn": 0.7,
    "eyeLookOut": 0.7,
    "eyeWide": 1.0,
    "eyeSquint": 1.0,
    "cheekRaiser": 0.35,
    "cheekSquint": 0.6,
}
_LOOK_FULL_DEGREES: Final = {"eyeLookUp": 32.0, "eyeLookDown": 34.0, "eyeLookIn": 40.0, "eyeLookOut": 40.0}

# Creases appear with movements: layer -> movement -> share.
CREASES: Final = {
    "crows_feet": {"cheek_raise": 1.0, "squint": 0.45, "smile": 0.3, "blink": 0.06},
    "under_eye": {"cheek_raise": 0.9, "squint": 0.7, "smile": 0.25},
    "glabella": {"brow_down": 1.0, "squint": 0.2},
    "forehead": {"brow_inner_up": 0.6, "brow_outer_up": 0.7},
    "nose": {"sneer": 1.0, "brow_down": 0.25},
}


@dataclass(frozen=True, slots=True)
class EyeState:
    """One side of a face. Movements run from 0 to 1, the full movement of this person."""

    blink: float = 0.0
    widen: float = 0.0
    squint: float = 0.0
    brow_inner_up: float = 0.0
    brow_outer_up: float = 0.0
    brow_down: float = 0.0
    cheek_raise: float = 0.0
    smile: float = 0.0
    sneer: float = 0.0
    yaw: float = 0.0
    "Degrees in the head frame, positive to the wearer's left."
    pitch: float = 0.0
    "Degrees, positive up."
    pupil: float = 0.4
    "Pupil diameter over iris diameter."
    lid_motion: float = 0.0
    "How much of a blink passes while the shutter is open."


@dataclass(frozen=True, slots=True)
class FaceState:
    """Both sides at one moment, and the classes that this moment belongs to."""

    left: EyeState = field(default_factory=EyeState)
    right: EyeState = field(default_factory=EyeState)
    action_unit: str | None = None
    "A name of ACTION_UNITS; None for a moment that belongs to none."
    emotion: str | None = None
    strength: float = 0.0
    "0..1: how strongly the class is shown."
    visible: tuple[bool, bool] = (True, True)

    def looking(self, yaw: float, pitch: float, vergence: float = 0.0) -> "FaceState":
        """The same face with both eyes turned; vergence in degrees turns each eye half of it towards the nose."""
        return replace(
            self,
            left=replace(self.left, yaw=yaw - vergence / 2, pitch=pitch),
            right=replace(self.right, yaw=yaw + vergence / 2, pitch=pitch),
        )


@dataclass(frozen=True, slots=True)
class Truth:
    """The exact answer for one rendered frame."""

    action_unit: int
    "Row of ACTION_UNITS, -1 for none."
    emotion: int
    "Row of EMOTIONS, -1 for none."
    strength: float
    channels: Float
    "In the order of CHANNELS. Openness is that of the lids against the same gaze in a relaxed face."


def truth_of(state: FaceState, openness: tuple[float, float]) -> Truth:
    """The labels of a state whose (left, right) lids are `openness` open."""
    values: dict[str, float] = {}
    for side, eye, opened, seen in zip(
        ("left", "right"), (state.left, state.right), openness, state.visible, strict=True
    ):
        values |= {
            f"lid_openness_{side}": opened,
            f"widen_{side}": eye.widen,
            f"squint_{side}": eye.squint,
            f"brow_inner_up_{side}": eye.brow_inner_up,
            f"brow_outer_up_{side}": eye.brow_outer_up,
            f"brow_down_{side}": eye.brow_down,
            f"cheek_raise_{side}": eye.cheek_raise,
            f"gaze_yaw_{side}": eye.yaw,
            f"gaze_pitch_{side}": eye.pitch,
            f"pupil_{side}": eye.pupil,
            f"visible_{side}": float(seen),
        }
    return Truth(
        action_unit=-1 if state.action_unit is None else ACTION_UNIT_NAMES.index(state.action_unit),
        emotion=-1 if state.emotion is None else EMOTION_NAMES.index(state.emotion),
        strength=state.strength,
        channels=np.array([values[name] for name in CHANNEL_NAMES], np.float32),
    )


def shape_weights(eye: EyeState, gains: dict[str, float], tone: dict[str, float]) -> Float:
    """(len(SHAPES),) blendshape weights of a LEFT eye's state: yaw is positive towards the temple.

    gains scale a person's movements; tone is added to blendshapes at rest.
    """
    weights = dict.fromkeys(SHAPES, 0.0) | tone
    weights["eyeBlink"] *= 1.0 - eye.blink
    for action in ACTIONS:
        amount = getattr(eye, action) * gains.get(action, 1.0)
        for shape, share in _SHAPES_OF[action]:
            weights[shape] += amount * share
    look = {
        "eyeLookUp": max(eye.pitch, 0.0),
        "eyeLookDown": max(-eye.pitch, 0.0),
        "eyeLookOut": max(eye.yaw, 0.0),
        "eyeLookIn": max(-eye.yaw, 0.0),
    }
    for shape, degrees in look.items():
        weights[shape] += min(degrees / _LOOK_FULL_DEGREES[shape], 1.1)
    for shape, share in _CANCELLED_BY_BLINK.items():
        weights[shape] *= 1.0 - share * min(eye.blink, 1.0)
    return np.array([weights[shape] for shape in SHAPES], np.float32)


def crease_weights(eye: EyeState) -> dict[str, float]:
    """How strongly each layer of creases shows, 0..1."""
    return {
        layer: min(sum(share * getattr(eye, action) for action, share in shares.items()), 1.0)
        for layer, shares in CREASES.items()
    }
