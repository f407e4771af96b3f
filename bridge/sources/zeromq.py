"""Eye images that another program publishes over ZeroMQ: Pupil Capture, or any program at all.

A message has three parts: a topic, a msgpack map, and the picture's bytes. `samples/cameras/zeromq.py` publishes both
forms.

Our own form, for any program:

    topic     eyebridge.eye.left, eyebridge.eye.right (the wearer's own left and right), or eyebridge.eye.both: side by
              side, the left eye in the left half
    format    "gray", "bgr", "rgb", "yuyv", "yuv420" or "jpeg"
    width     pixels; a JPEG says its own size
    height    pixels

Lines follow each other without a gap, top line first, 8 bits a channel. More keys, such as Pupil's `timestamp` and
`index`, do no harm: a picture counts from when it arrives, and only the newest one counts.

Pupil Capture's form (pupil_src/launchables/eye.py) has the topics frame.eye.0, the wearer's right eye, and frame.eye.1,
the left one, with the formats gray, bgr, jpeg, and yuv: brightness first, then colour in planes that may be smaller.
Where its frames are published, and that they are, is arranged with Pupil Remote (port 50020).
"""

import re
from collections.abc import Callable, Sequence
from itertools import product
from typing import Any, Final, Literal

import msgpack
import numpy as np
import zmq
from pydantic import Field

from bridge.frames import Image
from bridge.pictures import check_size
from bridge.sources.device import Device, Lost
from bridge.sources.eyes import Picture
from bridge.sources.live import LiveOptions
from bridge.sources.wire import ANSWER_LIMIT, PICTURE_LIMIT, Wire, decode_jpeg

PUPIL_REMOTE_PORT: Final = 50020

TOPICS: Final = {
    "left": ("eyebridge.eye.left", "frame.eye.1"),
    "right": ("eyebridge.eye.right", "frame.eye.0"),
    "both": ("eyebridge.eye.both",),
    "auto": ("eyebridge.eye.both", "eyebridge.eye.left", "frame.eye.1"),
}
"Where each kind of picture is published; of several that are, the one that comes first is taken."

_ADDRESS: Final = r"^tcp://([^:/@\s]+|\[[0-9A-Fa-f:.%]+\]):\d{1,5}$"
_QUEUE: Final = 4
"Messages that wait for us at most; what does not fit is not sent."

_MESSAGE_COST: Final = 1 << 10
"Bytes that a message counts for beside its own, so that endless empty ones end too."

_MOST_PARTS: Final = 3
_HEADER_LIMIT: Final = 16 << 10
_MAP_LIMITS: Final = {
    "max_str_len": 1 << 12,
    "max_bin_len": 1 << 12,
    "max_array_len": 64,
    "max_map_len": 64,
    "max_ext_len": 64,
}


class ZeroMqOptions(LiveOptions, frozen=True, extra="forbid"):
    """A program that publishes eye images over ZeroMQ."""

    kind: Literal["zeromq"] = "zeromq"
    address: str = Field(
        default=f"tcp://127.0.0.1:{PUPIL_REMOTE_PORT}",
        pattern=_ADDRESS,
        max_length=300,
        description="Where the program publishes, or where Pupil Remote tells us that",
    )
    remote: Literal["auto", "yes", "no"] = Field(
        default="auto",
        description=f"Whether Pupil Remote answers at the address; auto: if its port is {PUPIL_REMOTE_PORT}",
    )

    @property
    def name(self) -> str:
        return f"camera {self.address}"

    def remedy(self) -> str:
        return "start the program that publishes, and look up its port (Pupil Capture shows it in its Network API menu)"

    def connect(self) -> Device:
        context = zmq.Context()
        try:
            address = self.address
            if self.remote == "yes" or (self.remote == "auto" and address.endswith(f":{PUPIL_REMOTE_PORT}")):
                address = _ask_pupil(context, address)
            return ZeroMqDevice(context, address, TOPICS[self.eyes])
        except Lost:
            context.destroy(linger=0)
            raise
        except zmq.ZMQError as error:
            context.destroy(linger=0)
            raise Lost(
                f"{self.address} is no address ({error.strerror}); it looks like tcp://127.0.0.1:5555"
            ) from error


class ZeroMqDevice(Wire[Sequence[bytes]]):
    """A subscription under which pictures have begun to come."""

    def __init__(self, context: zmq.Context[zmq.Socket[bytes]], address: str, topics: Sequence[str]) -> None:
        super().__init__()
        self._context = context
        self._socket = context.socket(zmq.SUB)
        self._socket.setsockopt(zmq.RCVHWM, _QUEUE)
        self._socket.setsockopt(zmq.MAXMSGSIZE, 2 * PICTURE_LIMIT)
        self._topics = {topic.encode() for topic in topics}
        for topic in topics:
            self._socket.subscribe(topic)
        self._socket.connect(address)
        if not self._socket.poll(round(ANSWER_LIMIT * 1000)):
            raise Lost(f"nothing is published at {address} as {' or '.join(topics)}")

    def _receive(self, wait: float) -> Sequence[Sequence[bytes]]:
        arrived: list[Sequence[bytes]] = []
        size = 0
        while size < PICTURE_LIMIT and self._socket.poll(0 if arrived else round(wait * 1000)):
            parts = self._message()
            size += _MESSAGE_COST + sum(map(len, parts))
            if parts[0] in self._topics:
                self._topics = {parts[0]}
                arrived.append(parts)
        return arrived

    def _message(self) -> list[bytes]:
        parts = [self._socket.recv()]
        while self._socket.getsockopt(zmq.RCVMORE):
            part = self._socket.recv()
            if len(parts) < _MOST_PARTS:
                parts.append(part)
        return parts

    def _decode(self, encoded: Sequence[bytes]) -> Picture:
        return read_frame(encoded)

    def _release(self) -> None:
        self._context.destroy(linger=0)


