"""Hyperion: the mood on the LED strips of the room (hyperion-project.org, JSON API, `color` and `clear` over TCP).

One JSON object a line. A colour holds for a few seconds only and is sent again before, so that the strips go back to
what they showed should we vanish. Numbers are sRGB, which Hyperion's own adjustment expects; of several senders the one
with the lowest priority number is shown.
"""

import contextlib
import json
import logging
import socket
from time import monotonic
from typing import Final, Literal

from pydantic import Field

from bridge.sinks.base import Sink, Traffic
from bridge.sinks.lamp import Colour, Lamp, LampOptions

log: Final = logging.getLogger("eyebridge")

PORT: Final = 19444

_HOLD: Final = 5.0  # seconds that Hyperion shows a colour
_REPEAT: Final = 1.0
_TIMEOUT: Final = 1.0
_FIRST_PAUSE: Final = 0.5
_LONGEST_PAUSE: Final = 30.0


class HyperionOptions(LampOptions, frozen=True, extra="forbid"):
    """Hyperion, for LED strips behind a screen or along a wall: the mood lights the real room."""

    kind: Literal["hyperion"] = "hyperion"
    host: str = Field(default="127.0.0.1", min_length=1, description="Name or address of the machine with Hyperion.")
    port: int = Field(default=PORT, ge=1, le=65535, description="TCP port of Hyperion's JSON server.")
    priority: int = Field(default=50, ge=1, le=253, description="Hyperion shows the sender with the lowest number.")
    origin: str = Field(
        default="eyebridge", min_length=4, max_length=20, description="What Hyperion calls us in its list of sources."
    )

    def open(self) -> Sink:
        return HyperionLamp(self)


def color_command(options: HyperionOptions, rgb: tuple[int, ...]) -> bytes:
    """The line that shows a colour, 0..255, for a few seconds."""
    return _line(
        command="color",
        priority=options.priority,
        color=list(rgb),
        duration=round(1000 * _HOLD),
        origin=options.origin,
    )


def clear_command(options: HyperionOptions) -> bytes:
    """The line that gives the strips back."""
    return _line(command="clear", priority=options.priority)


def encoded(colour: Colour) -> tuple[int, ...]:
    """sRGB 0..255 of linear 0..1 (IEC 61966-2-1)."""
    curve = (12.92 * v if v <= 0.0031308 else 1.055 * v ** (1 / 2.4) - 0.055 for v in colour)
    return tuple(round(255 * v) for v in curve)


def _line(**command: object) -> bytes:
    return json.dumps(command, separators=(",", ":")).encode() + b"\n"


class HyperionLamp(Lamp):
    """Keeps a connection, tries again ever more rarely while there is none, and says so once."""

    def __init__(self, options: HyperionOptions) -> None:
        self._options = options
        self._connection: socket.socket | None = None
        self._pause = _FIRST_PAUSE
        self._retry_at = 0.0
        self._away = False
        self._shown: tuple[int, ...] = ()
        self._repeat_at = 0.0
        self._answers = b""
        super().__init__(f"{options.host}:{options.port} (Hyperion)", options, Traffic())

    def _show(self, colour: Colour, time: float) -> bool:
        if self._connection is None and not self._connect(time):
            return False
        rgb = encoded(colour)
        if rgb != self._shown or time >= self._repeat_at:
            self._shown, self._repeat_at = rgb, time + _REPEAT
            return self._write(color_command(self._options, rgb), time)
        return True

    def _connect(self, time: float) -> bool:
        if time < self._retry_at:
            return False
        try:
            self._connection = socket.create_connection((self._options.host, self._options.port), _TIMEOUT)
        except OSError as error:
            self._lose(error, time)
            return False
        if self._away:
            log.info("%s is there again.", self.name)
        self._away, self._pause, self._shown, self._answers = False, _FIRST_PAUSE, (), b""
        return True

    def _write(self, line: bytes, time: float) -> bool:
        assert self._connection is not None
        try:
            self._connection.sendall(line)
            self._listen(self._connection)
        except OSError as error:
            self._lose(error, time)
            return False
        self.traffic.packets += 1
        self.traffic.bytes += len(line)
        return True

    def _listen(self, connection: socket.socket) -> None:
        """Reads what Hyperion answered so far, so that it never waits for us, and notes a refusal."""
        connection.setblocking(False)
        try:
            while data := connection.recv(4096):
                *lines, self._answers = (self._answers + data)[-8192:].split(b"\n")
                for line in lines:
                    self._heed(line)
            raise ConnectionResetError(0, "it closed the connection")
        except BlockingIOError:
            pass
        finally:
            connection.settimeout(_TIMEOUT)

    def _heed(self, line: bytes) -> None:
        try:
            answer = json.loads(line)
        except (ValueError, RecursionError):
            return
        if isinstance(answer, dict) and answer.get("success") is False:
            refusal = str(answer.get("error", "no reason given"))[:200]
            if refusal != self.traffic.refusal:
                log.warning("%s refuses: %s", self.name, refusal)
            self.traffic.refused += 1
            self.traffic.refusal = refusal

    def _lose(self, error: OSError, time: float) -> None:
        self._drop()
        self.traffic.refused += 1
        self.traffic.refusal = error.strerror or str(error)
        if not self._away:
            log.warning("%s cannot be reached (%s); trying again now and then.", self.name, self.traffic.refusal)
        self._away = True
        self._retry_at, self._pause = time + self._pause, min(2 * self._pause, _LONGEST_PAUSE)

    def _leave(self) -> None:
        if self._connection is not None and self._write(clear_command(self._options), 0.0):
            self._hang_up(self._connection)
            self._drop()

    @staticmethod
    def _hang_up(connection: socket.socket) -> None:
        """Waits until Hyperion has read all: who closes with answers unread takes back what it has just said."""
        with contextlib.suppress(OSError):
            connection.shutdown(socket.SHUT_WR)
            ends = monotonic() + _TIMEOUT
            while connection.recv(4096) and monotonic() < ends:
                pass

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
