"""Readers of what comes over a network, as functions of bytes, and good inputs for them."""

import asyncio
import functools
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Final, cast
from unittest import mock

import cv2
import numpy as np
from websockets.http11 import Request
from websockets.server import ServerProtocol

from bridge import decoding, osc, shipped
from bridge.control import Command
from bridge.discovery import query
from bridge.discovery.avatar import from_tree
from bridge.discovery.tree import Node, TreeServer
from bridge.pictures import decode, to_gray
from bridge.preview import Preview, PreviewOptions, Slider, http
from bridge.preview.feed import Feed
from bridge.recording import RecordingReader
from bridge.remote import Remote

GOLDEN: Final = Path(__file__).parents[1] / "golden"
_HOST: Final = "127.0.0.1:8765"
_KEY: Final = "0123456789abcdef0123456789abcdef"


def golden(*endings: str) -> list[bytes]:
    return [path.read_bytes() for path in sorted(GOLDEN.iterdir()) if path.name.endswith(endings)]


def read_published(data: bytes) -> object:
    """A topic of one word, then the map."""
    topic, _, content = data.partition(b" ")
    return decoding.decode_published((topic, content))


def published() -> list[bytes]:
    return [b"eyebridge " + packed for packed in golden("zeromq_ramp.bin")]


def read_remote(data: bytes) -> object:
    heard: list[Command] = []
    remote = Remote(heard.append, clock=lambda: 0.0)
    for message in osc.read(data):
        remote(message)
    return heard


def remote_packets() -> list[bytes]:
    return [
        osc.encode(osc.Message("/eyebridge/recenter")),
        osc.encode(osc.Message("/avatar/parameters/eyebridge_calibrate", (True,))),
        *osc.bundled([osc.encode(osc.Message("/eyebridge/calibrate", (1,)))] * 3),
    ]


def read_picture(data: bytes) -> object:
    return to_gray(decode(data)).shape


def pictures() -> list[bytes]:
    """As cameras send them, and every other kind that a file may hold."""
    with RecordingReader(shipped.demo_recording()) as reader:
        eye = cast(np.ndarray, reader[0].left)[40:104, 60:140]
    colour = np.dstack([eye, eye // 2, eye])
    kinds = ((".jpg", eye), (".jpg", colour), (".png", eye), (".png", eye.astype(np.uint16) << 6), (".bmp", eye))
    extra = [cv2.imencode(".jpg", eye, [cv2.IMWRITE_JPEG_PROGRESSIVE, 1, cv2.IMWRITE_JPEG_RST_INTERVAL, 2])]
    return [data.tobytes() for _, data in (*(cv2.imencode(*kind) for kind in kinds), *extra)]


@functools.cache
def _preview() -> Preview:
    slider = Slider("smoothing.gaze.beta", "Gaze speed", "", 0.3, 0.0, 1.0, 0.01)
    return Preview(PreviewOptions(), sliders=lambda: (slider,), on_command=lambda _: None, avatar=shipped.avatar())


def read_page_message(data: bytes) -> object:
    """Text frames are UTF-8 already when they come to us."""
    _preview()._obey(data.decode("utf-8", "replace"), Feed())
    return None


def page_messages() -> list[bytes]:
    said = (
        {"type": "adjust", "path": "smoothing.gaze.beta", "value": 0.3},
        {"type": "capture_neutral", "seconds": 5.0},
        {"type": "switch", "target": "vmc", "on": True},
        {"type": "save_settings"},
    )
    return [json.dumps(message).encode() for message in said]


def read_page_request(data: bytes) -> object:
    """From a connection's bytes to what is answered."""
    connection = ServerProtocol()
    connection.receive_data(data)
    files = {"/": http._PAGE / "icon.svg"}
    answers = []
    for request in connection.events_received():
        assert isinstance(request, Request)
        reason = http.refusal(request, http.own_hosts("127.0.0.1", 8765), _KEY, any_address=True)
        answers.append(reason or http.answer(request, files, _KEY).status_code)
    return answers


def page_requests() -> list[bytes]:
    socket = f"Origin: http://{_HOST}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    return [
        f"GET / HTTP/1.1\r\nHost: {_HOST}\r\nCookie: a=b; eyebridge={_KEY}\r\n\r\n".encode(),
        f"GET /live HTTP/1.1\r\nHost: {_HOST}\r\n{socket}Sec-WebSocket-Version: 13\r\n\r\n".encode(),
        f"GET /?full&key={_KEY} HTTP/1.1\r\nHost: {_HOST}\r\n\r\n".encode(),
        b"GET /?full HTTP/1.1\r\nHost: [::1]:8765\r\nAccept: */*\r\n\r\n",
    ]


class _NoTransport:
    def abort(self) -> None: ...


class _Writer:
    """Stands for the way there; what comes back is the fuzzer's."""

    transport = _NoTransport()

    def write(self, data: bytes) -> None: ...


@functools.cache
def _loop() -> asyncio.AbstractEventLoop:
    return asyncio.new_event_loop()


def read_oscquery_answer(data: bytes) -> object:
    """From the bytes of the HTTP answer to the avatar."""

    async def connection(host: str, port: int, limit: int) -> tuple[asyncio.StreamReader, _Writer]:
        reader = asyncio.StreamReader(limit)
        reader.feed_data(data)
        reader.feed_eof()
        return reader, _Writer()

    with mock.patch.object(asyncio, "open_connection", connection):
        return from_tree(_loop().run_until_complete(query.get("127.0.0.1", 9, "/avatar")))


def oscquery_answers() -> list[bytes]:
    tree = {
        "CONTENTS": {
            "change": {"FULL_PATH": "/avatar/change", "TYPE": "s", "VALUE": ["avtr_1"]},
            "parameters": {
                "CONTENTS": {
                    "on": {"FULL_PATH": "/avatar/parameters/on", "TYPE": "T", "ACCESS": 3, "VALUE": [True]},
                    "v2": {"CONTENTS": {"X": {"FULL_PATH": "/avatar/parameters/v2/X", "TYPE": "f", "ACCESS": 3}}},
                }
            },
        }
    }
    body = json.dumps(tree).encode()
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(body[at : at + 90]), body[at : at + 90]) for at in range(0, len(body), 90))
    return [
        b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body),
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks + b"0\r\n\r\n",
        b"HTTP/1.0 200 OK\r\n\r\n" + body,
    ]


@functools.cache
def _tree() -> TreeServer:
    return TreeServer("eyebridge-1", (Node("/avatar/change", "s", "the avatar"),), "127.0.0.1", 9001)


def read_oscquery_request(data: bytes) -> object:
    return _tree()._answer(data)


def oscquery_requests() -> Sequence[bytes]:
    paths = (b"/", b"/?HOST_INFO", b"/avatar/change?TYPE", b"/avatar?VALUE")
    return [b"GET %s HTTP/1.1\r\nHost: 127.0.0.1:9\r\n\r\n" % path for path in paths]
