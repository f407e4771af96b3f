"""Pictures that can be told apart after a JPEG, and a web server that says exactly what a test wants it to."""

import contextlib
import itertools
import queue
import socket
import ssl
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import Self

import cv2
import numpy as np

from bridge.sources.device import Device, Lost
from bridge.sources.eyes import Picture


def jpeg(number: int = 0) -> bytes:
    """48 x 64 pixels, all of the brightness `number`."""
    return cv2.imencode(".jpg", np.full((48, 64), number, np.uint8))[1].tobytes()


def number_of(picture: Picture) -> int:
    """What `jpeg` was called with."""
    return round(float(picture.mean()))


def until_lost(device: Device, patience: float = 5.0) -> str:
    """Reads on until the device is lost; why it is."""
    while True:
        try:
            device.read(patience)
        except Lost as error:
            return str(error)


def cut(data: bytes, sizes: Iterable[int]) -> list[bytes]:
    """The data in pieces of these sizes, again and again."""
    pieces: list[bytes] = []
    at = 0
    for size in itertools.cycle(sizes):
        if at >= len(data):
            return pieces
        pieces.append(data[at : at + size])
        at += size
    return pieces


def answer(body: bytes = b"", kind: str = "multipart/x-mixed-replace; boundary=x", status: str = "200 OK") -> bytes:
    return f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\n\r\n".encode() + body


class Scripted:
    """Each connection gets the next answer, after its request has come, and stays open until the end.

    Args:
        answers: bytes as they are; `then` adds to them.
        certificate: a file with a key and a certificate, to speak TLS.
    """

    def __init__(self, *answers: bytes, certificate: Path | None = None) -> None:
        self.requests: list[bytes] = []
        self._answers: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        for said in answers:
            self.then(said)
        self._open: list[socket.socket] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        if certificate is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            self._listener = context.wrap_socket(self._listener, server_side=True)
        self.port: int = self._listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}/"
        threading.Thread(target=self._serve, daemon=True).start()

    def then(self, said: bytes) -> None:
        """Answer one more connection."""
        self._answers.put(said)

    def say(self, data: bytes) -> None:
        """More on the last connection."""
        self._open[-1].sendall(data)

    def hang_up(self) -> None:
        """End the last connection."""
        self._open[-1].shutdown(socket.SHUT_RDWR)

    def _serve(self) -> None:
        while True:
            try:
                connection = self._listener.accept()[0]
                request = b""
                while b"\r\n\r\n" not in request:
                    request += connection.recv(4096) or b"\r\n\r\n"
                self.requests.append(request)
                self._open.append(connection)
                connection.sendall(self._answers.get())
            except ssl.SSLError:  # a client that does not like the certificate
                continue
            except OSError:  # the test has ended
                return

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._answers.put(b"")
        for connection in self._open:
            connection.close()
