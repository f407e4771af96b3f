"""The native frame: everything eyebridge knows about one moment, as one atomic OSC bundle in one datagram.

engine_plugins/PROTOCOL.md is the specification; a test holds its tables against LAYOUT.
"""

import math
from collections.abc import Iterator
from dataclasses import astuple, dataclass
from itertools import chain
from typing import Final, Literal

import numpy as np
from pydantic import Field

from bridge.blendshapes import ARKIT, GROUPS
from bridge.channels import ACTION_UNITS, CHANNELS, EMOTIONS
from bridge.frames import Result, Vector
from bridge.osc import Message, Template
from bridge.sinks.base import Sink
from bridge.sinks.udp import UdpOptions, UdpSink

PROTOCOL_VERSION: Final = 1
PORT: Final = 13937
COUNT_LIMIT: Final = 2**31
"Sequence and time are counted modulo this, so that they stay within an int32."

FLAGS: Final = ("left_seen", "right_seen", "personalized", "blink", "left_mirrored", "right_mirrored")
"Bits of the frame's flags, the lowest first."


@dataclass(frozen=True, slots=True)
class Argument:
    """One number on the wire."""

    name: str
    low: float = 0.0
    high: float = 1.0
    neutral: float = 0.0
    "What is sent for a value that is not known, and what a receiver eases to when frames stop."
    tag: Literal["i", "f"] = "f"


def _count(name: str) -> Argument:
    return Argument(name, high=COUNT_LIMIT - 1, tag="i")


# An eye whose channels are not known is not seen; neither is anything once frames stop.
_VISIBLE: Final = ("visible_left", "visible_right")

LAYOUT: Final = (
    (
        "/eyebridge/frame",
        (_count("version"), _count("sequence"), _count("time"), _count("flags"), Argument("quality")),
    ),
    *(
        (f"/eyebridge/weights/{group}", tuple(Argument(name) for name in ARKIT[start:stop]))
        for group, start, stop in GROUPS
    ),
    (
        "/eyebridge/gaze",
        tuple(Argument(name, -90.0, 90.0) for name in ("left_yaw", "left_pitch", "right_yaw", "right_pitch")),
    ),
    (
        "/eyebridge/channels",
        tuple(Argument(c.name, c.low, c.high, 0.0 if c.name in _VISIBLE else c.neutral) for c in CHANNELS),
    ),
    ("/eyebridge/action_units", tuple(Argument(u.name, neutral=float(u.name == "neutral")) for u in ACTION_UNITS)),
    ("/eyebridge/emotions", tuple(Argument(e.name, neutral=float(e.name == "neutral")) for e in EMOTIONS)),
    (
        "/eyebridge/light",
        (
            *(Argument(name, neutral=1.0) for name in ("red", "green", "blue")),
            Argument("intensity", high=2.0, neutral=1.0),
            Argument("temperature", 1000.0, 40000.0, 6500.0),
        ),
    ),
    (
        "/eyebridge/look",
        (Argument("yaw", -90.0, 90.0), Argument("pitch", -90.0, 90.0), Argument("distance", high=20.0)),
    ),
    (
        "/eyebridge/signal",
        (
            Argument("contact", -1.0),
            Argument("seconds", high=86400.0),
            Argument("approach", -1.0),
            Argument("agreement", -1.0),
        ),
    ),
    ("/eyebridge/end", (_count("sequence"),)),
)
"Every message of a frame in its order on the wire, with its arguments in theirs."

OPTIONAL: Final = ("/eyebridge/look", "/eyebridge/signal")
"Those of them that came later: receivers do without them, and take their neutral values where they are missing."

ADDITIONAL: Final = (
    (
        "/eyebridge/head",
        (
            *(Argument(name, -180.0, 180.0) for name in ("yaw", "pitch", "roll")),
            *(Argument(name, -10.0, 10.0) for name in ("x", "y", "z")),
        ),
    ),
    ("/eyebridge/stress", (Argument("level"),)),
)
"Messages that stand before the end of those frames alone that know what they say: a face camera's."

