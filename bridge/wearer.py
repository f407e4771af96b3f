"""Who wears the headset now: their profile, the calibrations that make it, and the way back from each.

One object with one job: frames and requests come in, `profile` is always the one to use, and `take_notices` has what
the wearer should be told.
"""

import math
from collections.abc import Callable
from typing import Final

import numpy as np

from bridge.calibration import NeutralCapture
from bridge.errors import BridgeError
from bridge.frames import Expression, EyePair
from bridge.gaze_centering import GazeCentering
from bridge.guide import Guide, Guided, Prompt
from bridge.personalization import Profile
from bridge.slip import Upkeep, UpkeepOptions

_REMEMBERED: Final = 8
"Calibrations that can be undone one after the other."
_DARK: Final = 2.0
"Seconds without any eye after which the wearer is told that a calibration waits."
WAITS: Final = "no eye is seen: your calibration waits until one is; look at the camera pictures, or undo to end it"

Read = Callable[[Profile, EyePair], Expression]
"The network's trusted reading of a pair under a profile."


class Wearer:
    """Nobody in particular at first."""

    def __init__(
        self, options: UpkeepOptions, population: Profile, read: Read, changed: Callable[[], None] = lambda: None
    ) -> None:
        """`changed` is called after each change of profile, since what was learnt under another one is void."""
        self.profile = population
        self.taken = 0
        "Calibrations that have come to a profile."
        self.guided: Guided | None = None
        "What the guide has come to, until another calibration follows or it is undone."
        self._options = options
        self._population = population
        self._read = read
        self._changed = changed
        self._task: NeutralCapture | GazeCentering | Guide | None = None
        self._before: list[Profile] = []
        self._notices: list[str] = []
        self._upkeep = Upkeep(options)
        self._advised = False
        self._dark: float | None = None
        "Since when a calibration has waited for an eye; infinite once that was said."

    def observe(self, pair: EyePair, reading: Expression) -> None:
        """Take one frame and its trusted reading.

        Raises BridgeError when a calibration has come to its end with nothing to show for it; it is over then.
        """
        if self._task is None:
            self._look_after(pair, reading)
            return
        self._wait(pair.time, seen=not np.isnan(reading.channels).all())
        try:
            if isinstance(self._task, GazeCentering):
                self._task.add(reading, pair.time)
            else:
                self._task.add(pair, reading)
        except BridgeError:
            self._task = None
            raise
        if self._task.done:
            self.finish()

    def begin(self, profile: Profile) -> None:
        """Personalize with a profile that was stored: there is nothing to undo."""
        self._before.clear()
        self._set(profile)

    def use(self, profile: Profile) -> None:
        """Personalize with this profile from the next frame on; `undo` returns to the one before."""
        self._before = [*self._before[1 - _REMEMBERED :], self.profile]
        self._set(profile)

    def capture_neutral(self, seconds: float) -> None:
        """Collect the neutral from the next frame on, in place of whatever is under way; a fit is kept."""
        self._start(NeutralCapture(seconds))

    def center_gaze(self, seconds: float) -> None:
        """Take where the eyes look from the next frame on as straight ahead, in place of whatever is under way."""
        self._start(GazeCentering(seconds))

    def start_guide(self, only_gaze: bool = False) -> None:
        """Begin the guided calibration, in place of whatever is under way; or only its part for the gaze."""
        self._start(Guide(self._read, self.profile if only_gaze else None))
        self.guided = None

    def skip_step(self) -> None:
        """Leave out the guide's step that is shown now, if there is one."""
        if isinstance(self._task, Guide):
            self._task.skip()
            if self._task.done:
                self.finish()

    def stop(self) -> None:
        """End the calibration that is under way; the profile stays what it is."""
        self._task = None

    @property
    def undoable(self) -> bool:
        """Whether `undo` has anything to undo."""
        return self._task is not None or bool(self._before)

    def undo(self) -> None:
        """End the calibration that is under way; with none, return to the profile before the latest.

        Raises BridgeError when there is nothing to undo.
        """
        if self._task is not None:
            self.stop()
        elif self._before:
            self._set(self._before.pop())
        else:
            raise BridgeError("there is no calibration to undo; take one with recenter, calibrate or guide")

    def forget(self) -> None:
        """Nobody in particular again."""
        self._task = None
        self.use(self._population)

    def finish(self) -> None:
        """Make a profile of what has been collected so far, if a calibration is under way.

        Raises BridgeError when too little good was seen.
        """
        task, self._task = self._task, None
        if isinstance(task, NeutralCapture):
            found = task.profile(self._read)
            self.use(found.fitted(self.profile.fit))
            self.taken += 1
            self._notices.append(f"your neutral image is taken: {task.good()[1].sentence}")
        elif isinstance(task, GazeCentering):
            self.use(task.profile(self.profile))
            self.taken += 1
            self._notices.append("straight ahead is where you look now")
        elif task is not None:
            guided = task.result()
            self.use(guided.profile)
            self.taken, self.guided = self.taken + 1, guided
            self._notices.append(guided.sentence)

    @property
    def progress(self) -> float | None:
        """0..1 while a calibration is under way, else None."""
        return self._task.progress if self._task else None

    @property
    def remaining(self) -> float | None:
        """Seconds left of a neutral that is being taken, else None."""
        task = self._task
        return (1.0 - task.progress) * task.seconds if isinstance(task, NeutralCapture) else None

    @property
    def prompt(self) -> Prompt | None:
        """What the guide asks for now; None while there is no guide."""
        return self._task.prompt if isinstance(self._task, Guide) else None

    def take_notices(self) -> list[str]:
        """Sentences for the wearer since the last call."""
        notices, self._notices = self._notices, []
        return notices

    def configure(self, options: UpkeepOptions) -> None:
        """Other options from the next frame on."""
        if options != self._options:
            self._options, self._upkeep = options, Upkeep(options)

    def _start(self, task: NeutralCapture | GazeCentering | Guide) -> None:
        self._task, self._dark = task, None

    def _wait(self, time: float, seen: bool) -> None:
        """Say once that a calibration stands still while no eye is seen."""
        if seen:
            self._dark = None
        elif self._dark is None:
            self._dark = time
        elif time - self._dark >= _DARK:
            self._dark = math.inf
            self._notices.append(WAITS)

    def _look_after(self, pair: EyePair, reading: Expression) -> None:
        self.profile = self._upkeep(self.profile, pair, reading)
        advice = self._upkeep.advice
        if advice is not None and not self._advised:
            self._advised = True
            self._notices.append(advice)

    def _set(self, profile: Profile) -> None:
        self.profile, self.guided = profile.pictured(self._population.neutral), None
        self._upkeep, self._advised = Upkeep(self._options), False
        self._changed()
