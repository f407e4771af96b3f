"""Where commands come from, beside the page and the receiving programs: one file each, one hook, `open(obey)`.

An inlet hears in a thread of its own, from its opening until `close`, and hands every command to `obey`.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Final

from pydantic import BaseModel, Field

from bridge.control import Command
from bridge.errors import BridgeError
from bridge.inlets.hotkeys import HotkeyOptions
from bridge.inlets.osc import OscInletOptions
from bridge.inlets.zeromq import ZeroMqInletOptions

__all__ = ["HotkeyOptions", "InletsOptions", "OscInletOptions", "ZeroMqInletOptions", "opened"]

log: Final = logging.getLogger("eyebridge")


class InletsOptions(BaseModel, frozen=True, extra="forbid"):
    """Where commands (recenter, calibrate, skip, undo, ...) may come from, so that nobody has to lift the headset."""

    osc: OscInletOptions = Field(OscInletOptions(), description="OSC messages, as engines and controllers send them")
    zeromq: ZeroMqInletOptions = Field(ZeroMqInletOptions(), description="requests of programs and robots")
    hotkeys: HotkeyOptions = Field(HotkeyOptions(), description="keys of this machine's keyboard, whatever has focus")


@contextmanager
def opened(options: InletsOptions, obey: Callable[[Command], None]) -> Iterator[None]:
    """Every inlet that is enabled, until the end of the block; one that cannot be opened is said, the rest work."""
    with ExitStack() as stack:
        for _, inlet in options:
            if inlet.enabled:
                try:
                    stack.callback(inlet.open(obey).close)
                except BridgeError as error:
                    log.warning(error)
        yield
