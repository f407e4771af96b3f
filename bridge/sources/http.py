"""The little of HTTP that an endless answer needs: one request, redirections, a password, chunks (RFC 9110, 9112).

The standard library's client waits for as many bytes as it is asked for; a camera's newest picture is in those that
have come already.
"""

import base64
import re
import socket
import ssl
import time
from dataclasses import dataclass
from typing import Final, Self
from urllib.parse import SplitResult, quote, unquote, urljoin, urlsplit

from bridge.sources.device import Lost
from bridge.sources.wire import ANSWER_LIMIT, PICTURE_LIMIT

_CONNECT_LIMIT: Final = 1.0
"Seconds; a camera in the same house takes far less, and one that has just come back hears only a new attempt."

_REDIRECTIONS: Final = (301, 302, 303, 307, 308)
_MOST_REDIRECTIONS: Final = 5
_HEAD_LIMIT: Final = 64 << 10
_LINE_LIMIT: Final = 256
_PIECE: Final = 256 << 10

_PLAIN: Final = "/%:@!$&'()*+,;=~"
"What may stand in an address as it is."

_STATUS: Final = re.compile(rb"HTTP/1\.[01] +(\d{3})")
_HEAD_END: Final = re.compile(rb"\r?\n\r?\n")
_CHUNK_SIZE: Final = re.compile(rb"[ \t]*([0-9A-Fa-f]{1,8})[ \t]*(;.*)?")


def split(url: str) -> SplitResult:
    """An http or https address in its parts. Raises ValueError for any other."""
    try:
        parts = urlsplit(url)
        if parts.scheme in ("http", "https") and parts.hostname and parts.port != 0:
            return parts
    except ValueError:  # a port that is no number, a host's bracket that is not closed
        pass
    raise ValueError("an address looks like http://192.168.1.20/ or https://name:8080/stream")


def without_password(url: str) -> str:
    """The address as it may be shown."""
    return re.sub(r"//[^/]*@", "//", url)


class Dechunker:
    """Fed with a chunked body, gives the body."""

    def __init__(self) -> None:
        self.ended = False
        self._held = bytearray()
        self._left = 0

    def feed(self, data: bytes) -> bytes:
        """Raises ValueError for what is not chunked."""
        held, at, body = self._held, 0, bytearray()
        held += data
        while at < len(held) and not self.ended:
            if self._left:
                end = min(at + self._left, len(held))
                body += held[at:end]
                self._left -= end - at
                at = end
                continue
            newline = held.find(b"\n", at, at + _LINE_LIMIT + 1)
            if newline < 0:
                if len(held) - at > _LINE_LIMIT:
                    raise ValueError("a chunk's head has no end")
                break
            self._open(bytes(held[at:newline].rstrip(b"\r")))
            at = newline + 1
        del held[:at]  # once, and no search goes beyond a line: after a sleep megabytes of small chunks lie here
        return bytes(body)

    def _open(self, line: bytes) -> None:
        if not line:  # the end of the chunk before
            return
        size = _CHUNK_SIZE.fullmatch(line)
        if size is None:
            raise ValueError("a chunk has no length")
        self._left = int(size[1], 16)
        self.ended = self._left == 0


@dataclass(frozen=True, slots=True)
class Head:
    """The beginning of an answer."""

    status: int
    headers: dict[str, str]
    "By their names in small letters."

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """Raises ValueError for what is no HTTP answer."""
        status = _STATUS.match(data)
        if status is None:
            raise ValueError("it does not speak HTTP")
        lines = (line.partition(":") for line in data.decode("latin-1").splitlines()[1:])
        return cls(int(status[1]), {name.strip().lower(): value.strip() for name, _, value in lines})


