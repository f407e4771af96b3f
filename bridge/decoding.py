"""What a packet says, in whichever protocol of this field it is: for the monitor, and for tests.

Every packet is recognised by itself and may come from anybody. What comes out are messages as in OSC: an address, or
what stands for one, and its arguments.
"""

import json
import struct
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgpack

from bridge import osc
from bridge.blendshapes import LIVE_LINK
from bridge.osc import Message, Value

_ART_NET: Final = b"Art-Net\0"
_ART_DMX: Final = 0x5000
_QUESTION: Final = b"iFacialMocap_"
_LINE_LIMIT: Final = 65536
_PART_LIMIT: Final = 4096
"Characters of a number or a name in text protocols."


class DecodingError(ValueError):
    """No protocol of ours, or a damaged packet of one; the message says which and why."""


@dataclass(frozen=True, slots=True)
class Decoded:
    """One packet."""

    protocol: str
    "As a person calls it."
    messages: tuple[Message, ...]


def decode(data: bytes) -> Decoded:
    """Recognises and reads one datagram, or one line of a JSON stream. Raises DecodingError."""
    if not data:
        raise DecodingError("an empty packet")
    for begins, read in _READERS:
        if begins(data):
            return read(data)
    raise DecodingError(f"no protocol known here begins with {data[:8].hex(' ')}")


def decode_published(parts: Sequence[bytes]) -> Decoded:
    """Reads a ZeroMQ message of a topic and a msgpack map. Raises DecodingError."""
    if len(parts) < 2:
        raise DecodingError(f"a published message has a topic and a map, not {len(parts)} parts")
    try:
        topic, content = parts[0].decode(), msgpack.unpackb(parts[1])
    except (ValueError, TypeError, msgpack.UnpackException) as error:
        raise DecodingError(f"ZeroMQ: not msgpack ({error})") from error
    if not isinstance(content, dict):
        raise DecodingError("ZeroMQ: the msgpack is not a map")
    return Decoded(f"ZeroMQ {topic}", tuple(_flat(content)))


def _osc(data: bytes) -> Decoded:
    try:
        messages = tuple(osc.read(data))
    except osc.OscError as error:
        raise DecodingError(f"OSC: {error}") from error
    if messages and messages[0].address == "/eyebridge/frame":
        if messages[-1].address != "/eyebridge/end":
            raise DecodingError("native: the frame's end is missing; receivers drop it whole")
        return Decoded("native", messages)
    first = messages[0].address if messages else ""
    return Decoded(next((name for prefix, name in _DIALECTS if first.startswith(prefix)), "OSC"), messages)


_DIALECTS: Final = (
    ("/VMC/", "VMC"),
    ("/avatar/", "VRChat OSC"),
    ("/tracking/", "VRChat OSC"),
    ("/LeftEye", "Babble OSC"),
    ("/RightEye", "Babble OSC"),
)


def _live_link(data: bytes) -> Decoded:
    try:
        at, texts = 1, []
        for _ in range(2):
            (size,) = struct.unpack_from(">i", data, at)
            if not 0 <= size <= len(data) - at - 4:
                raise DecodingError(f"Live Link Face: a text of {size} bytes in a packet of {len(data)}")
            texts.append(data[at + 4 : at + 4 + size].decode())
            at += 4 + size
        frame, part, rate, of, count = struct.unpack_from(">ifiiB", data, at)
        values = struct.unpack_from(f">{count}f", data, at + 17)
    except (struct.error, UnicodeDecodeError) as error:
        raise DecodingError(f"Live Link Face: cut or damaged ({error})") from error
    if count not in (0, len(LIVE_LINK)):  # 0: the app sees no face
        raise DecodingError(f"Live Link Face: {count} values instead of {len(LIVE_LINK)}")
    head = (Message("subject", (texts[1],)), Message("frame", (frame, part, rate, of)))
    curves = (Message(name, (value,)) for name, value in zip(LIVE_LINK, values, strict=False))
    return Decoded("Live Link Face", (*head, *curves))


def _art_net(data: bytes) -> Decoded:
    if len(data) < 12:
        raise DecodingError("Art-Net: cut before its version")
    (code,) = struct.unpack_from("<H", data, 8)
    if code != _ART_DMX:
        return Decoded("Art-Net", (Message(f"operation 0x{code:04x}", (len(data),)),))
    if len(data) < 18:
        raise DecodingError("Art-Net: cut in its header")
    sequence, _, low, high, size = struct.unpack_from(">BBBBH", data, 12)
    if size != len(data) - 18:
        raise DecodingError(f"Art-Net: {size} channels announced, {len(data) - 18} there")
    universe = high << 8 | low
    return Decoded("Art-Net", (Message("sequence", (sequence,)), Message(f"universe {universe}", tuple(data[18:]))))


def _is_ifacialmocap(data: bytes) -> bool:
    return data.startswith(_QUESTION) or (b"|" in data and data[:1].isalpha() and (b"-" in data or b"&" in data))


def _ifacialmocap(data: bytes) -> Decoded:
    if data.startswith(_QUESTION):
        return Decoded("iFacialMocap", (Message("asks for frames", (2 if b"sendDataVersion=v2" in data else 1,)),))
    try:
        text = data.decode("ascii")
        weights, _, turns = text.partition("=")
        separator = "&" if "&" in weights else "-"
        messages = [_numbers(entry, separator) for entry in weights.split("|") if entry]
        messages += [_numbers(entry, "#") for entry in turns.split("|") if entry]
    except ValueError as error:
        raise DecodingError(f"iFacialMocap: {error}") from error
    return Decoded("iFacialMocap", tuple(messages))


def _numbers(entry: str, separator: str) -> Message:
    name, found, value = entry.partition(separator)
    if not name or not found or len(entry) > _PART_LIMIT:
        raise ValueError(f"{entry[:40]!r} is no name{separator}value")
    return Message(name, tuple(float(part) for part in value.split(",")))


def _json(data: bytes) -> Decoded:
    if len(data) > _LINE_LIMIT:
        raise DecodingError(f"JSON: {len(data)} bytes are too long")
    try:
        content = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise DecodingError(f"JSON: {error}") from error
    if not isinstance(content, dict):
        raise DecodingError("JSON: not an object")
    return Decoded("Hyperion" if "command" in content else "JSON", tuple(_flat(content)))


def _flat(content: Mapping[str, Any], prefix: str = "") -> Iterable[Message]:
    """A tree of at most two levels as messages; what lies deeper is shown as text."""
    for key, value in content.items():
        if isinstance(value, dict) and not prefix:
            yield from _flat(value, f"{key}/")
        else:
            values = value if isinstance(value, list | tuple) else [value]
            yield Message(f"{prefix}{key}", tuple(_plain(part) for part in values))


def _plain(value: object) -> Value:
    return value if value is None or isinstance(value, bool | int | float | str) else str(value)


_READERS: Final[tuple[tuple[Callable[[bytes], bool], Callable[[bytes], Decoded]], ...]] = (
    (lambda data: data.startswith(_ART_NET), _art_net),
    (lambda data: data.startswith((b"/", b"#bundle")), _osc),
    (lambda data: data[0] == 6, _live_link),
    (lambda data: data.startswith(b"{"), _json),
    (_is_ifacialmocap, _ifacialmocap),
)
