"""Open Sound Control 1.0 over datagrams: packs frames into prepared bytes, reads packets nobody vouches for.

Addresses, type tags, padding and element sizes of a frame never change, so a `Template` lays them out once and only the
numbers are written per frame. Everything is big-endian and aligned to 4 bytes, as the specification asks
(opensoundcontrol.org, "The Open Sound Control 1.0 Specification").
"""

import math
import struct
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

DATAGRAM_LIMIT: Final = 1400
"Bytes; stays below one Ethernet frame, so that no datagram is cut into fragments."

Value = int | float | str | bytes | bool | None

_BUNDLE: Final = b"#bundle\0"
_IMMEDIATELY: Final = b"\0\0\0\0\0\0\0\1"
_BUNDLE_NOW: Final = _BUNDLE + _IMMEDIATELY
_INT: Final = struct.Struct(">i")
_FLOAT: Final = struct.Struct(">f")
_PACKET_LIMIT: Final = 65507  # what a UDP datagram over IPv4 can hold
_DEPTH_LIMIT: Final = 8


class OscError(ValueError):
    """A packet is damaged; the message says what and at which byte."""


@dataclass(frozen=True, slots=True)
class Message:
    """One address with its arguments."""

    address: str
    arguments: tuple[Value, ...] = ()


class Template:
    """Messages laid out once; `pack` writes a frame's numbers between them.

    The messages' own arguments give each slot its type: int becomes i, float becomes f, and a string (s) stays as it is
    in every frame. With `bundle` the messages share bundles with the immediate time tag, in order, as many to a
    datagram as `limit` bytes allow; without it each message is a datagram of its own.

    Raises ValueError for an address without a leading slash, an argument of another type, and a message over the limit.
    """

    def __init__(self, messages: Iterable[Message], *, bundle: bool = True, limit: int = DATAGRAM_LIMIT) -> None:
        buffer = bytearray()
        starts: list[int] = []
        slots: dict[str, list[int]] = {"i": [], "f": []}
        for message in messages:
            content, numbers = _encode(message)
            size = len(content) + (_INT.size if bundle else 0)
            if size + (16 if bundle else 0) > limit:
                raise ValueError(f"{message.address} takes {len(content)} bytes; the limit is {limit}")
            if not bundle or not starts or len(buffer) - starts[-1] + size > limit:
                starts.append(len(buffer))
                buffer += _BUNDLE_NOW if bundle else b""
            buffer += _INT.pack(len(content)) if bundle else b""
            for tag, offset in numbers:
                slots[tag].append(len(buffer) + offset)
            buffer += content

        self._buffer = buffer
        self._int_at = slots["i"]
        # Swapping bytes first and scattering plain words after takes half the time of one assignment that does both.
        self._float_at = np.array(slots["f"], np.intp) // 4
        self._floats = np.empty(len(slots["f"]), ">f4")
        self._float_words = self._floats.view(np.uint32)
        self._words = np.frombuffer(buffer, np.uint32)
        view = memoryview(buffer)
        self._datagrams = [view[a:b] for a, b in pairwise([*starts, len(buffer)])]

    def pack(self, floats: Sequence[float] | NDArray[np.floating], ints: Sequence[int] = ()) -> tuple[bytes, ...]:
        """Returns the frame's datagrams, given all f and all i values in the order of the messages.

        Raises ValueError where their number does not fit and struct.error for an int beyond 32 bits.
        """
        if len(floats) != len(self._floats) or len(ints) != len(self._int_at):
            expected = f"{len(self._floats)} floats and {len(self._int_at)} ints"
            raise ValueError(f"{len(floats)} floats and {len(ints)} ints for {expected}")
        self._floats[:] = floats
        self._words[self._float_at] = self._float_words
        for n, at in enumerate(self._int_at):
            _INT.pack_into(self._buffer, at, ints[n])
        return tuple([datagram.tobytes() for datagram in self._datagrams])


