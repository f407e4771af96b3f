"""The ears of the monitor: UDP, a ZeroMQ publisher, or a program that connects over TCP and writes lines."""

import errno
import selectors
import socket
from abc import ABC, abstractmethod
from collections.abc import Callable
from types import TracebackType
from typing import Final, Self

import zmq

from bridge.decoding import Decoded, decode, decode_published
from bridge.errors import BridgeError

_AT_ONCE: Final = 1000
"Packets taken before somebody looks at the clock again."
_LINE_LIMIT: Final = 65536

Packet = tuple[str, int, Callable[[], Decoded]]
"Who sent it, how many bytes, and what reads it (or raises DecodingError)."


class Ear(ABC):
    """Waits for packets."""

    name: str
    "Where it listens, for a person."

    @abstractmethod
    def hear(self, seconds: float) -> list[Packet]:
        """The packets that are there, after waiting at most so long for the first one."""

    @abstractmethod
    def close(self) -> None: ...

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()


class UdpEar(Ear):
    """Datagrams to one port."""

    def __init__(self, host: str, port: int) -> None:
        self._socket = _bound(host, port, socket.SOCK_DGRAM)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        self.port = self._socket.getsockname()[1]
        self.name = f"UDP {host}:{self.port}"

    def hear(self, seconds: float) -> list[Packet]:
        packets: list[Packet] = []
        self._socket.settimeout(seconds)
        while len(packets) < _AT_ONCE:
            try:
                data, address = self._socket.recvfrom(65536)
            except (TimeoutError, BlockingIOError):
                break
            except ConnectionError:  # Windows: somebody answered an earlier datagram of this port
                continue
            packets.append((f"{address[0]}:{address[1]}", len(data), lambda data=data: decode(data)))  # type: ignore[misc]
            self._socket.setblocking(False)
        return packets

    def close(self) -> None:
        self._socket.close()


class TcpEar(Ear):
    """Lines from whoever connects, such as those for Hyperion."""

    def __init__(self, host: str, port: int) -> None:
        self._socket = _bound(host, port, socket.SOCK_STREAM)
        self._socket.listen()
        self.port = self._socket.getsockname()[1]
        self.name = f"TCP {host}:{self.port}"
        self._begun: dict[socket.socket, bytes] = {}
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._socket, selectors.EVENT_READ)

    def hear(self, seconds: float) -> list[Packet]:
        packets: list[Packet] = []
        for key, _ in self._selector.select(seconds):
            client = key.fileobj
            assert isinstance(client, socket.socket)
            if client is self._socket:
                accepted, _ = client.accept()
                self._begun[accepted] = b""
                self._selector.register(accepted, selectors.EVENT_READ)
            else:
                packets += self._read(client)
        return packets

    def _read(self, client: socket.socket) -> list[Packet]:
        try:
            data = client.recv(65536)
            sender = "{}:{}".format(*client.getpeername())
        except OSError:
            data = b""
        if not data:
            self._selector.unregister(client)
            client.close()
            del self._begun[client]
            return []
        *lines, rest = (self._begun[client] + data).split(b"\n")
        self._begun[client] = rest[-_LINE_LIMIT:]
        return [(sender, len(line) + 1, lambda line=line: decode(line)) for line in lines]  # type: ignore[misc]

    def close(self) -> None:
        for client in self._begun:
            client.close()
        self._selector.close()
        self._socket.close()


class ZeroMqEar(Ear):
    """Everything that one publisher publishes."""

    def __init__(self, address: str) -> None:
        self.name = f"ZeroMQ {address}"
        self._context = zmq.Context()
        self._socket = self._context.socket(zmq.SUB)
        self._socket.setsockopt(zmq.LINGER, 0)
        self._socket.subscribe(b"")
        try:
            self._socket.connect(address)
        except zmq.ZMQError as error:
            self.close()
            raise BridgeError(f"{address!r} is no ZeroMQ address; write it as tcp://127.0.0.1:13938") from error

    def hear(self, seconds: float) -> list[Packet]:
        packets: list[Packet] = []
        wait = seconds
        while len(packets) < _AT_ONCE and self._socket.poll(round(1000 * wait)):
            parts = self._socket.recv_multipart()
            packets.append((self.name, sum(map(len, parts)), lambda parts=parts: decode_published(parts)))  # type: ignore[misc]
            wait = 0.0
        return packets

    def close(self) -> None:
        self._socket.close()
        self._context.term()


def _bound(host: str, port: int, kind: socket.SocketKind) -> socket.socket:
    listening = socket.socket(socket.AF_INET, kind)
    try:
        listening.bind((host, port))
    except (OSError, UnicodeError) as error:
        listening.close()
        if getattr(error, "errno", None) == errno.EADDRINUSE:
            raise BridgeError(
                f"port {port} is in use: the program that should receive there does so already; close it for the time "
                "of this test, or send to another port for once"
            ) from error
        raise BridgeError(f"cannot listen on {host}:{port} ({error}); check --host and --port") from error
    return listening
