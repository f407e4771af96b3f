"""Our own OSCQuery tree: what eyebridge listens to, for whoever asks over HTTP.

Source: the OSCQuery proposal (github.com/Vidvox/OSCQueryProposal).
"""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

_REQUEST_LIMIT: Final = 8192
_REQUEST_SECONDS: Final = 3.0
_VISITORS: Final = 16

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
        self._visitors = 0

    async def open(self) -> None:
        """Raises OSError when it cannot listen."""
        self._server = await asyncio.start_server(self._visit, self._host, 0, limit=_REQUEST_LIMIT)
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        self._server.close()

    async def _visit(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._visitors += 1
        try:
            if self._visitors <= _VISITORS:
                async with asyncio.timeout(_REQUEST_SECONDS):
                    request = await reader.readuntil(b"\r\n\r\n")
                    writer.write(self._answer(request))
                    await writer.drain()
        except (OSError, EOFError, asyncio.LimitOverrunError):  # TimeoutError is an OSError
            pass
        finally:
            self._visitors -= 1
            writer.close()

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