_FLOATS: Final = tuple(a for a in chain.from_iterable(arguments for _, arguments in LAYOUT) if a.tag == "f")
_LOW: Final = np.array([a.low for a in _FLOATS], np.float32)
_HIGH: Final = np.array([a.high for a in _FLOATS], np.float32)
_NEUTRAL: Final = np.array([a.neutral for a in _FLOATS], np.float32)
_BLANK: Final = {"i": 0, "f": 0.0}


class NativeFrames:
    """Packs results into native frames, numbered from 0; the first one's time is 0."""

    def __init__(self) -> None:
        self._templates: dict[tuple[bool, ...], Template] = {}
        "By which of ADDITIONAL a frame has; each is laid out when the first such frame comes."
        self._values: Vector = _NEUTRAL.copy()
        self._sequence = 0
        self._start: float | None = None

    def pack(self, result: Result) -> tuple[bytes, ...]:
        """Returns the frame's one datagram. No NaN and nothing out of its range ever leaves."""
        if self._start is None:
            self._start = result.time
        microseconds = round((result.time - self._start) * 1e6) % COUNT_LIMIT
        sequence = self._sequence
        self._sequence = (sequence + 1) % COUNT_LIMIT
        ints = (PROTOCOL_VERSION, sequence, microseconds, _flags(result), sequence)
        additional = (astuple(result.head), (result.stress,))
        known = tuple(math.isfinite(sum(values)) for values in additional)
        if known not in self._templates:
            self._templates[known] = Template(_layout(known))
        floats = self._floats(result)
        for (_, arguments), values, there in zip(ADDITIONAL, additional, known, strict=True):
            if there:
                within = [min(max(x, a.low), a.high) for x, a in zip(values, arguments, strict=True)]
                floats = np.concatenate((floats, within), dtype=np.float32)
        return self._templates[known].pack(floats, ints)

    def _floats(self, result: Result) -> Vector:
        gaze, light, look, signal = result.weights.gaze, result.light, result.look, result.signal
        values = self._values
        parts = (
            (result.quality,),
            result.weights.blendshapes,
            (gaze.left_yaw, gaze.left_pitch, gaze.right_yaw, gaze.right_pitch),
            result.expression.channels,
            result.expression.action_units,
            result.expression.emotions,
            (light.red, light.green, light.blue, light.intensity, light.temperature),
            (look.yaw, look.pitch, look.distance),
            (signal.contact, signal.seconds, signal.approach, signal.agreement),
        )
        np.concatenate(parts, out=values, casting="same_kind")
        np.copyto(values, _NEUTRAL, where=np.isnan(values))
        np.maximum(values, _LOW, out=values)
        np.minimum(values, _HIGH, out=values)
        return values


def _layout(known: tuple[bool, ...]) -> Iterator[Message]:
    """The messages of a frame that has those of ADDITIONAL which are known."""
    *opening, end = LAYOUT
    there = (message for message, is_there in zip(ADDITIONAL, known, strict=True) if is_there)
    for address, arguments in (*opening, *there, end):
        yield Message(address, tuple(_BLANK[a.tag] for a in arguments))


def _flags(result: Result) -> int:
    bits = (*result.seen, result.personalized, result.blink, *result.pair.mirrored)
    return sum(bit << n for n, bit in enumerate(bits))


class NativeOptions(UdpOptions, frozen=True, extra="forbid"):
    """The native frame, for the Unity, Unreal and Godot plugins and for programs of one's own."""

    kind: Literal["native"] = "native"
    enabled: bool = Field(default=True, description="Whether this output is used at all.")
    port: int = Field(default=PORT, ge=1, le=65535, description="UDP port of the receiving program.")

    def open(self) -> Sink:
        """Raises BridgeError for a host that cannot be found."""
        return UdpSink(self, NativeFrames().pack)
