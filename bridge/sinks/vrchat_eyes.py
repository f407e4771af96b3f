"""VRChat's own eye tracking, for avatars without eye parameters. Source: docs.vrchat.com, "OSC Eye Tracking"."""

import struct
from collections.abc import Sequence
from typing import Final, Literal

from bridge.blendshapes import ARKIT
from bridge.frames import Result
from bridge.osc import Message, encode

_KEEP_ALIVE: Final = 1.0
"Seconds; VRChat takes its eyes back ten seconds after the last message."
_DEGREES: Final = 0.1
_LID: Final = 1 / 127

_BLINKS: Final = [ARKIT.index(name) for name in ("eyeBlinkLeft", "eyeBlinkRight")]


class _Numbers:
    """One message's floats: sent when one of them has moved by `step`, and as a sign of life."""

    def __init__(self, address: str, count: int, step: float) -> None:
        self._head = encode(Message(address, (0.0,) * count))[: -4 * count]
        self._format = struct.Struct(f">{count}f")
        self._step = step
        self._sent: Sequence[float] = ()
        self._time = 0.0

    def message(self, numbers: Sequence[float], time: float) -> list[bytes]:
        """The message, or none."""
        still = [abs(new - old) < self._step for new, old in zip(numbers, self._sent, strict=False)]
        if self._sent and all(still) and 0 <= time - self._time < _KEEP_ALIVE:
            return []
        self._sent, self._time = numbers, time
        return [self._head + self._format.pack(*numbers)]


class VrchatEyes:
    """One gaze message and one for the lids, each only where the avatar has no parameters for it.

    Degrees, pitch positive down, yaw positive right. VRChat's lids move together, so a wink moves none.
    """

    def __init__(self, mode: Literal["left_right", "center", "off"], driven: frozenset[str]) -> None:
        """`driven` names the Unified Expressions that the avatar has."""
        has_gaze = any(name.startswith("Eye") and name.endswith(("X", "Y")) for name in driven)
        has_lids = any(name.startswith(("EyeOpen", "EyeLid")) for name in driven)
        self._each = mode == "left_right"
        address, count = ("LeftRightPitchYaw", 4) if self._each else ("CenterPitchYaw", 2)
        self._gaze = None if has_gaze or mode == "off" else _Numbers(f"/tracking/eye/{address}", count, _DEGREES)
        self._lids = None if has_lids or mode == "off" else _Numbers("/tracking/eye/EyesClosedAmount", 1, _LID)

    def messages(self, result: Result, active: bool) -> list[bytes]:
        """The encoded messages to send with this result; none while nobody wears the headset."""
        found: list[bytes] = []
        if active and self._gaze is not None:
            found += self._gaze.message(self._angles(result), result.time)
        if active and self._lids is not None:
            closed = min(result.weights.blendshapes[_BLINKS].tolist())
            found += self._lids.message((closed,), result.time)
        return found

    def _angles(self, result: Result) -> tuple[float, ...]:
        gaze = result.weights.gaze
        turned: tuple[float, ...]
        if self._each:
            turned = (gaze.left_pitch, gaze.left_yaw, gaze.right_pitch, gaze.right_yaw)
        else:
            turned = ((gaze.left_pitch + gaze.right_pitch) / 2, (gaze.left_yaw + gaze.right_yaw) / 2)
        return tuple([0.0 - angle for angle in turned])
