"""VRChat's chatbox: a line above the wearer's head, which others see too.

Source: docs.vrchat.com, "OSC as Input Controller", Chatbox: `/chatbox/input s b n`, at most 144 characters and 9 lines.
That VRChat drops lines which come faster than about one in 1.5 s, and mutes who goes on, is its users' experience.
"""

import math
from typing import Final

from bridge.osc import Message, encode

LIMIT: Final = 144
"Characters of one line of chat."
LINES: Final = 9
EVERY: Final = 1.5
"Seconds between two."


class Chatbox:
    """Lets the newest text through as soon as VRChat takes one; those in between are never shown."""

    def __init__(self) -> None:
        self._text: str | None = None
        self._sent = -math.inf

    def say(self, text: str) -> None:
        """Show this next."""
        self._text = fitted(text)

    def datagrams(self, time: float) -> tuple[bytes, ...]:
        """What is to be sent at this time, seconds."""
        if self._text is None or 0.0 <= time - self._sent < EVERY:
            return ()
        text, self._text, self._sent = self._text, None, time
        # at once and without the keyboard; without the sound of a notification
        return (encode(Message("/chatbox/input", (text, True, False))),)


def fitted(text: str) -> str:
    """As much of the text as the chatbox shows, without control characters."""
    lines = ["".join(c if c.isprintable() else " " for c in line).strip() for line in text.splitlines()[:LINES]]
    whole = "\n".join(lines)
    return whole if len(whole) <= LIMIT else whole[: LIMIT - 1].rstrip() + "…"
