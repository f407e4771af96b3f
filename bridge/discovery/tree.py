"""Our own OSCQuery tree: what eyebridge listens to, for whoever asks over HTTP.

Source: the OSCQuery proposal (github.com/Vidvox/OSCQueryProposal).
"""

import asyncio
import contextlib
import json
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

_REQUEST_LIMIT: Final = 8192
_REQUEST_SECONDS: Final = 3.0
_VISITORS: Final = 16
_LOOK_SECONDS: Final = 0.05

_WRITE: Final = 2
_ATTRIBUTES: Final = ("FULL_PATH", "CONTENTS", "TYPE", "ACCESS", "DESCRIPTION")
_NOT_HERE: Final = ("VALUE", "RANGE", "CLIPMODE", "TAGS", "EXTENDED_TYPE", "UNIT", "CRITICAL", "OVERLOADS", "HTML")
"Attributes that the proposal knows and this tree has none of."


@dataclass(frozen=True, slots=True)
class Node:
    """Something that may be sent to us."""

    address: str
    type: str
    "OSC type tags; T stands for a bool."
    description: str


def tree(nodes: Sequence[Node]) -> dict[str, Any]:
    """The nodes with all that lies between them and the root, as JSON."""
    root: dict[str, Any] = {"FULL_PATH": "/", "ACCESS": 0, "CONTENTS": {}, "DESCRIPTION": "eyebridge"}
    for node in nodes:
        branch, path = root, ""
        for name in node.address.split("/")[1:]:
            path += f"/{name}"
            branch = branch.setdefault("CONTENTS", {}).setdefault(name, {"FULL_PATH": path, "ACCESS": 0})
        branch |= {"TYPE": node.type, "ACCESS": _WRITE, "DESCRIPTION": node.description}
    return root


class TreeServer:
    """Answers GET requests between `open` and `close`, in the running event loop."""

    def __init__(self, name: str, nodes: Sequence[Node], host: str, osc_port: int) -> None:
        self.port = 0
        "TCP port, once open."
        self._host = host
        self._root = tree(nodes)
        self._about = {
            "NAME": name,
            "OSC_IP": host,
            "OSC_PORT": osc_port,
            "OSC_TRANSPORT": "UDP",
            "EXTENSIONS": {"ACCESS": True, "TYPE": True, "DESCRIPTION": True, "VALUE": False, "RANGE": False},
        }
        self._visits: set[asyncio.Task[None]] = set()

    async def open(self) -> None:
        """Raises OSError when it cannot listen."""
        self._socket = socket.create_server((self._host, 0))
        self._socket.setblocking(False)
        self.port = self._socket.getsockname()[1]
        self._listening = asyncio.create_task(self._listen())

    async def close(self) -> None:
        """Sends away who is still here, so that no socket outlives the event loop."""
        for task in (self._listening, *self._visits):
            task.cancel()
        await asyncio.gather(self._listening, *self._visits, return_exceptions=True)
        self._socket.close()

    async def _listen(self) -> None:
        # Cancelled in the wrong turn of the loop, `asyncio.start_server` and `loop.sock_accept` lose a connection.
        while True:
            await asyncio.sleep(_LOOK_SECONDS)
            with contextlib.suppress(OSError):  # nobody there, or gone again
                while True:
                    self._meet(self._socket.accept()[0])

    def _meet(self, visitor: socket.socket) -> None:
        if len(self._visits) >= _VISITORS:
            visitor.close()
            return
        visit = asyncio.create_task(self._visit(visitor))
        self._visits.add(visit)
        visit.add_done_callback(self._visits.discard)
        visit.add_done_callback(lambda _: visitor.close())  # also when it was cancelled before it began

    async def _visit(self, visitor: socket.socket) -> None:
        visitor.setblocking(False)
        loop = asyncio.get_running_loop()
        with contextlib.suppress(OSError):  # TimeoutError is an OSError
            async with asyncio.timeout(_REQUEST_SECONDS):
                request = bytearray()
                while b"\r\n\r\n" not in request:
                    part = await loop.sock_recv(visitor, _REQUEST_LIMIT - len(request))
                    if not part:  # gone, or the request is too long
                        return
                    request += part
                await loop.sock_sendall(visitor, self._answer(bytes(request)))

    def _answer(self, request: bytes) -> bytes:
        words = request.split(b"\r\n", 1)[0].decode("latin-1").split(" ")
        if len(words) != 3 or words[0] != "GET":
            return _response("400 Bad Request")
        path, _, attribute = words[1].partition("?")
        if attribute == "HOST_INFO":
            return _response("200 OK", self._about)
        node = self._root
        for name in filter(None, path.split("/")):
            node = node.get("CONTENTS", {}).get(name)
            if node is None:
                return _response("404 Not Found")
        if not attribute:
            return _response("200 OK", node)
        if attribute in _NOT_HERE or (attribute in _ATTRIBUTES and attribute not in node):
            return _response("204 No Content")
        return _response("200 OK", {attribute: node[attribute]}) if attribute in node else _response("400 Bad Request")


def _response(status: str, content: object = None) -> bytes:
    body = b"" if content is None else json.dumps(content).encode()
    length = "" if status.startswith("204") else f"Content-Length: {len(body)}\r\n"
    head = f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\n{length}Connection: close\r\n\r\n"
    return head.encode() + body
