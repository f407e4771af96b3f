"""Straight ahead is there: the gaze alone is set anew, in a second, and the neutral image and all else stay.

A headset that has moved a little turns every reading of an eye by nearly the same angle. So it is the rest, from which
gaze is counted, that moves: until what the eyes show now comes out as 0 degrees, through whatever correction a guided
calibration has fitted.
"""

from dataclasses import replace
from typing import Final

import numpy as np

from bridge.channels import CHANNEL_NAMES, SIDES
from bridge.errors import BridgeError
from bridge.frames import Expression
from bridge.gaze_calibration import Floats, reading_of_ahead
from bridge.personalization import FARTHEST_REST_DEGREES, Profile
from bridge.stopwatch import Stopwatch

_GAZE: Final = np.array([[CHANNEL_NAMES.index(f"gaze_{axis}_{side}") for axis in ("yaw", "pitch")] for side in SIDES])
_LIDS: Final = np.array([CHANNEL_NAMES.index(f"lid_openness_{side}") for side in SIDES])
_OPEN: Final = 0.5
"Of the usual openness; an eye less open than this has no gaze."
_STEADY: Final = 4.0
"Degrees that three of four readings are at most away from their median, or the eyes looked about."
_PART: Final = 0.3
"Of the frames, that an eye must be open in to be set."


class GazeCentering:
    """Gathers readings until the time is over; then `profile` is the wearer's with straight ahead set anew."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._elapsed = 0.0
        self._watch = Stopwatch()
        self._channels: list[Floats] = []

    @property
    def progress(self) -> float:
        """0..1."""
        return min(1.0, self._elapsed / self.seconds)

    @property
    def done(self) -> bool:
        """Whether enough time has been collected."""
        return self._elapsed >= self.seconds

    def add(self, reading: Expression, time: float) -> None:
        """Take one frame's trusted reading; time stands still while no eye is seen."""
        if np.isnan(reading.channels).all():
            self._watch.pause()
            return
        self._elapsed += self._watch.passed(time)
        self._channels.append(reading.channels.astype(np.float64))

    def profile(self, profile: Profile) -> Profile:
        """`profile` with the gaze of now as straight ahead; an eye that was not seen stays as it is.

        Raises BridgeError when no eye was open long enough, or the eyes looked about.
        """
        resting, seen = profile.resting.copy(), False
        for side, columns in enumerate(_GAZE):
            gaze = self._open_gaze(side)
            if len(gaze) <= _PART * len(self._channels):
                continue
            ahead = np.median(gaze, 0)
            seen = True
            if np.quantile(np.linalg.norm(gaze - ahead, axis=1), 0.75) > _STEADY:
                raise BridgeError("your eyes looked about; look at one point straight ahead for a second and try again")
            correction = None if profile.fit is None else profile.fit.gaze[side]
            rest = ahead - reading_of_ahead(correction)
            resting[columns] = rest.clip(-FARTHEST_REST_DEGREES, FARTHEST_REST_DEGREES)
        if not seen:
            raise BridgeError("no open eye was seen long enough; look straight ahead for a second and try again")
        return replace(profile, resting=resting)

    def _open_gaze(self, side: int) -> Floats:
        """(n, 2) degrees of yaw and pitch of the frames in which this eye was open."""
        channels = np.array(self._channels or np.empty((0, len(CHANNEL_NAMES))))
        channels = channels[~np.isnan(channels[:, _LIDS[side]])]
        if not len(channels):
            return np.empty((0, 2))
        usual = float(np.quantile(channels[:, _LIDS[side]], 0.75))
        return channels[channels[:, _LIDS[side]] >= _OPEN * usual][:, _GAZE[side]]
