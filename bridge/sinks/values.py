"""One float under one readable address: for Resonite, TouchDesigner, Max, and whatever else wires values by hand.

Resonite's OSC_Value reads the first argument of one address, from the UDP port that the user gives its OSC_Receiver
(wiki.resonite.com/OSC). Angles are in degrees, as in the native frame; everything else has its own range of 0..1
(intensity of the light 0..2, its temperature in kelvin, the look's distance and the head's place in metres, the
signal's contact, approach and agreement -1..1). What is not known is 0, or the value at rest; the head, which only a
face camera sees, is then not sent at all.
"""

from collections.abc import Sequence
from dataclasses import astuple
from typing import Final, Literal

import numpy as np
from pydantic import Field

from bridge.blendshapes import ARKIT
from bridge.channels import ACTION_UNIT_NAMES, CHANNEL_NAMES, CHANNELS, EMOTION_NAMES
from bridge.frames import Head, Result, Vector
from bridge.osc import Message, Template
from bridge.sinks.base import Pace, Sink
from bridge.sinks.udp import UdpOptions, UdpSink

PORT: Final = 13939
REPEAT_RATE: Final = 1.0
"Hertz at which everything is sent although nothing moved, for receivers that came late or lost a datagram."

_STEP: Final = 1e-3
"A value that moved by less than this since it was last sent has not moved."


class ChangedValues:
    """A float a message, each of them whole in itself: those that moved, and all of them once a second."""

    def __init__(self, addresses: Sequence[str]) -> None:
        self._template = Template((Message(address, (0.0,)) for address in addresses), bundle=False)
        self._sent = np.full(len(addresses), np.inf, np.float32)
        self._repeat = Pace(REPEAT_RATE)

    def pack(self, values: Vector, time: float) -> list[bytes]:
        """The messages that are due at `time`, seconds, given all values in the order of the addresses."""
        due = np.abs(values - self._sent) > _STEP
        if self._repeat.allows(time):
            due[:] = True
        np.copyto(self._sent, values, where=due)
        messages = self._template.pack(values)
        return [messages[n] for n in np.flatnonzero(due)]


class ValuesOptions(UdpOptions, frozen=True, extra="forbid"):
    """One float under one address, for Resonite's OSC components, TouchDesigner, Max and the like."""

    kind: Literal["values"] = "values"
    port: int = Field(default=PORT, ge=1, le=65535, description="UDP port of the receiving program.")
    prefix: str = Field(
        default="/face", pattern=r"^(/[A-Za-z0-9_.-]+)+$", description="What every address begins with, such as /face."
    )
    bundle: bool = Field(
        default=True,
        description="Send everything in a few datagrams; off: what moved, each value in a datagram of its own.",
    )

    def open(self) -> Sink:
        """Raises BridgeError for a host that cannot be found."""
        return UdpSink(self, ValueFrames(self).pack)


ADDRESSES: Final = (
    *ARKIT,
    *(f"gaze/{side}/{axis}" for side in ("left", "right") for axis in ("yaw", "pitch")),
    *(f"look/{name}" for name in ("yaw", "pitch", "distance")),
    *(f"signal/{name}" for name in ("contact", "seconds", "approach", "agreement")),
    *(f"light/{name}" for name in ("red", "green", "blue", "intensity", "temperature")),
    *(f"emotion/{name}" for name in EMOTION_NAMES),
    *(f"action_unit/{name}" for name in ACTION_UNIT_NAMES),
    *(f"channel/{name}" for name in CHANNEL_NAMES),
)
"Every address after its prefix, in the order in which values are laid out."

HEAD: Final = tuple(f"head/{name}" for name in Head.__slots__)
"The addresses of the head, likewise; they are sent only while a face camera sees one."

# What is sent for a value that is not known: an eye whose channels are not known is not seen.
_UNKNOWN: Final = np.zeros(len(ADDRESSES), np.float32)
_UNKNOWN[-len(CHANNELS) :] = [0.0 if c.name.startswith("visible") else c.neutral for c in CHANNELS]


class AllValues:
    """Everything in a few bundles, as `ChangedValues` packs what moved."""

    def __init__(self, addresses: Sequence[str]) -> None:
        self._template = Template(Message(address, (0.0,)) for address in addresses)

    def pack(self, values: Vector, time: float) -> Sequence[bytes]:
        """All messages, given all values in the order of the addresses; whatever the time."""
        return self._template.pack(values)


class ValueFrames:
    """Packs results: everything in a few bundles, or what moved in plain messages."""

    def __init__(self, options: ValuesOptions) -> None:
        kind = AllValues if options.bundle else ChangedValues
        self._values, self._head = (
            kind([f"{options.prefix}/{address}" for address in addresses]) for addresses in (ADDRESSES, HEAD)
        )

    def pack(self, result: Result) -> Sequence[bytes]:
        """Returns the frame's datagrams."""
        datagrams = self._values.pack(_values(result), result.time)
        head = np.array(astuple(result.head), np.float32)
        return datagrams if np.isnan(head).any() else [*datagrams, *self._head.pack(head, result.time)]


def _values(result: Result) -> Vector:
    gaze, light, expression = result.weights.gaze, result.light, result.expression
    look, signal = result.look, result.signal
    values: Vector = np.concatenate(
        (
            result.weights.blendshapes,
            (gaze.left_yaw, gaze.left_pitch, gaze.right_yaw, gaze.right_pitch),
            (look.yaw, look.pitch, look.distance),
            (signal.contact, signal.seconds, signal.approach, signal.agreement),
            (light.red, light.green, light.blue, light.intensity, light.temperature),
            expression.emotions,
            expression.action_units,
            expression.channels,
        ),
        dtype=np.float32,
    )
    np.copyto(values, _UNKNOWN, where=~np.isfinite(values))
    return values
