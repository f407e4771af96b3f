"""Datagrams to one address: what the OSC sinks share."""

import logging
import socket
from collections.abc import Callable, Sequence
from typing import Final

from pydantic import Field

from bridge.errors import BridgeError
from bridge.frames import Result
from bridge.sinks.base import BaseSinkOptions, Sink, Traffic

log: Final = logging.getLogger("eyebridge")

_CALM: Final = 3.0  # seconds; hosts answer a stray datagram at most about once a second


class UdpOptions(BaseSinkOptions, frozen=True, extra="forbid"):
    """Where datagrams go."""

    host: str = Field(default="127.0.0.1", min_length=1, description="Name or address of the receiving machine.")
    port: int = Field(ge=1, le=65535, description="UDP port of the receiving program.")


class UdpTarget:
    """A connected, non-blocking socket. A receiver that is away is counted and said once, and never stops the sender.

    Raises BridgeError for a host that cannot be found or reached from this machine at all.
    """

    def __init__(self, host: str, port: int, traffic: Traffic | None = None) -> None:
        """`traffic` goes on counting where an earlier target left off."""
        self.name: Final = f"{host}:{port}"
        self.traffic: Final = Traffic() if traffic is None else traffic
        self._refused_at: float | None = None
        self._socket = _connect(host, port)

    def send(self, datagrams: Sequence[bytes], time: float) -> None:
        """Sends one frame's datagrams; time is the frame's, in seconds."""
        refusal, traffic = None, self.traffic
        for datagram in datagrams:
            try:
                self._socket.send(datagram)
                traffic.packets += 1
                traffic.bytes += len(datagram)
            except OSError as error:  # refused (by an answer to an earlier datagram), unreachable, or full
                traffic.refused += 1
                refusal = error
        if refusal is not None:
            self._say_once(refusal, time)
        elif self._refused_at is not None and time - self._refused_at > _CALM:
            log.info("%s takes datagrams again; %d were lost so far.", self.name, self.traffic.refused)
            self._refused_at = None

    def _say_once(self, refusal: OSError, time: float) -> None:
        self.traffic.refusal = refusal.strerror or str(refusal)
        if self._refused_at is None:
            log.warning("Nobody takes datagrams at %s (%s); sending goes on.", self.name, self.traffic.refusal)
        self._refused_at = time

    def close(self) -> None:
        self._socket.close()


def _connect(host: str, port: int) -> socket.socket:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_DGRAM)
    except (OSError, UnicodeError) as error:
        raise BridgeError(
            f"There is no host called {host!r}; check the name or write its address in numbers."
        ) from error
    # 'localhost' is IPv6 first on Windows, where most receivers listen on IPv4 only.
    family, kind, protocol, _, address = min(found, key=lambda entry: entry[0] != socket.AF_INET)
    target = socket.socket(family, kind, protocol)
    try:
        target.setblocking(False)
        target.connect(address)
    except OSError as error:
        target.close()
        raise BridgeError(f"{host}:{port} cannot be reached ({error.strerror}); check the address.") from error
    return target


class UdpSink(Sink):
    """Sends what `pack` makes of each result."""

    def __init__(self, options: UdpOptions, pack: Callable[[Result], Sequence[bytes]]) -> None:
        self._pack = pack
        self._target = UdpTarget(options.host, options.port)
        super().__init__(self._target.name, options, self._target.traffic)

    def _send(self, result: Result) -> None:
        self._target.send(self._pack(result), result.time)

    def close(self) -> None:
        self._target.close()
