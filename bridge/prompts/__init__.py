"""Prompts for a wearer who sees no browser: spoken, sounded, shown in SteamVR, written into VRChat's chatbox."""

import logging
import threading
import time
from collections.abc import Callable
from contextlib import closing
from typing import Final, Literal

from pydantic import BaseModel, Field

from bridge.prompts import sound, speech
from bridge.prompts.overlay import Overlay
from bridge.prompts.sound import Kind, Sounds
from bridge.prompts.teller import Sound, Teller, Text
from bridge.prompts.tools import Outlet

__all__ = ["Kind", "Prompts", "PromptsOptions"]

_PATIENCE: Final = 5.0
"Seconds at the end for what is under way; SteamVR may be slow to answer, and nobody waits for it then."


class PromptsOptions(BaseModel, frozen=True, extra="forbid"):
    """How the wearer, who sees no browser, is told what to do."""

    speech: Literal["auto", "on", "off"] = Field(
        default="auto",
        description="Speak every prompt: auto, where this machine has a voice; on, and warn where it has none; or off.",
    )
    voice: str = Field(
        default="",
        max_length=100,
        pattern=r"^[^\x00-\x1f\x7f]*$",
        description="Name of the voice, as this machine calls it; nothing for an English one.",
    )
    sounds: bool = Field(default=True, description="Sound when something starts, counts, is done or has failed.")
    volume: float = Field(default=0.6, ge=0, le=1, description="Volume of voice and sounds, 0 to 1.")
    overlay: Literal["auto", "off"] = Field(
        default="auto",
        description="Show every prompt in the headset while SteamVR runs (needs: pip install eyebridge[overlay]).",
    )
    chatbox: bool = Field(
        default=False, description="Write every prompt into VRChat's chatbox too, where others see it."
    )


class Prompts:
    """Says and sounds from a thread of its own; nothing here blocks or fails who calls it.

    The newest text and the newest sound win: a text that waits for the voice gives way to a newer one, and is not
    spoken when it is old. What is missing is said once in the log, with the remedy.
    """

    def __init__(self, options: PromptsOptions, chat: Callable[[str], None] = lambda text: None) -> None:
        """`chat` passes a line on to chatboxes; `say` calls it, in the caller's thread, if the options ask for it."""
        self._options = options
        self._chat = chat
        self._changed = threading.Condition()
        self._text: Text | None = None
        self._sound: Sound | None = None
        self._target: tuple[float, float] | None = None
        self._aimed = False
        self._closing = False
        self._thread = threading.Thread(target=self._run, name="prompts", daemon=True)
        self._thread.start()

    def say(self, text: str, *, urgent: bool = False) -> None:
        """Tell the wearer now; an urgent text cuts off the one that is spoken."""
        if self._options.chatbox:
            self._chat(text)
        with self._changed:
            self._text = Text(speech.plain(text), urgent, time.monotonic())
            self._changed.notify()

    def beep(self, kind: Kind) -> None:
        """Sound it now, beside whatever is spoken."""
        with self._changed:
            self._sound = Sound(kind, time.monotonic())
            self._changed.notify()

    def aim(self, target: tuple[float, float] | None) -> None:
        """Show in the headset what the eyes should follow: degrees of yaw and pitch from straight ahead, None: nothing.

        Only the newest counts.
        """
        with self._changed:
            self._target, self._aimed = target, True
            self._changed.notify()

    def close(self) -> None:
        """Be silent and end the thread; a second call does nothing."""
        with self._changed:
            self._closing = True
            self._changed.notify()
        self._thread.join(_PATIENCE)

    def _run(self) -> None:
        options = self._options
        with closing(Teller(_voice(options), _sounds(options), _overlay(options))) as teller:
            wait: float | None = None
            while True:
                with self._changed:
                    self._changed.wait_for(lambda: self._closing or self._text or self._sound or self._aimed, wait)
                    if self._closing:
                        return
                    text, sounded, aimed, target = self._text, self._sound, self._aimed, self._target
                    self._text, self._sound, self._aimed = None, None, False
                if aimed:
                    teller.aim(target, time.monotonic())
                wait = teller.tell(text, sounded, time.monotonic())


def _voice(options: PromptsOptions) -> Outlet | None:
    if options.speech == "off":
        return None
    level = logging.WARNING if options.speech == "on" else logging.INFO
    return Outlet(speech.voices(options.voice, options.volume), speech.MISSING, level)


def _sounds(options: PromptsOptions) -> Sounds | None:
    return Sounds(options.volume, sound.players()) if options.sounds else None


def _overlay(options: PromptsOptions) -> Overlay | None:
    return Overlay() if options.overlay == "auto" else None
