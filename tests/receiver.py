"""Who listens where the daemon sends: a real socket, and what came out of it."""

import socket
import threading
from typing import Any

from bridge import osc


class Receiver:
    """Keeps every datagram that comes, from before the daemon starts."""

    def __init__(self) -> None:
        self.datagrams: list[bytes] = []
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
        self._socket.bind(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self._thread = threading.Thread(target=self._receive)
        self._thread.start()

    def _receive(self) -> None:
        while data := self._socket.recv(65536):
            self.datagrams.append(data)

    def close(self) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as last:
            last.sendto(b"", ("127.0.0.1", self.port))
        self._thread.join()
        self._socket.close()


def messages(datagram: bytes) -> dict[str, tuple[Any, ...]]:
    return {message.address: message.arguments for message in osc.read(datagram)}
