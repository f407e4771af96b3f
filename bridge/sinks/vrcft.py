"""VRCFaceTracking through two of its modules, each in the words that it expects.

Both modules read one message a datagram and drop bundles, read floats alone, and take an eye that turns by 45 degrees
for 1, right and up positive. What moved is sent, and everything once a second, since they give up after ten.

EyeTrackVR's module (UDP 8889; EyeTrackVR/ETVRTrackingModule, V2Mapper): an address with `/v2/` in it chooses the newer
names. Brows go from 0 (down) over 0.5 to 1 (up). EyeX or EyeY would switch it to one eye for both, so they are never
sent. It knows no widened lid, and smooths once more by itself.

Babble's module (UDP 8888; VRCFaceTracking.Baballonia, BabbleOsc), which Resonite takes likewise when started with
-ForceBabble: eyes, widen, squint and lowered brow. Its version of 2025-05 listens on port 10000 when it has none of its
own, and multiplies mouthFunnel and mouthPucker by 4. Raised brows it makes of the widened lid.
"""

import math
from collections.abc import Sequence
from typing import Final, Literal

import numpy as np
from pydantic import Field

from bridge.blendshapes import ARKIT
from bridge.channels import CHANNEL_NAMES, CHANNELS, SIDES
from bridge.frames import Result, Vector
from bridge.sinks.base import Sink
from bridge.sinks.udp import UdpOptions, UdpSink
from bridge.sinks.values import ChangedValues

FULL_TURN: Final = 45.0
"Degrees that VRCFaceTracking calls 1."

_INPUTS: Final = (*ARKIT, "leftX", "leftY", "rightX", "rightY", "pupil", "always")
_PUPILS: Final = [CHANNEL_NAMES.index(f"pupil_{side}") for side in SIDES]
_PUPIL: Final = CHANNELS[_PUPILS[0]].neutral

Mix = dict[str, float]
"A value as a sum: how much of each input."


def _eyetrackvr(side: str) -> dict[str, Mix]:
    name = side.capitalize()
    return {
        f"Eye{name}X": {f"{side}X": 1},
        f"Eye{name}Y": {f"{side}Y": 1},
        f"EyeLid{name}": {"always": 1, f"eyeBlink{name}": -1},
        f"EyeSquint{name}": {f"eyeSquint{name}": 1},
        f"CheekSquint{name}": {f"cheekSquint{name}": 1},
        f"BrowExpression{name}": {
            "always": 0.5,
            "browInnerUp": 0.25,
            f"browOuterUp{name}": 0.25,
            f"browDown{name}": -0.5,
        },
    }


def _babble(side: str) -> dict[str, Mix]:
    name = side.capitalize()
    return {
        f"/{name}EyeX": {f"{side}X": 1},
        f"/{name}EyeY": {f"{side}Y": 1},
        f"/{name}EyeLid": {"always": 1, f"eyeBlink{name}": -1},
        f"/{name}EyeWiden": {f"eyeWide{name}": 1},
        f"/{name}EyeSquint": {f"eyeSquint{name}": 1},
        f"/{name}EyeBrow": {f"browDown{name}": 1},
    }


_BABBLE_FACE: Final = [name for name in ARKIT if name.startswith(("jaw", "mouth", "nose", "tongue"))]
EYETRACKVR: Final[dict[str, Mix]] = {
    f"/avatar/parameters/v2/{name}": mix
    for table in (_eyetrackvr("left"), _eyetrackvr("right"), {"PupilDilation": {"pupil": 1.0}})
    for name, mix in table.items()
}
BABBLE: Final[dict[str, Mix]] = _babble("left") | _babble("right")
BABBLE_FACE: Final[dict[str, Mix]] = {
    **{f"/{name}": {name: 1} for name in _BABBLE_FACE},
    **{f"/cheekPuff{side.capitalize()}": {"cheekPuff": 1} for side in SIDES},
}


class EyeTrackVrOptions(UdpOptions, frozen=True, extra="forbid"):
    """VRCFaceTracking's EyeTrackVR module: gaze, lids, squint, brows, cheeks, pupils."""

    kind: Literal["eyetrackvr"] = "eyetrackvr"
    port: int = Field(default=8889, ge=1, le=65535, description="UDP port of the module.")

    def open(self) -> Sink:
        """Raises BridgeError for a host that cannot be found."""
        return UdpSink(self, MixedFrames(EYETRACKVR).pack)


class BabbleOptions(UdpOptions, frozen=True, extra="forbid"):
    """VRCFaceTracking's Babble module, and Resonite started with -ForceBabble."""

    kind: Literal["babble"] = "babble"
    port: int = Field(default=8888, ge=1, le=65535, description="UDP port of the module.")
    face: bool = Field(
        default=False,
        description="Also send nose, jaw, mouth and tongue; off, so that a mouth tracker may send to the same module.",
    )

    def open(self) -> Sink:
        """Raises BridgeError for a host that cannot be found."""
        return UdpSink(self, MixedFrames(BABBLE | BABBLE_FACE if self.face else BABBLE).pack)


class MixedFrames:
    """Packs results into plain messages, a float each, as a table mixes them."""

    def __init__(self, table: dict[str, Mix]) -> None:
        self._mixing = np.array([[mix.get(name, 0.0) for name in _INPUTS] for mix in table.values()], np.float32)
        self._changed = ChangedValues(list(table))
        self._inputs: Vector = np.ones(len(_INPUTS), np.float32)

    def pack(self, result: Result) -> Sequence[bytes]:
        """Returns the frame's datagrams; none where nothing moved."""
        gaze, weights = result.weights.gaze, self._inputs[: len(ARKIT)]
        np.fmax(result.weights.blendshapes, 0.0, out=weights)  # takes NaN to 0
        np.minimum(weights, 1.0, out=weights)
        turns = (-gaze.left_yaw, gaze.left_pitch, -gaze.right_yaw, gaze.right_pitch)
        self._inputs[len(ARKIT) : -1] = (*(_turn(angle) for angle in turns), _pupil(result))
        return self._changed.pack(self._mixing @ self._inputs, result.time)


def _turn(angle: float) -> float:
    return min(max(angle / FULL_TURN, -1.0), 1.0)


def _pupil(result: Result) -> float:
    """The mean of the pupils that are seen."""
    pupils = [pupil for pupil in result.expression.channels[_PUPILS].tolist() if math.isfinite(pupil)]
    return sum(pupils) / len(pupils) if pupils else _PUPIL
