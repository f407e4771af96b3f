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


def _only(names: tuple[str, ...]) -> Vector:
    return np.array([name == "neutral" for name in names], np.float32)


def seen_in(reading: Expression) -> tuple[bool, bool]:
    """Which eyes, (left, right), a reading knows anything of."""
    left, right = (not math.isnan(reading.channels[column]) for column in _VISIBLE)
    return left, right


def trusted(reading: Expression, pair: EyePair) -> tuple[Expression, float]:
    """The part of a reading that is known, and its quality 0..1.

    Channels of an eye that is not seen are NaN. With no eye at all the classes are neutral and the quality is 0. A
    mirrored eye shares the gaze of the eye it was made from: eyes turn together, and a mirror would cross them.
    """
    visible = [float(reading.channels[column]) for column in _VISIBLE]
    seen = [there and level >= DOUBTFUL for there, level in zip(pair.seen, visible, strict=True)]
    quality = max((level for level, there in zip(visible, seen, strict=True) if there), default=0.0)
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
