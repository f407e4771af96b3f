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
        self._begun = False
        self._problem = ""
        self._failures = 0
        self._well_until = math.nan
        self._back_at = -math.inf

    def begin(self) -> None:
        """Speak from now on: before, whoever starts the camera may yet refuse it in words of their own."""
        self._begun = True
        if self._problem:
            self._say(logging.WARNING, f"{self._problem}; waiting for it")

    def lost(self, problem: str, now: float) -> None:
        """It fails at `now`, seconds; what else goes wrong until it is back belongs to the same failure."""
        if self._problem:
            return
        self._problem = problem
        self._failures += 1
        if math.isnan(self._well_until):
            self._well_until = now
        if self._failures <= _TALK:
            self._say(logging.WARNING, f"{problem}; waiting for it")
        elif self._failures == _TALK + 1:
            quiet = f"no more is said until it is steady for {STEADY:g} s"
            self._say(logging.WARNING, f"comes and goes (it {problem}); {quiet}")

    def well(self, now: float) -> None:
        """A good picture came at `now`, seconds."""
        if self._problem:
            self._problem, self._back_at = "", now
            if self._failures <= _TALK:
                self._say(logging.INFO, f"is back after {now - self._well_until:.1f} s")
        elif self._failures and now - self._back_at >= STEADY:
            if self._failures > _TALK:
                self._say(logging.INFO, f"is steady again after {self._failures} failures")
            self._failures = 0
        self._well_until = now

    def _say(self, level: int, what: str) -> None:
        if self._begun:
            log.log(level, "%s %s", self._name, what)
