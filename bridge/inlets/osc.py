"""Commands as OSC messages without arguments: engine_plugins/PROTOCOL.md lists them."""

from collections.abc import Callable
from typing import Final

from pydantic import BaseModel, Field

from bridge.control import Command
from bridge.discovery.listener import Listener
from bridge.errors import BridgeError
from bridge.remote import COMMANDS, Remote

PORT: Final = 13938


class OscInletOptions(BaseModel, frozen=True, extra="forbid"):
    """OSC messages such as /eyebridge/recenter."""

    enabled: bool = Field(default=True, description="whether OSC commands are obeyed")
    host: str = Field(
        default="127.0.0.1",
        min_length=1,
        description="address to listen at; 0.0.0.0 obeys anybody on a network that you trust",
    )
    port: int = Field(default=PORT, ge=0, le=65535, description="UDP port; 0 picks a free one")

    def open(self, obey: Callable[[Command], None]) -> Listener:
        """Raises BridgeError for an address or port at which nothing can be heard."""
        try:
            return Listener(self.host, None, COMMANDS, Remote(obey), self.port)
        except (OSError, UnicodeError) as error:
            raise BridgeError(
                f"OSC commands cannot be heard at {self.host}:{self.port} ({error}); close the other program that "
                "listens there, or choose another --inlets.osc.port; all else works"
            ) from error
