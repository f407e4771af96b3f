"""Live Link Face: the datagrams of Epic's face capture app, which drive MetaHumans in Unreal without any plugin.

VRCFaceTracking's LiveLink module listens for the same ones. All numbers are big-endian (JimWest/PyLiveLinkFace and
aelzeiny/Animoji agree on the layout):

    uint8 6 | int32 size, device id | int32 size, subject name | int32 frame, float32 part of the next one |
    int32 60, int32 1 frames a second | uint8 61 | 61 float32: ARKIT, then yaw, pitch, roll of head, left eye, right eye

Angles are radians, positive yaw to the wearer's right and positive pitch down: so say 180 frames that the app itself
sent (the example recording of think-biq/LLV), where the eyes turn by 0.61 for a look weight of 1. No document says so,
and VRCFaceTracking's module takes the numbers for its own gaze of -1..1. The head turns likewise, with positive roll to
the wearer's right shoulder as ARKit's; without a face camera it stays at 0, as a headset has its own.
"""

import math
import struct
import uuid
from typing import Final, Literal

import numpy as np
from pydantic import Field

from bridge.blendshapes import ARKIT, LIVE_LINK
from bridge.frames import Result
from bridge.sinks.base import Sink
from bridge.sinks.udp import UdpOptions, UdpSink

PORT: Final = 11111

_VERSION: Final = 6
_FRAMES_A_SECOND: Final = 60
_FRAME_LIMIT: Final = 2**31
_WHEN: Final = struct.Struct(">if")
_RATE: Final = struct.Struct(">iiB")


class LiveLinkOptions(UdpOptions, frozen=True, extra="forbid"):
    """Live Link Face, for MetaHumans in Unreal and for VRCFaceTracking's LiveLink module."""

    kind: Literal["livelink"] = "livelink"
    port: int = Field(default=PORT, ge=1, le=65535, description="UDP port of the receiving program.")
    subject: str = Field(
        default="eyebridge",
        min_length=1,
        max_length=64,
        description="Name of the subject in Unreal's Live Link.",
    )

    def open(self) -> Sink:
        """Raises BridgeError for a host that cannot be found."""
        return UdpSink(self, LiveLinkFrames(self.subject).pack)


class LiveLinkFrames:
    """Packs results into Live Link Face packets; frames count sixtieths of a second from the first one."""

    def __init__(self, subject: str) -> None:
        device = str(uuid.uuid5(uuid.NAMESPACE_URL, f"eyebridge:{subject}")).upper()
        head = bytes([_VERSION]) + _sized(device) + _sized(subject)
        when = bytes(_WHEN.size)
        tail = _RATE.pack(_FRAMES_A_SECOND, 1, len(LIVE_LINK))
        self._buffer = bytearray(head + when + tail + bytes(4 * len(LIVE_LINK)))
        self._when_at = len(head)
        self._values = np.frombuffer(self._buffer, ">f4", offset=len(head + when + tail))
        self._start: float | None = None

    def pack(self, result: Result) -> tuple[bytes]:
        """Returns the frame's one datagram."""
        if self._start is None:
            self._start = result.time
        part, frame = math.modf(max(result.time - self._start, 0.0) * _FRAMES_A_SECOND)
        _WHEN.pack_into(self._buffer, self._when_at, int(frame) % _FRAME_LIMIT, part)
        gaze, values = result.weights.gaze, self._values
        values[: len(ARKIT)] = np.fmin(np.fmax(result.weights.blendshapes, 0.0), 1.0)  # fmax takes NaN to 0
        for eye, yaw, pitch in (("Left", gaze.left_yaw, gaze.left_pitch), ("Right", gaze.right_yaw, gaze.right_pitch)):
            at = _EYE_AT[eye]
            values[at] = -math.radians(yaw)
            values[at + 1] = -math.radians(pitch)
        head = result.head
        known = not math.isnan(head.yaw)
        values[_HEAD] = np.radians((-head.yaw, -head.pitch, head.roll)) if known else 0.0
        return (bytes(self._buffer),)


def _sized(text: str) -> bytes:
    data = text.encode()
    return struct.pack(">i", len(data)) + data


_HEAD: Final = slice(LIVE_LINK.index("HeadYaw"), LIVE_LINK.index("HeadRoll") + 1)
_EYE_AT: Final = {eye: LIVE_LINK.index(f"{eye}EyeYaw") for eye in ("Left", "Right")}
