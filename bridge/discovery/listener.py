"""Hears what the receiving program says to us over OSC.

A program that sees our service may send every parameter of the avatar whenever it changes, thousands of datagrams a
second; so this is a plain blocking thread, and what nobody asked for is dropped before it is read.
"""

import logging
import socket
import threading
from collections.abc import Callable, Iterable
from typing import Final

from bridge.osc import Message, OscError, read

log: Final = logging.getLogger("eyebridge")

_SIZE: Final = 4096


class Listener:
    """Passes messages to the given addresses on, from its own thread, between construction and `close`.

    `only_from` is the one address that is listened to, None for all; port 0 is a free one. Raises OSError when it
    cannot listen.
    """

    def __init__(
        self,
        host: str,
        only_from: str | None,
        addresses: Iterable[str],
        on_message: Callable[[Message], None],
        port: int = 0,
    ) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            self._socket.bind((host, port))
        except OSError:
            self._socket.close()
            raise
        self._only_from = only_from
        self._wanted = frozenset(addresses)
        self._beginnings = (b"#bundle\0", *(address.encode() + b"\0" for address in self._wanted))
        self._on_message = on_message
        self._closing = False
        self.port: int = self._socket.getsockname()[1]
        self._thread = threading.Thread(target=self._listen, name="osc listener", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Returns once nothing more is passed on; a second call does nothing."""
        if self._closing:
            return
        self._closing = True
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as last:
            last.sendto(b"", self._socket.getsockname())
        self._thread.join()
        self._socket.close()

    def _listen(self) -> None:
        buffer = bytearray(_SIZE)
        while not self._closing:
            try:
                size, sender = self._socket.recvfrom_into(buffer)
            except OSError:  # on Windows, a longer datagram or an answer that nobody took what we sent
                continue
            data = buffer[:size]
            if self._only_from in (None, sender[0]) and data.startswith(self._beginnings):
                self._hear(bytes(data))

    def _hear(self, data: bytes) -> None:
        try:
            messages = read(data)
        except OscError:
            return
        for message in messages:
            if message.address in self._wanted:
                self._on_message(message)
