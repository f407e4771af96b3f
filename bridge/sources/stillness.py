"""Whether a camera shows one and the same picture: a sensor's noise never repeats, so that one has frozen."""

import math
from typing import Final

import numpy as np

from bridge.sources.eyes import Picture

_REPEATS: Final = 5
"Repetitions that are no stillness yet: a stand-in that plays a slow recording shows each picture a few times."


class Stillness:
    """Tells from picture after picture how long they have been the same."""

    def __init__(self) -> None:
        self._picture: Picture | None = None
        self._since = -math.inf
        self._repeats = 0

    def __call__(self, picture: Picture, time: float) -> float:
        """Seconds for which all pictures have been like this one of `time`; 0 for one that differs."""
        if self._picture is None or not _same(self._picture, picture):
            self._picture, self._since, self._repeats = picture, time, 0
            return 0.0
        self._repeats += 1
        return time - self._since if self._repeats >= _REPEATS else 0.0


def _same(one: Picture, other: Picture) -> bool:
    """Pictures that differ nearly always do so in their middle row: the rest is then left alone."""
    if one.shape != other.shape or one.dtype != other.dtype:
        return False
    middle = one.shape[0] // 2
    return np.array_equal(one[middle], other[middle]) and np.array_equal(one, other)
