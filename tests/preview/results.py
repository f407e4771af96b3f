"""Results made up for the preview's tests."""

from collections.abc import Mapping

import numpy as np

from bridge.blendshapes import ARKIT
from bridge.channels import ACTION_UNIT_NAMES, CHANNELS, EMOTION_NAMES
from bridge.frames import AmbientLight, Expression, EyePair, Gaze, Image, Result, Vector, Weights

WARM = AmbientLight(1.0, 0.66, 0.24, 1.2, 3200.0)


def picture(left: int = 90, right: int = 200, height: int = 128) -> Image:
    """(h, 2 h) uint8: two flat eyes of different brightness."""
    return np.hstack([np.full((height, height), gray, np.uint8) for gray in (left, right)])


def result(
    index: int = 0,
    *,
    action_unit: str = "cheek_raise",
    emotion: str = "happiness",
    weights: Mapping[str, float] | None = None,
    light: AmbientLight = WARM,
    seen: tuple[bool, bool] = (True, True),
) -> Result:
    """A result with one sure class of each kind and, where an eye is not seen, channels that are not known."""
    channels = np.array([channel.neutral for channel in CHANNELS], np.float32)
    for side, visible in zip(("left", "right"), seen, strict=True):
        if not visible:
            channels[[channel.side == side for channel in CHANNELS]] = np.nan
    return Result(
        pair=EyePair(picture(), seen, (False, False), index / 60, index),
        expression=Expression(
            _peak(ACTION_UNIT_NAMES.index(action_unit), len(ACTION_UNIT_NAMES)),
            _peak(EMOTION_NAMES.index(emotion), len(EMOTION_NAMES)),
            channels,
        ),
        weights=Weights(
            np.array([(weights or {}).get(name, 0.0) for name in ARKIT], np.float32), Gaze(10.0, -5.0, 12.0, -5.0)
        ),
        light=light,
        quality=0.9,
        personalized=False,
        blink=False,
    )


def _peak(at: int, length: int) -> Vector:
    rest = 0.2 / (length - 1)
    return np.array([0.8 if i == at else rest for i in range(length)], np.float32)
