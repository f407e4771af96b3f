"""When what is said: the newest text, never an old one, and no sound too late. Time is an argument, in seconds."""

from dataclasses import dataclass
from typing import Final

from bridge.prompts.overlay import Overlay
from bridge.prompts.sound import Kind, Sounds
from bridge.prompts.tools import Outlet

STALE: Final = 3.0
"Seconds after which a text that still waits for the voice is not spoken any more."
LATE: Final = 0.4
"Seconds after which a sound says something wrong."

_POLL: Final = 0.03
"Seconds between two looks at a voice that speaks."
_TEND: Final = 0.5
"Seconds between two looks at SteamVR."
_SHOWN: Final = 2.5
_READ: Final = 0.07
"Seconds that a text is shown, and more for each of its letters."


@dataclass(frozen=True, slots=True)
class Text:
    """What a wearer is to be told."""

    text: str
    urgent: bool
    "Whether it cuts off the one that is spoken."
    time: float
    "When it was said."


@dataclass(frozen=True, slots=True)
class Sound:
    """What a wearer is to hear."""

    kind: Kind
    time: float
    "When it was meant to sound."


class Teller:
    """Gives texts and sounds to what there is of voice, player and overlay; belongs to one thread. Nothing raises."""

    def __init__(self, voice: Outlet | None, sounds: Sounds | None, overlay: Overlay | None) -> None:
        self._voice = voice
        self._sounds = sounds
        self._overlay = overlay
        self._waiting: Text | None = None

    def tell(self, text: Text | None, sound: Sound | None, time: float) -> float | None:
        """Do what is due now, given what is new. Returns the seconds until the next call; None: when there is news."""
        self._waiting = text or self._waiting
        sounding = self._play(sound, time)
        speaking = self._speak(time)
        showing = self._show(text, time)
        return _POLL if speaking or sounding else _TEND if showing else None

    def aim(self, target: tuple[float, float] | None, time: float) -> None:
        """Show the dot at these degrees of yaw and pitch, where there is an overlay; None takes it away."""
        if self._overlay is not None:
            self._overlay.aim(target, time)

    def close(self) -> None:
        """Be silent; everything is released."""
        for outlet in (self._voice, self._sounds, self._overlay):
            if outlet is not None:
                outlet.close()

    def _play(self, sound: Sound | None, time: float) -> bool:
        if self._sounds is None:
            return False
        if sound is not None and time - sound.time <= LATE:
            self._sounds.play(sound.kind)
        return self._sounds.busy

    def _speak(self, time: float) -> bool:
        if self._voice is None:
            return False
        waiting, busy = self._waiting, self._voice.busy
        if waiting is None or (busy and not waiting.urgent):
            return busy
        self._waiting = None
        if time - waiting.time > STALE:
            return busy
        self._voice.start(waiting.text)
        return True

    def _show(self, text: Text | None, time: float) -> bool:
        if self._overlay is None:
            return False
        if text is not None:
            self._overlay.show(text.text, time, _SHOWN + _READ * len(text.text))
        self._overlay.tend(time)
        return self._overlay.open
