"""Virtual Motion Capture Protocol 3.1 (protocol.vmc.info), towards programs that draw VRM avatars.

As a performer we talk to the program that draws (the marionette, port 39539); as an assistant we lend our part of the
face to another performer (port 39540). Every frame carries the full set of shapes before its Apply, because receivers
take a shape that is not sent for zero.

Unity's axes are left-handed: x to the avatar's right, y up, z where it looks. A positive turn about y goes to the right
and one about x goes down, and one about z tilts to the left shoulder, so our yaw (positive left), pitch (positive up)
and roll (positive to the right shoulder) all enter with their signs reversed.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Final, Literal

import numpy as np
from pydantic import Field

from bridge.blendshapes import ARKIT
from bridge.channels import EMOTION_NAMES
from bridge.frames import AmbientLight, Head, Result, Vector
from bridge.osc import Message, Template
from bridge.sinks.base import Pace, Sink
from bridge.sinks.udp import UdpOptions, UdpSink

PORTS: Final = {"performer": 39539, "assistant": 39540}
PRESETS: Final = (
    *("Blink_L", "Blink_R", "Blink", "LookUp", "LookDown", "LookLeft", "LookRight"),
    *("Joy", "Angry", "Surprised"),
)
"VRM 0 presets that a network like ours can say something about; Surprised is VRoid Studio's own addition."

_LIGHT_RATE: Final = 10.0  # hertz; the protocol calls the light a low frequency message
_AT: Final = {name: n for n, name in enumerate(ARKIT)}


class VmcOptions(UdpOptions, frozen=True, extra="forbid"):
    """VMC, for VRM avatars in VSeeFace, VNyan, Warudo, EVMC4U, VMC4UE and others."""

    kind: Literal["vmc"] = "vmc"
    enabled: bool = Field(default=True, description="Whether this output is used at all.")
    port: int = Field(
        default=0, ge=0, le=65535, description="UDP port of the receiving program; 0 for the usual one of the role."
    )
    role: Literal["performer", "assistant"] = Field(
        default="performer",
        description="performer: straight to the program that draws the avatar (usually port 39539); "
        "assistant: to another tracking program that passes our face on (usually 39540).",
    )
    case: Literal["pascal", "camel"] = Field(
        default="pascal", description="How the avatar spells PerfectSync shapes: EyeBlinkLeft or eyeBlinkLeft."
    )
    presets: bool = Field(
        default=False,
        description="Also drive the VRM 0 presets (Blink, LookUp, Joy, ...) of avatars without PerfectSync shapes. "
        "A guess: on an avatar that has both, lids close twice.",
    )
    turn_eyes: bool = Field(
        default=False,
        description="Also turn the avatar's eye bones (performer) or send a point to look at (assistant). Receivers "
        "must be told to ignore bone positions, which only they know.",
    )
    turn_head: bool = Field(
        default=False,
        description="Also turn the avatar's head and neck bones as a face camera sees the head (performer only). "
        "Receivers must be told to ignore bone positions, which only they know.",
    )
    light: bool = Field(default=False, description="Also colour the scene's directional light with the mood.")
    bundle: bool = Field(default=True, description="Share datagrams between messages; some receivers need this off.")

    def open(self) -> Sink:
        """Raises BridgeError for a host that cannot be found."""
        target = self.model_copy(update={"port": self.port or PORTS[self.role]})
        return UdpSink(target, VmcFrames(self).pack)


@dataclass(frozen=True, slots=True)
class _Part:
    """Messages that belong together, and how a result fills their floats."""

    messages: tuple[Message, ...]
    values: Callable[[Result], Sequence[float] | Vector]


class VmcFrames:
    """Packs results into VMC frames; time counts from the first one."""

    def __init__(self, options: VmcOptions) -> None:
        self._start: float | None = None
        self._parts = [part for part, wanted in self._choices(options) if wanted]
        messages = [*chain.from_iterable(part.messages for part in self._parts), Message("/VMC/Ext/Blend/Apply")]
        self._ints = [argument for message in messages for argument in message.arguments if type(argument) is int]
        self._template = Template(messages, bundle=options.bundle)
        self._light = Template(_LIGHT, bundle=options.bundle)
        self._light_pace = Pace(_LIGHT_RATE) if options.light else None
        self._head = Template(_HEAD, bundle=options.bundle)
        self._turns_head = options.turn_head and options.role == "performer"

    def _choices(self, options: VmcOptions) -> tuple[tuple[_Part, bool], ...]:
        performer = options.role == "performer"
        return (
            (_Part(_STATUS, self._time), performer),
            (_Part(_BONES, _bones), performer and options.turn_eyes),
            (_Part(_TARGET, _target), options.turn_eyes and not performer),
            (_Part(_shapes(ARKIT, pascal=options.case == "pascal"), _weights), True),
            (_Part(_shapes(PRESETS, pascal=False), _presets), options.presets),
        )

    def _time(self, result: Result) -> tuple[float]:
        if self._start is None:
            self._start = result.time
        return (result.time - self._start,)

    def pack(self, result: Result) -> tuple[bytes, ...]:
        """Returns the frame's datagrams; Apply is the last message of the last one."""
        floats = np.concatenate([part.values(result) for part in self._parts])
        datagrams = self._template.pack(floats, self._ints)
        if self._turns_head and not math.isnan(result.head.yaw):
            datagrams = self._head.pack(_head(result.head)) + datagrams
        if self._light_pace is not None and self._light_pace.allows(result.time):
            return self._light.pack(_colour(result.light)) + datagrams
        return datagrams


