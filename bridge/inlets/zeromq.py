"""Commands as ZeroMQ requests: a JSON object as the page sends it, such as `{"type": "capture_neutral"}`.

Each is answered by `{"ok": true}`, or by `{"ok": false, "reason": "..."}` and not obeyed. The types are those of
`bridge.control`; pictures and readings never leave here.
"""

import json
import logging
import threading
from collections.abc import Callable
from typing import Final

import zmq
from pydantic import BaseModel, Field

from bridge.control import Command, parse
from bridge.errors import BridgeError

log: Final = logging.getLogger("eyebridge")

PORT: Final = 13940
_LARGEST: Final = 4096  # bytes of a request
_GLANCE: Final = 100  # milliseconds between two looks at whether to end


class ZeroMqInletOptions(BaseModel, frozen=True, extra="forbid"):
    """JSON requests on a ZeroMQ REP socket."""

    enabled: bool = Field(default=False, description="whether ZeroMQ requests are obeyed")
    host: str = Field(
        default="127.0.0.1",
        min_length=1,
        description="address to listen at; * obeys anybody on a network that you trust",
    )
    port: int = Field(default=PORT, ge=0, le=65535, description="TCP port; 0 picks a free one")

    def open(self, obey: Callable[[Command], None]) -> "ZeroMqInlet":
        """Raises BridgeError for an address or port at which nothing can be heard."""
        return ZeroMqInlet(self, obey)


class ZeroMqInlet:
    """Answers requests, one after the other, from its own thread until closed."""

    def __init__(self, options: ZeroMqInletOptions, obey: Callable[[Command], None]) -> None:
        self._obey = obey
        self._context = zmq.Context()
        self._socket = self._context.socket(zmq.REP)
        self._socket.setsockopt(zmq.LINGER, 0)
        self._socket.setsockopt(zmq.MAXMSGSIZE, _LARGEST)
        try:
            self._socket.bind(f"tcp://{options.host}:{options.port}")
        except zmq.ZMQError as error:
            self._context.destroy(0)
            raise BridgeError(
                f"ZeroMQ commands cannot be heard at {options.host}:{options.port} ({error.strerror}); choose another "
                "--inlets.zeromq.port; all else works"
            ) from error
        self.address = self._socket.getsockopt_string(zmq.LAST_ENDPOINT)
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._serve, name="zeromq commands", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Returns once nothing more is obeyed; a second call does nothing."""
        self._closing.set()
        self._thread.join()
        self._context.destroy(0)

    def _serve(self) -> None:
        while not self._closing.is_set():
            if self._socket.poll(_GLANCE):
                self._socket.send(json.dumps(self._answer(self._socket.recv_multipart())).encode())

    def _answer(self, parts: list[bytes]) -> dict[str, object]:
        try:
            if len(parts) != 1:
                raise ValueError("a request is one JSON object")
            self._obey(parse(json.loads(parts[0])))
        except (ValueError, RecursionError) as error:
            return {"ok": False, "reason": str(error)}
        return {"ok": True}
