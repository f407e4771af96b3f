"""Readers of what cameras send, as functions of bytes, and good inputs for them."""

import msgpack

from bridge.sources.http import Dechunker, Head
from bridge.sources.jpegs import JpegReader
from bridge.sources.serial import HEADER, PacketReader
from bridge.sources.wire import decode_jpeg
from bridge.sources.zeromq import read_frame
from tests.fuzz import wires


def read_stream(data: bytes) -> object:
    """In two pieces, as a network may deliver it."""
    return _decoded(JpegReader(limit=1 << 16), data)


def read_packets(data: bytes) -> object:
    return _decoded(PacketReader(), data)


def _decoded(reader: JpegReader | PacketReader, data: bytes) -> object:
    middle = len(data) // 2
    pictures = [*reader.feed(data[:middle]), *reader.feed(data[middle:])]
    shapes = []
    for picture in pictures:
        try:
            shapes.append(decode_jpeg(picture).shape)
        except ValueError:
            continue
    return shapes


def jpegs() -> list[bytes]:
    return [picture for picture in wires.pictures() if picture.startswith(b"\xff\xd8")]


def streams() -> list[bytes]:
    return [b"".join(b"\r\n--x\r\nContent-Length: %d\r\n\r\n%s" % (len(jpeg), jpeg) for jpeg in jpegs())]


def packets() -> list[bytes]:
    return [b"".join(HEADER + len(jpeg).to_bytes(2, "little") + jpeg for jpeg in jpegs())]


def read_chunks(data: bytes) -> object:
    return Dechunker().feed(data)


def chunks() -> list[bytes]:
    return [b"5\r\nhello\r\n1f;a=b\r\n" + b"x" * 31 + b"\r\n0\r\n\r\n"]


def heads() -> list[bytes]:
    return [b"HTTP/1.1 200 OK\r\nContent-Type: multipart/x-mixed-replace;boundary=1\r\nX-Framerate: 60\r\n\r\n"]


def read_head(data: bytes) -> object:
    return Head.parse(data)


def read_eye(data: bytes) -> object:
    """Topic, map and picture, each but the last with its length before it."""
    parts = []
    for _ in range(2):
        length = int.from_bytes(data[:2], "big")
        parts.append(data[2 : 2 + length])
        data = data[2 + length :]
    return read_frame([*parts, data]).shape


def eyes() -> list[bytes]:
    sizes = {"gray": 1, "bgr": 3, "rgb": 3, "yuyv": 2, "yuv": 2, "yuv420": 1.5}
    raw = [({"format": name, "width": 8, "height": 6}, bytes(int(48 * size))) for name, size in sizes.items()]
    found = []
    for header, picture in [*raw, ({"format": "jpeg", "timestamp": 1.5}, jpegs()[0])]:
        parts = b"frame.eye.0", msgpack.packb(header)
        found.append(b"".join(len(part).to_bytes(2, "big") + part for part in parts) + picture)
    return found
