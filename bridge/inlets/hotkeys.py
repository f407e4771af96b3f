"""Commands as keys of this machine's keyboard, whichever program has the focus; needs `eyebridge[hotkeys]`."""

from collections.abc import Callable
from typing import Any, Final, Literal

from pydantic import BaseModel, Field

from bridge.control import Command
from bridge.errors import BridgeError
from bridge.remote import COMMANDS

Word = Literal["recenter", "calibrate", "guide", "skip", "undo"]

_DEFAULTS: Final[dict[Word, str]] = {"recenter": "<ctrl>+<alt>+r", "skip": "<ctrl>+<alt>+s", "undo": "<ctrl>+<alt>+z"}


class HotkeyOptions(BaseModel, frozen=True, extra="forbid"):
    """Which key does what."""

    enabled: bool = Field(
        default=False, description="whether hotkeys are obeyed (needs: pip install eyebridge[hotkeys])"
    )
    keys: dict[Word, str] = Field(
        default=_DEFAULTS,
        description="keys by what they do: recenter, calibrate, guide, skip, undo; written as <ctrl>+<alt>+r",
    )

    def open(self, obey: Callable[[Command], None]) -> "Hotkeys":
        """Raises BridgeError where keys cannot be heard or one is misspelt."""
        return Hotkeys(self.keys, obey)


class Hotkeys:
    """Hears its keys from its own thread until closed."""

    def __init__(self, keys: dict[Word, str], obey: Callable[[Command], None]) -> None:
        try:
            from pynput import keyboard
        except ImportError as error:  # absent, or there is no screen and so no keyboard to hear
            raise BridgeError(
                f"hotkeys cannot be heard here ({str(error).splitlines()[0]}); install eyebridge[hotkeys] and start in "
                "a desktop session, or use OSC; all else works"
            ) from error
        self._listener: Any = keyboard.GlobalHotKeys(_actions(keys, keyboard.HotKey.parse, obey))
        self._listener.start()

    def close(self) -> None:
        self._listener.stop()


def _actions(
    keys: dict[Word, str], check: Callable[[str], object], obey: Callable[[Command], None]
) -> dict[str, Callable[[], None]]:
    """What each key does. Raises BridgeError for a key that `check` refuses by a ValueError."""
    actions: dict[str, Callable[[], None]] = {}
    for word, key in keys.items():
        try:
            check(key)
        except ValueError as error:
            raise BridgeError(f"{key!r} is no key for {word}; write it as <ctrl>+<alt>+r") from error
        actions[key] = lambda command=COMMANDS[f"/eyebridge/{word}"]: obey(command)  # type: ignore[misc]
    return actions
