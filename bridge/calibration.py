"""Collects the wearer's neutral: five seconds of a relaxed face that looks straight ahead."""

from collections.abc import Callable
from typing import Final

import numpy as np

from bridge.errors import BridgeError
from bridge.frames import Expression, EyePair
from bridge.personalization import Profile

_SPACING: Final = 1.0 / 31.0
"Thirty frames a second say all there is to say about a relaxed face; a 120 Hz camera's others are not kept."
_FEWEST: Final = 5
"Frames with an open eye, below which there is no neutral."
_BLINK: Final = 0.75
"A frame is a blink when an eye is less open than this part of its usual opening."
_READ_AGAIN: Final = 24
"Frames on which the resting values are read once the neutral is known."


class NeutralCapture:
    """Gathers what the pipeline sees until the time is over; then `profile` makes the wearer's own neutral.

    Time runs only while an eye is seen, so a headset put on late still gets its whole five seconds.
    """

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._elapsed = 0.0
        self._last: float | None = None
        self._pairs: list[EyePair] = []
        self._openness: list[tuple[float, float]] = []

    @property
    def progress(self) -> float:
        """0..1."""
        return min(1.0, self._elapsed / self.seconds)

    @property
    def done(self) -> bool:
        """Whether enough time has been collected."""
        return self._elapsed >= self.seconds

    def add(self, pair: EyePair, reading: Expression) -> None:
        """Take one frame and what the network reads in it; channels of an eye that is not seen are NaN."""
        openness = (reading["lid_openness_left"], reading["lid_openness_right"])
        if np.isnan(openness).all():
            self._last = None
            return
        if self._last is not None:
            self._elapsed += max(0.0, min(pair.time - self._last, 0.5))  # a stall does not count as looking ahead
        self._last = pair.time
        if not self._pairs or not 0.0 <= pair.time - self._pairs[-1].time < _SPACING:
            self._pairs.append(pair)
            self._openness.append(openness)

    def profile(self, read: Callable[[Profile, EyePair], Expression]) -> Profile:
        """The wearer's neutral, blinks left out of the mean.

        `read` gives the network's reading of a pair under a profile: once the mean image is known, the resting values
        are read again with it subtracted. Raises BridgeError when no open eye was seen long enough.
        """
        pairs = self._without_blinks()
        if len(pairs) < _FEWEST:
            raise BridgeError(
                "no open eye was seen long enough to take a neutral image; "
                "check the camera pictures, look straight ahead with a relaxed face and try again"
            )
        profile = Profile.mean_of(pairs)
        return profile.resting_at([read(profile, pair) for pair in pairs[:: max(1, len(pairs) // _READ_AGAIN)]])

    def _without_blinks(self) -> list[EyePair]:
        if not self._pairs:
            return []
        openness = np.array(self._openness)  # (n, 2), NaN where an eye is not seen
        never = np.isnan(openness).all(0)
        usual = np.nanmedian(np.where(never, 1.0, openness), 0)
        shut = set(np.flatnonzero((openness < _BLINK * usual).any(1)).tolist())
        return [pair for index, pair in enumerate(self._pairs) if index not in shut]
