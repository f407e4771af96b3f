"""Every result as msgpack on a ZeroMQ PUB socket, for programs and robots; `samples/subscribe.py` reads it.

A message has two parts: the topic `eyebridge.result`, and a msgpack map:

    schema         int       1; other meanings raise it, more keys do not
    index, time    int, float  the source's frame number; capture time in seconds, monotonic
    quality        float     0..1, 0 when no eye is seen
    seen           [bool]    left, right
    mirrored       [bool]    whether that eye is the other one mirrored
    personalized   bool      whether the wearer's own neutral image was subtracted
    blink          bool      whether every eye that is seen is shut
    action_unit    str       the most probable class
    emotion        str       the most probable class
    action_units   {name: float}   probabilities
    emotions       {name: float}   probabilities
    channels       {name: float or nil}  graded channels in their own units (bridge/channels.py); nil for an unseen eye
    blendshapes    {name: float}   0..1, ARKit's names
    gaze           {left_yaw, left_pitch, right_yaw, right_pitch: float}  degrees; yaw positive left, pitch positive up
    look           {yaw, pitch, distance: float or nil}  where both eyes look together: degrees, metres; nil if unknown
    signal         {contact, seconds, approach, agreement: float or nil}  direct 1, averted -1; see shared_signal.py
    light          {red, green, blue, intensity, temperature: float}  linear sRGB 0..1, 0..2, kelvin
    head           {yaw, pitch, roll, x, y, z: float}  degrees left, up, to the right shoulder; metres left, up, forward
    stress         float     0..1, the slow channel of bridge/face/stress.py

The last two are there only while they are known: a face camera sees a face, the channel is on and has seen enough.
Pictures of the eyes never leave here. A subscriber that is slow misses results; nothing waits for it.
"""

import math
from collections.abc import Sequence
from typing import Final, Literal

import msgpack
import zmq
from pydantic import Field

from bridge.blendshapes import ARKIT
from bridge.channels import ACTION_UNIT_NAMES, CHANNEL_NAMES, EMOTION_NAMES
from bridge.errors import BridgeError
from bridge.frames import AmbientLight, Gaze, Head, Look, Result, Signal
from bridge.sinks.base import BaseSinkOptions, Sink

SCHEMA: Final = 1
TOPIC: Final = b"eyebridge.result"
PORT: Final = 13938


class ZeroMqOptions(BaseSinkOptions, frozen=True, extra="forbid"):
    """Every result as msgpack, published to whoever subscribes."""

    kind: Literal["zeromq"] = "zeromq"
    host: str = Field(
        default="127.0.0.1", min_length=1, description="Address to publish on; * lets other machines subscribe."
    )
    port: int = Field(default=PORT, ge=0, le=65535, description="TCP port to publish on; 0 picks a free one.")

    def open(self) -> Sink:
        """Raises BridgeError for an address or port that cannot be published on."""
        return ZeroMqSink(self)


class ZeroMqSink(Sink):
    """Publishes; a queue of one result for each subscriber keeps only what is new."""

    def __init__(self, options: ZeroMqOptions) -> None:
        self._context = zmq.Context()
        self._socket = self._context.socket(zmq.PUB)
        self._socket.setsockopt(zmq.SNDHWM, 1)
        self._socket.setsockopt(zmq.LINGER, 0)
        try:
            self._socket.bind(f"tcp://{options.host}:{options.port}")
        except zmq.ZMQError as error:
            self.close()
            raise BridgeError(
                f"cannot publish on {options.host}:{options.port} ({error.strerror}); choose another port, or an "
                "address of this machine"
            ) from error
        super().__init__(self._socket.getsockopt_string(zmq.LAST_ENDPOINT), options)

    def _send(self, result: Result) -> None:
        message = pack(result)
        self._socket.send_multipart((TOPIC, message), zmq.NOBLOCK)
        self.traffic.packets += 1
        self.traffic.bytes += len(TOPIC) + len(message)

    def close(self) -> None:
        self._socket.close()
        self._context.term()


def pack(result: Result) -> bytes:
    """The msgpack map that says everything about a result but its pictures."""
    expression = result.expression
    packed: bytes = msgpack.packb(
        {
            "schema": SCHEMA,
            "index": result.index,
            "time": result.time,
            "quality": result.quality,
            "seen": result.seen,
            "mirrored": result.pair.mirrored,
            "personalized": result.personalized,
            "blink": result.blink,
            "action_unit": expression.action_unit,
            "emotion": expression.emotion,
            "action_units": _named(ACTION_UNIT_NAMES, expression.action_units.tolist()),
            "emotions": _named(EMOTION_NAMES, expression.emotions.tolist()),
            "channels": _named(CHANNEL_NAMES, expression.channels.tolist()),
            "blendshapes": _named(ARKIT, result.weights.blendshapes.tolist()),
            "gaze": _fields(result.weights.gaze),
            "look": _fields(result.look),
            "signal": _fields(result.signal),
            "light": _fields(result.light),
            **({} if math.isnan(result.head.yaw) else {"head": _fields(result.head)}),
            **({} if math.isnan(result.stress) else {"stress": result.stress}),
        }
    )
    return packed


def _fields(value: Gaze | Head | Look | Signal | AmbientLight) -> dict[str, float | None]:
    return _named(value.__slots__, [getattr(value, name) for name in value.__slots__])


def _named(names: Sequence[str], values: Sequence[float]) -> dict[str, float | None]:
    if math.isfinite(sum(values)):  # by far the most frequent, and ten times faster
        return dict(zip(names, values, strict=True))
    return {name: value if math.isfinite(value) else None for name, value in zip(names, values, strict=True)}
