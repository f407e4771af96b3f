"""What a receiving program may ask of us: OSC addresses as commands.

A button in an avatar's menu is a bool parameter that goes to True and back. An address of our own takes no argument, or
anything but zero.
"""

import math
import time
from collections.abc import Callable
from typing import Final

from bridge.control import CaptureNeutral, CenterGaze, Command, SkipStep, StartGuide, UndoCalibration
from bridge.osc import Message, Value

# word, what it asks for, its words for a person
_TRIGGERS: Final[tuple[tuple[str, Command, str], ...]] = (
    ("recenter", CaptureNeutral(1.0), "take a short neutral: look straight ahead with a relaxed face for one second"),
    ("calibrate", CaptureNeutral(), "take a new neutral: look straight ahead with a relaxed face for five seconds"),
    ("center", CenterGaze(), "look straight ahead for one second: only the gaze is set to there"),
    ("gaze", StartGuide(only_gaze=True), "follow a dot for some seconds: only the gaze is calibrated"),
    ("guide", StartGuide(), "begin the guided calibration of three quarters of a minute"),
    ("skip", SkipStep(), "leave out the step of the guide that is shown now"),
    ("undo", UndoCalibration(), "go back to the calibration before; a calibration under way ends"),
)

COMMANDS: Final[dict[str, Command]] = {
    prefix + word: command
    for prefix in ("/avatar/parameters/eyebridge_", "/eyebridge/")
    for word, command, _ in _TRIGGERS
}
DESCRIPTIONS: Final = {word: text for word, _, text in _TRIGGERS}
"By the last word of an address."

_PAUSE: Final = 1.0
"Seconds within which the same command again is not meant; another one, such as undo after recenter, is."


class Remote:
    """Turns messages into commands: each press once, however long it is held or however often it is repeated."""

    def __init__(self, obey: Callable[[Command], None], clock: Callable[[], float] = time.monotonic) -> None:
        self._obey = obey
        self._clock = clock
        self._pressed: set[str] = set()
        self._obeyed: dict[Command, float] = {}
        "When each was obeyed last, by the clock."

    def __call__(self, message: Message) -> None:
        """Ignores every address that is not in COMMANDS."""
        command = COMMANDS.get(message.address)
        if command is None:
            return
        if not _is_on(message.arguments):
            self._pressed.discard(message.address)
            return
        held = message.address in self._pressed
        if message.address.startswith("/avatar/"):
            self._pressed.add(message.address)
        now = self._clock()
        if not held and now - self._obeyed.get(command, -math.inf) >= _PAUSE:
            self._obeyed[command] = now
            self._obey(command)


def _is_on(arguments: tuple[Value, ...]) -> bool:
    return not arguments or bool(arguments[0])