def _shapes(names: Sequence[str], *, pascal: bool) -> tuple[Message, ...]:
    spelt = [name[0].upper() + name[1:] if pascal else name for name in names]
    return tuple(Message("/VMC/Ext/Blend/Val", (name, 0.0)) for name in spelt)


def _weights(result: Result) -> Vector:
    return np.fmin(np.fmax(result.weights.blendshapes, 0.0), 1.0)  # fmax takes NaN to 0


def _presets(result: Result) -> tuple[float, ...]:
    """Weights of PRESETS. What both lids do goes to Blink and only the rest to Blink_L and Blink_R: they add up."""
    weights = _weights(result)

    def mean(first: str, second: str) -> float:
        return float(weights[_AT[first]] + weights[_AT[second]]) / 2

    left, right = float(weights[_AT["eyeBlinkLeft"]]), float(weights[_AT["eyeBlinkRight"]])
    both = min(left, right)
    emotions = result.expression.emotions[_EMOTION_AT]
    return (
        *(left - both, right - both, both),
        mean("eyeLookUpLeft", "eyeLookUpRight"),
        mean("eyeLookDownLeft", "eyeLookDownRight"),
        mean("eyeLookOutLeft", "eyeLookInRight"),
        mean("eyeLookInLeft", "eyeLookOutRight"),
        *emotions.tolist(),
    )


def _turn(yaw: float, pitch: float, roll: float = 0.0) -> tuple[float, float, float, float]:
    """Unity quaternion (x, y, z, w) of a turn, degrees: y times x times z, so about z first and the parent's y last."""
    y, x, z = (-math.radians(angle) / 2 for angle in (yaw, pitch, roll))
    (sy, cy), (sx, cx), (sz, cz) = ((math.sin(half), math.cos(half)) for half in (y, x, z))
    return (
        cy * sx * cz + sy * cx * sz,
        sy * cx * cz - cy * sx * sz,
        cy * cx * sz - sy * sx * cz,
        cy * cx * cz + sy * sx * sz,
    )


def _bones(result: Result) -> tuple[float, ...]:
    gaze = result.weights.gaze
    nowhere = (0.0, 0.0, 0.0)
    return nowhere + _turn(gaze.left_yaw, gaze.left_pitch) + nowhere + _turn(gaze.right_yaw, gaze.right_pitch)


def _head(head: Head) -> tuple[float, ...]:
    """Neck and head, each turned by half: the square root of the whole turn."""
    x, y, z, w = _turn(head.yaw, head.pitch, head.roll)
    long = math.sqrt(2 + 2 * w)
    half = (0.0, 0.0, 0.0, x / long, y / long, z / long, (1 + w) / long)
    return half + half


def _target(result: Result) -> tuple[float, float, float]:
    """A point one metre away where both eyes look on average, in metres from the head."""
    gaze = result.weights.gaze
    yaw = math.radians(gaze.left_yaw + gaze.right_yaw) / 2
    pitch = math.radians(gaze.left_pitch + gaze.right_pitch) / 2
    return -math.sin(yaw) * math.cos(pitch), math.sin(pitch), math.cos(yaw) * math.cos(pitch)


def _colour(light: AmbientLight) -> tuple[float, ...]:
    """The light's pose and its colour times intensity, sRGB encoded as Unity's colours are, alpha 1."""
    linear = [max(value, 0.0) * light.intensity for value in (light.red, light.green, light.blue)]
    encoded = [12.92 * v if v <= 0.0031308 else 1.055 * v ** (1 / 2.4) - 0.055 for v in linear]
    return (*_LIGHT_POSE, *encoded, 1.0)


_EMOTION_AT: Final = [EMOTION_NAMES.index(name) for name in ("happiness", "anger", "surprise")]
_LIGHT_POSE: Final = (0.0, 3.0, 3.0, *_turn(180.0, -40.0))  # before the avatar and above it, shining at its face
_POSE: Final = (0.0,) * 7
_STATUS: Final = (Message("/VMC/Ext/OK", (1,)), Message("/VMC/Ext/T", (0.0,)))
_BONES: Final = tuple(Message("/VMC/Ext/Bone/Pos", (bone, *_POSE)) for bone in ("LeftEye", "RightEye"))
_HEAD: Final = tuple(Message("/VMC/Ext/Bone/Pos", (bone, *_POSE)) for bone in ("Neck", "Head"))
_TARGET: Final = (Message("/VMC/Ext/Set/Eye", (1, 0.0, 0.0, 0.0)),)
_LIGHT: Final = (Message("/VMC/Ext/Light", ("Light", *_POSE, 0.0, 0.0, 0.0, 0.0)),)