class Body:
    """An answer whose body has begun to come."""

    def __init__(self, sock: socket.socket, head: Head, begun: bytes) -> None:
        self.head = head
        self._sock = sock
        self._begun = begun
        self._ended = False
        self._chunks = Dechunker() if "chunked" in head.headers.get("transfer-encoding", "").lower() else None

    def receive(self, wait: float) -> bytes:
        """All that has come; waits at most `wait` seconds for the first byte. Raises Lost at its end."""
        data, self._begun = self._begun or self._drain(wait), b""
        if self._chunks is None:
            return data
        try:
            data = self._chunks.feed(data)
        except ValueError as error:
            raise Lost(f"its stream is damaged: {error}") from error
        self._ended |= self._chunks.ended
        return data

    def close(self) -> None:
        """Hang up."""
        self._sock.close()

    def _drain(self, wait: float) -> bytes:
        data = bytearray()
        try:
            self._sock.settimeout(wait)
            while not self._ended and len(data) < PICTURE_LIMIT:
                piece = self._sock.recv(_PIECE)
                self._ended = not piece
                data += piece
                self._sock.settimeout(0)
        except (TimeoutError, BlockingIOError, ssl.SSLWantReadError):
            pass
        except OSError as error:
            if not data:
                raise Lost(f"the connection broke: {error.strerror or error}") from error
        if self._ended and not data:
            raise Lost("it ended the connection")
        return bytes(data)


def get(url: str) -> Body:
    """Ask for an address, and follow where it leads. Raises Lost when there is no sensible answer in a few seconds."""
    deadline = time.monotonic() + ANSWER_LIMIT
    first = parts = split(url)
    for _ in range(_MOST_REDIRECTIONS + 1):
        body = _ask(parts, deadline)
        if body.head.status not in _REDIRECTIONS:
            return body
        body.close()
        parts = _redirected(parts, body.head.headers.get("location", ""))
        if parts.username is None and first.username is not None and _as_trusted(parts, first):
            parts = parts._replace(netloc=f"{first.netloc.rpartition('@')[0]}@{parts.netloc}")
    raise Lost("it sends us from one address to the next")


def _as_trusted(parts: SplitResult, first: SplitResult) -> bool:
    """Whether a password that was given for the first address may go to this one."""
    return parts.hostname == first.hostname and parts.scheme in (first.scheme, "https")


def _redirected(parts: SplitResult, location: str) -> SplitResult:
    try:
        return split(urljoin(parts.geturl(), location))
    except ValueError as error:
        raise Lost(f"it sends us to {without_password(location)[:100]!r}, which is no address") from error


def _ask(parts: SplitResult, deadline: float) -> Body:
    sock = _connect(parts)
    try:
        sock.sendall(_request(parts))
        head, begun = _read_head(sock, deadline)
    except TimeoutError as error:
        sock.close()
        raise Lost("it does not answer") from error
    except OSError as error:
        sock.close()
        raise Lost(f"the connection broke: {error.strerror or error}") from error
    except Lost:
        sock.close()
        raise
    return Body(sock, head, begun)


def _connect(parts: SplitResult) -> socket.socket:
    host, secure = parts.hostname or "", parts.scheme == "https"
    port = parts.port or (443 if secure else 80)
    try:
        sock = socket.create_connection((host, port), _CONNECT_LIMIT)
        return ssl.create_default_context().wrap_socket(sock, server_hostname=host) if secure else sock
    except ssl.SSLCertVerificationError as error:
        raise Lost("its certificate is not one this computer trusts") from error
    except (OSError, UnicodeError) as error:
        raise Lost(f"nobody answers at {host}:{port}") from error


def _request(parts: SplitResult) -> bytes:
    target = quote(parts.path or "/", _PLAIN) + (f"?{quote(parts.query, _PLAIN + '?')}" if parts.query else "")
    lines = [f"GET {target} HTTP/1.1", f"Host: {parts.netloc.rpartition('@')[2]}", "User-Agent: eyebridge"]
    if parts.username is not None:
        secret = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        lines.append(f"Authorization: Basic {base64.b64encode(secret.encode()).decode()}")
    return "\r\n".join([*lines, "Connection: close", "", ""]).encode("latin-1", "replace")


def _read_head(sock: socket.socket, deadline: float) -> tuple[Head, bytes]:
    """The head, and the bytes of the body that came with it. Raises Lost and OSError."""
    data = bytearray()
    while (end := _HEAD_END.search(data)) is None:
        if len(data) > _HEAD_LIMIT:
            raise Lost("its answer begins with headers without end")
        sock.settimeout(max(0.001, deadline - time.monotonic()))
        piece = sock.recv(_PIECE)
        if not piece:
            raise Lost("it ended the connection before it answered")
        data += piece
    try:
        return Head.parse(bytes(data[: end.start()])), bytes(data[end.end() :])
    except ValueError as error:
        raise Lost(str(error)) from error