class Pieces:
    """Messages of one number or one switch each, laid out once, of which a frame sends only some.

    The messages' own arguments give each its type: float becomes f, and a bool T or F, which not everybody reads.
    Raises ValueError for anything else.
    """

    def __init__(self, messages: Iterable[Message]) -> None:
        buffer = bytearray()
        ends, numbers, switches = [0], [], []
        for n, message in enumerate(messages):
            if [type(argument) for argument in message.arguments] not in ([float], [bool]):
                raise ValueError(f"{message.address} has not one float or bool")
            content = encode(message)
            if type(message.arguments[0]) is float:
                numbers.append((n, len(buffer) + len(content)))  # the last word, behind the size
            else:
                switches.append((n, len(buffer) + _INT.size + content.index(b"\0,") + 2))
            buffer += _INT.pack(len(content)) + content
            ends.append(len(buffer))
        self._words, self._bytes = np.frombuffer(buffer, ">f4"), np.frombuffer(buffer, np.uint8)
        self._number, at = np.array(numbers, np.intp).reshape(-1, 2).T
        self._number_at = at // 4
        self._switch, self._switch_at = np.array(switches, np.intp).reshape(-1, 2).T
        view = memoryview(buffer)
        self._pieces = [view[a:b] for a, b in pairwise(ends)]
        self._sizes = np.diff(ends)

    def pack(
        self, values: NDArray[np.floating], chosen: NDArray[np.intp], limit: int = DATAGRAM_LIMIT
    ) -> tuple[bytes, ...]:
        """Bundles the chosen messages, in order, as many to a datagram as `limit` bytes allow.

        `values` are those of all messages; a switch is on above 0.5. A piece longer than the limit travels alone.
        """
        self._words[self._number_at] = values[self._number]
        self._bytes[self._switch_at] = np.where(values[self._switch] > 0.5, ord("T"), ord("F"))
        ends = self._sizes[chosen].cumsum()
        pieces = [self._pieces[n] for n in chosen.tolist()]
        datagrams, start, sent = [], 0, 0
        while start < len(pieces):
            stop = max(int(ends.searchsorted(sent + limit - len(_BUNDLE_NOW), "right")), start + 1)
            datagrams.append(b"".join((_BUNDLE_NOW, *pieces[start:stop])))
            start, sent = stop, ends[stop - 1]
        return tuple(datagrams)


def encode(message: Message) -> bytes:
    """One message's own bytes, for what is not sent every frame. A bool becomes T or F, which not everybody reads.

    Raises ValueError for an address without a leading slash and an argument of another type.
    """
    return _encode(message, {**_TAGS, bool: "T"})[0]


def bundled(contents: Iterable[bytes], limit: int = DATAGRAM_LIMIT) -> tuple[bytes, ...]:
    """Encoded messages in bundles with the immediate time tag, in order, as many to a datagram as `limit` bytes allow.

    A message that is longer than the limit travels alone.
    """
    datagrams: list[bytes] = []
    parts, size = [_BUNDLE_NOW], len(_BUNDLE_NOW)
    for content in contents:
        if size + _INT.size + len(content) > limit and len(parts) > 1:
            datagrams.append(b"".join(parts))
            parts, size = [_BUNDLE_NOW], len(_BUNDLE_NOW)
        parts += (_INT.pack(len(content)), content)
        size += _INT.size + len(content)
    if len(parts) > 1:
        datagrams.append(b"".join(parts))
    return tuple(datagrams)


# By exact type: True is an int to Python, but T and F are beyond many receivers.
_TAGS: Final[dict[type, str]] = {int: "i", float: "f", str: "s"}


def _encode(message: Message, known: Mapping[type, str] = _TAGS) -> tuple[bytes, list[tuple[str, int]]]:
    """Returns a message's bytes, and (type tag, byte offset) of each number in them."""
    if not message.address.startswith("/") or not message.address.isascii():
        raise ValueError(f"an OSC address is ASCII and begins with a slash: {message.address!r}")
    tags = "".join(_tag(argument, known) for argument in message.arguments)
    content = bytearray(_padded(message.address) + _padded("," + tags))
    numbers = []
    for tag, argument in zip(tags, message.arguments, strict=True):
        if isinstance(argument, str):
            content += _padded(argument)
        elif tag in _NUMBERS:
            numbers.append((tag, len(content)))
            content += (_INT if tag == "i" else _FLOAT).pack(argument)
    return bytes(content), numbers


def _tag(argument: Value, known: Mapping[type, str]) -> str:
    if type(argument) not in known:
        raise ValueError(f"only {', '.join(kind.__name__ for kind in known)} are sent, not {argument!r}")
    return "F" if argument is False else known[type(argument)]


