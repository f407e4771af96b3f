"""Collects the wearer's neutral: five seconds of a relaxed face that looks straight ahead.

Blinks, moments in which the headset moves and glances away stay out of the mean (Eyemotion, section 4.2, takes the mean
of the first five seconds; people do not sit still for so long).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bridge.errors import BridgeError
from bridge.frames import Expression, EyePair
from bridge.personalization import Profile
from bridge.stopwatch import Stopwatch

_SPACING: Final = 1.0 / 31.0
"Thirty frames a second say all there is to say about a relaxed face; a 120 Hz camera's others are not kept."
_FEWEST: Final = 5
"Good frames, below which there is no neutral."
_LEAST: Final = 0.25
"Part of all frames that must be good."
_BLINK: Final = 0.75
"A frame is a blink when an eye is less open than this part of its usual opening."
_AWAY_DEGREES: Final = 8.0
"A frame is a glance away when an eye is turned so far from where it usually looks."
_CELL: Final = 4
"Pixels a side over which pictures are averaged before they are compared, so that noise is no motion."
_STILL, _MOVING = 4.0, 14.0
"Gray levels that a picture may differ from the usual one by at least, and at most, before it moves;"
_RESTLESS: Final = 3.0
"between them, so many times what it usually differs by."
_READ_AGAIN: Final = 24
"Frames on which the resting values are read once the neutral is known."

Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Kept:
    """What became of a capture's frames."""

    good: int
    blinking: int
    moving: int
    away: int

    @property
    def total(self) -> int:
        return self.good + self.blinking + self.moving + self.away

    @property
    def sentence(self) -> str:
        """For the wearer: how much was left out."""
        left_out = ", ".join(f"{count} {what}" for what, count in self._rejected().items() if count)
        return f"{self.good} of {self.total} pictures were used" + (f"; left out: {left_out}" if left_out else "")

    @property
    def complaint(self) -> str:
        """Why there is no neutral, and what to do; '' where enough is good."""
        if self.good >= max(_FEWEST, _LEAST * self.total):
            return ""
        reason = max(_REASONS, key=lambda what: self._rejected()[what]) if self.total > self.good else ""
        return _REASONS.get(reason, _UNSEEN)

    def _rejected(self) -> dict[str, int]:
        return {"blinking": self.blinking, "moving": self.moving, "looking away": self.away}


_UNSEEN: Final = (
    "no open eye was seen long enough to take a neutral image; "
    "check the camera pictures, look straight ahead with a relaxed face and try again"
)
_REASONS: Final = {
    "blinking": "the eyes were shut too much of the time to take a neutral image; keep them open and try again",
    "moving": "the headset or the face moved too much to take a neutral image; hold still and try again",
    "looking away": "the eyes wandered too much to take a neutral image; look at one point ahead and try again",
}


class NeutralCapture:
    """Gathers what the pipeline sees until the time is over; then `profile` makes the wearer's own neutral.

    Time runs only while an eye is seen, so a headset put on late still gets its whole five seconds.
    """

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._elapsed = 0.0
        self._watch = Stopwatch()
        self._pairs: list[EyePair] = []
        self._readings: list[Expression] = []
        self._good: tuple[list[EyePair], Kept] | None = None
        "Known from the first question to the next frame: judging takes as long as a few frames."

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
        if np.isnan(reading.channels).all():
            self._watch.pause()
            return
        self._elapsed += self._watch.passed(pair.time)
        if not self._pairs or not 0.0 <= pair.time - self._pairs[-1].time < _SPACING:
            self._pairs.append(pair)
            self._readings.append(reading)
            self._good = None

    def good(self) -> tuple[list[EyePair], Kept]:
        """The frames of a relaxed face that looks ahead, and what became of the others."""
        if self._good is None:
            self._good = self._judged()
        return self._good

    def profile(self, read: Callable[[Profile, EyePair], Expression]) -> Profile:
        """The wearer's neutral.

        `read` gives the network's reading of a pair under a profile: once the mean image is known, the resting values
        are read again with it subtracted. Raises BridgeError with the reason when too little good was seen.
        """
        pairs, kept = self.good()
        if kept.complaint:
            raise BridgeError(kept.complaint)
        profile = Profile.mean_of(pairs)
        return profile.resting_at([read(profile, pair) for pair in pairs[:: max(1, len(pairs) // _READ_AGAIN)]])

    def _judged(self) -> tuple[list[EyePair], Kept]:
        if not self._pairs:
            return [], Kept(0, 0, 0, 0)
        blinking = _blinking(self._of("lid_openness"))
        away = ~blinking & _away(self._of("gaze_yaw"), self._of("gaze_pitch"), ~blinking)
        moving = ~blinking & ~away & _moving(np.stack([pair.pixels for pair in self._pairs]), ~blinking & ~away)
        good = ~(blinking | away | moving)
        kept = Kept(*(int(frames.sum()) for frames in (good, blinking, moving, away)))
        return [self._pairs[index] for index in np.flatnonzero(good)], kept

    def _of(self, stem: str) -> NDArray[np.float64]:
        """(n, 2) a channel of the left and the right eye, NaN where an eye is not seen."""
        return np.array([[reading[f"{stem}_left"], reading[f"{stem}_right"]] for reading in self._readings])


def _usual(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n, 2) -> (2,) medians; 0 for an eye that is never seen."""
    never = np.isnan(values).all(0)
    return np.asarray(np.where(never, 0.0, np.nanmedian(np.where(never, 0.0, values), 0)))


def _blinking(openness: NDArray[np.float64]) -> Mask:
    return np.asarray((openness < _BLINK * _usual(openness)).any(1))


def _away(yaw: NDArray[np.float64], pitch: NDArray[np.float64], judged: Mask) -> Mask:
    if not judged.any():
        return np.zeros(len(yaw), np.bool_)
    turned = np.hypot(yaw - _usual(yaw[judged]), pitch - _usual(pitch[judged]))
    return np.asarray((turned > _AWAY_DEGREES).any(1))


def _moving(images: NDArray[np.uint8], judged: Mask) -> Mask:
    """Which (h, 2 w) pictures differ from the usual one by more than gaze and breath explain."""
    if not judged.any():
        return np.zeros(len(images), np.bool_)
    n, height, width = images.shape
    cells = images[:, : height // _CELL * _CELL, : width // _CELL * _CELL]
    coarse = cells.reshape(n, height // _CELL, _CELL, width // _CELL, _CELL).mean((2, 4))
    differs = np.abs(coarse - np.median(coarse[judged], 0)).mean((1, 2))
    usual = float(np.median(differs[judged]))
    return np.asarray(differs > min(max(_RESTLESS * usual, _STILL), _MOVING))
