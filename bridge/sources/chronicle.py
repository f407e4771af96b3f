"""What is said about a camera's ups and downs: each once, and little while they come thick and fast."""

import logging
import math
from typing import Final

log = logging.getLogger(__name__)

STEADY: Final = 10.0
"Seconds of good pictures after which a camera has proved itself, and its next failure is news again."

_TALK: Final = 3
"Failures in a row, none of them followed by steady pictures, that are told one by one."


class Chronicle:
    """One line when a camera fails and one when it is back; a flapping one is told once, and once more when steady."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._failing = False
        self._failures = 0
        self._well_until = math.nan
        self._back_at = -math.inf

    def lost(self, problem: str, now: float) -> None:
        """It fails at `now`, seconds; what else goes wrong until it is back belongs to the same failure."""
        if self._failing:
            return
        self._failing = True
        self._failures += 1
        if math.isnan(self._well_until):
            self._well_until = now
        if self._failures <= _TALK:
            log.warning("%s %s; waiting for it", self._name, problem)
        elif self._failures == _TALK + 1:
            log.warning(
                "%s comes and goes (it %s); no more is said until it is steady for %g s", self._name, problem, STEADY
            )

    def well(self, now: float) -> None:
        """A good picture came at `now`, seconds."""
        if self._failing:
            self._failing, self._back_at = False, now
            if self._failures <= _TALK:
                log.info("%s is back after %.1f s", self._name, now - self._well_until)
        elif self._failures and now - self._back_at >= STEADY:
            if self._failures > _TALK:
                log.info("%s is steady again after %d failures", self._name, self._failures)
            self._failures = 0
        self._well_until = now