def _padded(text: str) -> bytes:
    """The text, one to four NULs, a multiple of 4 bytes in all."""
    data = text.encode()
    return data + bytes(4 - len(data) % 4)


_NUMBERS: Final = {"i": _INT, "f": _FLOAT, "d": struct.Struct(">d"), "h": struct.Struct(">q"), "t": struct.Struct(">Q")}
_CONSTANTS: Final[dict[str, Value]] = {"T": True, "F": False, "N": None, "I": math.inf}


def read(data: bytes) -> list[Message]:
    """Reads a packet that may come from anybody; the messages of a bundle, nested ones too, come out in order.

    Arguments of the types i f s b T F N I d h t are understood; t is the raw 64 bit time tag, I is infinity. Time tags
    of bundles are skipped: everything is meant for now. Raises OscError for everything else.
    """
    if len(data) > _PACKET_LIMIT:
        raise OscError(f"{len(data)} bytes are more than a datagram holds")
    messages: list[Message] = []
    _read_element(data, 0, len(data), 0, messages)
    return messages


def _read_element(data: bytes, start: int, end: int, depth: int, messages: list[Message]) -> None:
    if end == start:
        raise OscError(f"nothing at byte {start}")
    if (end - start) % 4:
        raise OscError(f"{end - start} bytes at byte {start}: not a multiple of 4")
    if data.startswith(b"/", start):
        messages.append(_read_message(data, start, end))
    elif data.startswith(_BUNDLE, start, end):
        _read_bundle(data, start, end, depth, messages)
    else:
        raise OscError(f"neither a message nor a bundle at byte {start}")


def _read_bundle(data: bytes, start: int, end: int, depth: int, messages: list[Message]) -> None:
    if depth == _DEPTH_LIMIT:
        raise OscError(f"bundles nested more than {_DEPTH_LIMIT} deep at byte {start}")
    at = start + len(_BUNDLE_NOW)
    if at > end:
        raise OscError(f"the bundle at byte {start} ends inside its time tag")
    while at < end:
        (size,) = _INT.unpack_from(data, at)
        at += _INT.size
        if not 0 < size <= end - at:
            raise OscError(f"an element of {size} bytes where {end - at} are left at byte {at}")
        _read_element(data, at, at + size, depth + 1, messages)
        at += size


def _read_message(data: bytes, start: int, end: int) -> Message:
    address, at = _read_string(data, start, end)
    if at == end:  # senders older than the specification leave empty type tags out
        return Message(address)
    tags, at = _read_string(data, at, end)
    if not tags.startswith(","):
        raise OscError(f"{address}: type tags begin with a comma, not with {tags[:1]!r}")
    arguments: list[Value] = []
    for tag in tags[1:]:
        value, at = _read_argument(data, at, end, tag)
        arguments.append(value)
    if at != end:
        raise OscError(f"{address}: {end - at} bytes are left after the last argument")
    return Message(address, tuple(arguments))


def _read_argument(data: bytes, at: int, end: int, tag: str) -> tuple[Value, int]:
    if tag in _CONSTANTS:
        return _CONSTANTS[tag], at
    if tag == "s":
        return _read_string(data, at, end)
    if tag == "b":
        return _read_blob(data, at, end)
    if tag not in _NUMBERS:
        raise OscError(f"type tag {tag!r} is not known")
    number = _NUMBERS[tag]
    if at + number.size > end:
        raise OscError(f"the packet ends inside an argument of type {tag} at byte {at}")
    return number.unpack_from(data, at)[0], at + number.size


def _read_string(data: bytes, at: int, end: int) -> tuple[str, int]:
    stop = data.find(b"\0", at, end)
    if stop < 0:
        raise OscError(f"the string at byte {at} never ends")
    try:
        return data[at:stop].decode(), stop + 4 - (stop - at) % 4
    except UnicodeDecodeError as error:
        raise OscError(f"the string at byte {at} is not UTF-8") from error


def _read_blob(data: bytes, at: int, end: int) -> tuple[bytes, int]:
    if at + _INT.size > end:
        raise OscError(f"the packet ends inside the size of a blob at byte {at}")
    (size,) = _INT.unpack_from(data, at)
    at += _INT.size
    if not 0 <= size <= end - at:
        raise OscError(f"a blob of {size} bytes where {end - at} are left at byte {at}")
    return data[at : at + size], at + size + -size % 4
