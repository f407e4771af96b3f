"""Asks an OSCQuery server: one GET, within limits.

Source: the OSCQuery proposal (github.com/Vidvox/OSCQueryProposal).
"""

import asyncio
import json
from typing import Any, Final

from bridge.discovery.avatar import JSON_LIMIT

SECONDS: Final = 3.0
"How long an answer may take from the first knock to its last byte."
_HEAD_LIMIT: Final = 16384


class QueryError(Exception):
    """No sound answer came; the message says why."""


async def get(host: str, port: int, path: str, *, seconds: float = SECONDS) -> Any:
    """The decoded JSON that the server answers. Raises QueryError for everything else."""
    try:
        async with asyncio.timeout(seconds):
            return json.loads(await _fetch(host, port, path))
    except TimeoutError as error:
        raise QueryError(f"no whole answer within {seconds:g} s") from error
    except (OSError, EOFError, asyncio.LimitOverrunError, RecursionError) as error:
        raise QueryError(str(error)) from error
    except ValueError as error:  # what is not HTTP, not UTF-8 or not JSON
        raise QueryError(f"not an answer: {error}") from error


async def _fetch(host: str, port: int, path: str) -> bytes:
    reader, writer = await asyncio.open_connection(host, port, limit=_HEAD_LIMIT)
    try:
        # HTTP/1.0, so that nobody sends chunks.
        writer.write(f"GET {path} HTTP/1.0\r\nHost: {host}:{port}\r\nConnection: close\r\n\r\n".encode("ascii"))
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        status, *lines = head.lower().split("\r\n")
        if status.split(" ")[1:2] != ["200"]:
            raise ValueError(f"status {status[:40]!r}")
        headers = {name.strip(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        body = await _body(reader, headers.get("content-length"))
        return _joined(body) if headers.get("transfer-encoding") == "chunked" else body
    finally:
        writer.transport.abort()
        await asyncio.sleep(0)  # the socket closes on the loop's next turn


async def _body(reader: asyncio.StreamReader, length: str | None) -> bytes:
    """All that follows, at most JSON_LIMIT bytes; a server need not close where it said the length."""
    wanted = int(length) if length is not None else JSON_LIMIT + 1
    body = bytearray()
    while len(body) < wanted and (part := await reader.read(65536)):
        body += part
        if len(body) > JSON_LIMIT:
            raise ValueError(f"more than {JSON_LIMIT} bytes")
    if length is not None and len(body) != wanted:
        raise ValueError(f"{len(body)} bytes of {wanted}")
    return bytes(body)


def _joined(chunks: bytes) -> bytes:
    """What a server sent in chunks although nobody asked for them (RFC 9112, section 7.1)."""
    body, at = bytearray(), 0
    while True:
        line = chunks.index(b"\r\n", at)
        size = int(chunks[at:line].split(b";")[0], 16)
        if size <= 0:
            return bytes(body)
        body += chunks[line + 2 : line + 2 + size]
        at = line + 2 + size + 2
