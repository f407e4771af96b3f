"""Which eyes a reading is about, and how far it can be trusted. Nothing is invented about an eye that is not seen."""

import math
from typing import Final

import numpy as np

from bridge.channels import ACTION_UNIT_NAMES, CHANNEL_NAMES, CHANNELS, EMOTION_NAMES, SIDES
from bridge.frames import Expression, EyePair, Vector

_SIDE: Final = np.array([SIDES.index(channel.side) for channel in CHANNELS])
_VISIBLE: Final = tuple(CHANNEL_NAMES.index(f"visible_{side}") for side in SIDES)
_GAZE: Final = tuple(tuple(CHANNEL_NAMES.index(f"gaze_{axis}_{side}") for axis in ("yaw", "pitch")) for side in SIDES)
DOUBTFUL: Final = 0.3
"An eye that the network calls less visible than this is not there: the headset is off, or a hand is before the camera."
_AWAY: Final = 1.0
"Seconds without an eye after which the headset has probably been taken off."
_RETURNED: Final = 0.2
"Seconds that an eye must then stay: a lamp, or a room that goes by, looks like one for a picture or three."


def _only(names: tuple[str, ...]) -> Vector:
    return np.array([name == "neutral" for name in names], np.float32)


def seen_in(reading: Expression) -> tuple[bool, bool]:
    """Which eyes, (left, right), a reading knows anything of."""
    left, right = (not math.isnan(reading.channels[column]) for column in _VISIBLE)
    return left, right


class Returning:
    """Which eyes, (left, right), are seen but were away for so long that they must stay a moment before they count.

    State of one wearer; ask once a frame.
    """

    def __init__(self) -> None:
        self._there = [-math.inf, -math.inf]  # when each was last there, seconds
        self._came = [math.nan, math.nan]  # when it came into view, NaN while it is out of it

    def __call__(self, reading: Expression, pair: EyePair) -> tuple[bool, bool]:
        left, right = (
            self._is_returning(side, level == 0.0, pair.time) for side, level in enumerate(_levels(reading, pair))
        )
        return left, right

    def _is_returning(self, side: int, hidden: bool, time: float) -> bool:
        if math.isinf(self._there[side]) or time < self._there[side]:  # the first frame, or time began anew
            self._there[side], self._came[side] = time, math.nan
        if hidden:
            self._came[side] = math.nan
            return False
        if math.isnan(self._came[side]) or time < self._came[side]:
            self._came[side] = time
        if self._came[side] - self._there[side] > _AWAY and time - self._came[side] < _RETURNED:
            return True
        self._there[side] = self._came[side] = time
        return False


def _levels(reading: Expression, pair: EyePair) -> list[float]:
    """How visible each eye is; 0 where it is not there."""
    said = (float(reading.channels[column]) for column in _VISIBLE)
    return [level if there and level >= DOUBTFUL else 0.0 for there, level in zip(pair.seen, said, strict=True)]


def trusted(
    reading: Expression, pair: EyePair, returning: tuple[bool, bool] = (False, False)
) -> tuple[Expression, float]:
    """The part of a reading that is known, and its quality 0..1; see `Returning` for the eyes that do not count yet.

    Channels of an eye that is not seen are NaN. With no eye at all the classes are neutral and the quality is 0. A
    mirrored eye shares the gaze of the eye it was made from: eyes turn together, and a mirror would cross them.
    """
    levels = [0.0 if yet else level for level, yet in zip(_levels(reading, pair), returning, strict=True)]
    seen, quality = [level > 0.0 for level in levels], max(levels)
    if all(seen) and not any(pair.mirrored):
        return reading, quality
    channels = reading.channels.copy()
    for side, mirrored in enumerate(pair.mirrored):
        if mirrored:
            channels[list(_GAZE[side])] = channels[list(_GAZE[1 - side])]
    channels[~np.array(seen)[_SIDE]] = np.nan
    if any(seen):
        return Expression(reading.action_units, reading.emotions, channels), quality
    return Expression(_only(ACTION_UNIT_NAMES), _only(EMOTION_NAMES), channels), 0.0
