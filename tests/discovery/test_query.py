"""Our client against servers that nobody should have to meet."""

import asyncio
import contextlib
import json
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.discovery.avatar import JSON_LIMIT
from bridge.discovery.query import QueryError, get

OK = b"HTTP/1.1 200 OK\r\n"


def answered(*parts: bytes, pause: float = 0.0, stay: bool = False, seconds: float = 20.0) -> Any:
    """What `get` makes of a server that sends these parts, with a pause after each, and then closes or stays."""

    async def visit(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.closing(writer), contextlib.suppress(OSError, EOFError):
            await reader.readuntil(b"\r\n\r\n")
            for part in parts:
                writer.write(part)
                await writer.drain()
                await asyncio.sleep(pause)
            if stay:
                await reader.read()

    async def main() -> Any:
        server = await asyncio.start_server(visit, "127.0.0.1", 0)
        try:
            return await get("127.0.0.1", server.sockets[0].getsockname()[1], "/avatar", seconds=seconds)
        finally:
            server.close()

    return asyncio.run(main())


def test_sound_answers_in_every_framing() -> None:
    body = json.dumps({"A": ["ä", 1.5]}).encode()
    length = b"Content-Length: %d\r\n\r\n" % len(body)
    assert answered(OK + b"\r\n" + body) == {"A": ["ä", 1.5]}
    assert answered(OK + length + body, stay=True) == {"A": ["ä", 1.5]}
    chunks = b"4;x=y\r\n" + body[:4] + b"\r\n%x\r\n" % len(body[4:]) + body[4:] + b"\r\n0\r\n\r\n"
    assert answered(OK + b"Transfer-Encoding: chunked\r\n\r\n" + chunks) == {"A": ["ä", 1.5]}
    assert answered(*(bytes([byte]) for byte in OK + length + body)) == {"A": ["ä", 1.5]}


DAMAGED = {
    "nothing": b"",
    "not HTTP": b"\x16\x03\x01 hello\r\n\r\n",
    "no head": OK + b"X: y",
    "not found": b"HTTP/1.1 404 Not Found\r\n\r\n{}",
    "no content": b"HTTP/1.1 204 No Content\r\n\r\n",
    "somewhere else": b"HTTP/1.1 302 Found\r\nLocation: http://example.org/\r\n\r\n",
    "endless head": OK + b"X: y\r\n" * 10_000,
    "cut short": OK + b"Content-Length: 100\r\n\r\n{}",
    "a wrong length": OK + b"Content-Length: -1\r\n\r\n{}",
    "a length that is none": OK + b"Content-Length: ten\r\n\r\n{}",
    "a huge length": OK + b"Content-Length: 99999999999\r\n\r\n" + b" " * (JSON_LIMIT + 1),
    "too much": OK + b"\r\n" + b" " * (JSON_LIMIT + 1),
    "nested without end": OK + b"\r\n" + b"[" * 100_000,
    "a number without end": OK + b"\r\n" + b"9" * 10_000,
    "not JSON": OK + b"\r\n<html>",
    "not UTF-8": OK + b'\r\n"\xff\xfe\xfd"',
    "damaged chunks": OK + b"Transfer-Encoding: chunked\r\n\r\nxyz\r\n{}\r\n",
    "a chunk that never comes": OK + b"Transfer-Encoding: chunked\r\n\r\nffff\r\n{",
}


@pytest.mark.parametrize("name", DAMAGED)
def test_a_damaged_answer_is_none(name: str) -> None:
    with pytest.raises(QueryError):
        answered(DAMAGED[name])


@pytest.mark.parametrize(
    "parts",
    [[], [OK], [OK + b"\r\n{"], [b"H"] * 1000, [OK + b"\r\n", *[b" "] * 1000]],
    ids=["silent", "half a head", "half a body", "a head by drops", "a body by drops"],
)
def test_a_slow_answer_is_given_up(parts: list[bytes]) -> None:
    began = time.monotonic()
    with pytest.raises(QueryError, match="within"):
        answered(*parts, pause=0.05, stay=True, seconds=0.3)
    assert time.monotonic() - began < 10, "a thousand drops would take fifty"


def test_nobody_there_is_said() -> None:
    with pytest.raises(QueryError):
        asyncio.run(get("127.0.0.1", 9, "/"))


@given(st.lists(st.sampled_from([OK, b"\r\n", b"Content-Length: 5\r\n", b"{}", b"chunked"]) | st.binary(max_size=40)))
def test_any_bytes_are_json_or_an_error(parts: list[bytes]) -> None:
    with contextlib.suppress(QueryError):
        answered(*parts)