def read_frame(parts: Sequence[bytes]) -> Picture:
    """The picture in a message of (topic, msgpack map, bytes): (h, w) gray or (h, w, 3) BGR, uint8.

    Raises ValueError for what is none.
    """
    if len(parts) < _MOST_PARTS:
        raise ValueError(f"a message of {len(parts)} parts; a topic, a map and a picture are needed")
    header, data = _read_header(parts[1]), parts[2]
    name = header.get("format")
    if name == "jpeg":
        return decode_jpeg(data)
    read = _RAW.get(name) if isinstance(name, str) else None
    if read is None:
        raise ValueError(f"its format is {str(name)[:20]!r}, not {', '.join(_RAW)} or jpeg")
    width, height = header.get("width"), header.get("height")
    if type(width) is not int or type(height) is not int:
        raise ValueError("its width or height is no whole number")
    check_size(width, height)
    return read(np.frombuffer(data, np.uint8), width, height)


def _read_header(data: bytes) -> dict[str, Any]:
    if len(data) > _HEADER_LIMIT:
        raise ValueError(f"its map has {len(data)} bytes")
    try:
        header = msgpack.unpackb(data, **_MAP_LIMITS)
    except (ValueError, msgpack.UnpackException) as error:
        raise ValueError("its second part is not msgpack, or says more than a frame's map does") from error
    if not isinstance(header, dict):
        raise ValueError("its second part is no map")
    return header


def _gray(data: Image, width: int, height: int) -> Picture:
    return _fit(data, width * height).reshape(height, width)


def _bgr(data: Image, width: int, height: int) -> Picture:
    return _fit(data, 3 * width * height).reshape(height, width, 3)


def _rgb(data: Image, width: int, height: int) -> Picture:
    return np.ascontiguousarray(_bgr(data, width, height)[:, :, ::-1])


def _yuyv(data: Image, width: int, height: int) -> Picture:
    """Every second byte is brightness."""
    return np.ascontiguousarray(_fit(data, 2 * width * height)[::2]).reshape(height, width)


def _yuv420(data: Image, width: int, height: int) -> Picture:
    return _brightness(data, width, height, 2 * _half(width) * _half(height))


def _yuv(data: Image, width: int, height: int) -> Picture:
    """Planes as the camera's JPEG had them: colour may be missing, or as large, half or a quarter as large."""
    planes = (2 * columns * rows for columns, rows in product((width, _half(width)), (height, _half(height))))
    return _brightness(data, width, height, 0, *planes)


def _brightness(data: Image, width: int, height: int, *colours: int) -> Picture:
    brightness = width * height
    return _fit(data, *(brightness + colour for colour in colours))[:brightness].reshape(height, width)


def _half(side: int) -> int:
    return (side + 1) // 2


def _fit(data: Image, *sizes: int) -> Image:
    if data.size not in sizes:
        raise ValueError(f"its picture has {data.size} bytes where {' or '.join(map(str, sizes))} are needed")
    return data


_RAW: Final[dict[str, Callable[[Image, int, int], Picture]]] = {
    "gray": _gray,
    "bgr": _bgr,
    "rgb": _rgb,
    "yuyv": _yuyv,
    "yuv420": _yuv420,
    "yuv": _yuv,
}


def _ask_pupil(context: zmq.Context[zmq.Socket[bytes]], address: str) -> str:
    """Where Pupil Capture publishes, after asking it to publish its frames. Raises Lost when it does not answer."""
    publish = {"subject": "start_plugin", "name": "Frame_Publisher", "args": {"format": "gray"}}
    with context.socket(zmq.REQ) as remote:
        remote.setsockopt(zmq.LINGER, 0)
        remote.setsockopt(zmq.MAXMSGSIZE, _HEADER_LIMIT)
        remote.connect(address)
        port = _request(remote, [b"SUB_PORT"])
        if not re.fullmatch(rb"\d{1,5}", port) or not 0 < int(port) <= 65535:
            raise Lost("what answers is not Pupil Remote")
        _request(remote, [b"notify.start_plugin", msgpack.packb(publish)])
    return f"{address.rpartition(':')[0]}:{int(port)}"


def _request(remote: zmq.Socket[bytes], parts: Sequence[bytes]) -> bytes:
    remote.send_multipart(parts)
    if not remote.poll(round(ANSWER_LIMIT * 1000)):
        raise Lost("Pupil Remote does not answer")
    return remote.recv_multipart()[0]
