"""New inputs from good ones: cut, flipped, doubled, spliced, with the numbers that break readers put in.

Nothing is known here of any format, and nothing is random: an input is named by its seed and its number.
"""

import random
import re
import struct
from collections.abc import Callable, Sequence
from typing import Final

LARGEST: Final = 1 << 16
"Bytes of the largest input made."

_MOST_CHANGES: Final = 6
_WORDS: Final = (
    *(b"\0", b"\xff", b"\n", b"\r\n", b"\r\n\r\n", b",", b'"', b"'", b"=", b"|", b"#", b"/", b"../", b"%00", b"\xc3"),
    *(b"[", b"]", b"{", b"}", b"[" * 600, b'{"a":' * 300, b"null", b"true", b"nan", b"-inf", b"1e999", b"-0.0"),
    *(
        b"#bundle\0",
        b"\xff\xd8\xff",
        b"\xff\xd9",
        b"PK\x01\x02",
        b"PK\x05\x06",
        b"\x93NUMPY",
        b"\xef\xbb\xbf",
        b"\xff\xa0",
    ),
)
_NUMBERS: Final = (b"0", b"-1", b"1", b"255", b"65536", b"2147483648", b"-9223372036854775809", b"9" * 400, b"1e308")
_EDGES: Final = (0, 1, 2, 127, 128, 255, 256, 32767, 32768, 65535, 65536, 2**31 - 1, 2**31, 2**32 - 4, 2**32 - 1)
_DIGITS: Final = re.compile(rb"-?\d+")

Change = Callable[[random.Random, bytearray, Sequence[bytes]], None]


def mutated(seeds: Sequence[bytes], seed: int, number: int) -> bytes:
    """Input `number` of the endless row that `seed` stands for; the first ones are the good inputs themselves."""
    if number < len(seeds):
        return seeds[number]
    chance = random.Random(seed << 40 | number)
    data = bytearray(chance.choice(seeds))
    for _ in range(chance.randint(1, _MOST_CHANGES)):
        chance.choice(_CHANGES)(chance, data, seeds)
    return bytes(data[:LARGEST])


def _flip(chance: random.Random, data: bytearray, _: Sequence[bytes]) -> None:
    if data:
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)


def _overwrite(chance: random.Random, data: bytearray, _: Sequence[bytes]) -> None:
    at = _place(chance, data)
    data[at : at + 4] = chance.randbytes(len(data[at : at + 4]))


def _insert_word(chance: random.Random, data: bytearray, _: Sequence[bytes]) -> None:
    at = _place(chance, data)
    data[at : at + chance.choice((0, 1, 4))] = chance.choice(_WORDS)


def _edge(chance: random.Random, data: bytearray, _: Sequence[bytes]) -> None:
    """A whole number at the edge of its type, as 1, 2, 4 or 8 bytes of either order."""
    size, order = chance.choice((1, 2, 4, 8)), chance.choice("<>")
    value = chance.choice(_EDGES) & ((1 << 8 * size) - 1)
    at = _place(chance, data)
    data[at : at + size] = struct.pack(order + {1: "B", 2: "H", 4: "I", 8: "Q"}[size], value)


def _number(chance: random.Random, data: bytearray, _: Sequence[bytes]) -> None:
    """Another number where one is written in digits."""
    found = list(_DIGITS.finditer(data[:4096]))
    if found:
        start, end = chance.choice(found).span()
        data[start:end] = chance.choice(_NUMBERS)


def _delete(chance: random.Random, data: bytearray, _: Sequence[bytes]) -> None:
    at = _place(chance, data)
    del data[at : at + _length(chance, data)]


def _double(chance: random.Random, data: bytearray, _: Sequence[bytes]) -> None:
    at = _place(chance, data)
    data[at:at] = data[at : at + _length(chance, data)] * chance.choice((1, 1, 2, 20))


def _cut(chance: random.Random, data: bytearray, _: Sequence[bytes]) -> None:
    del data[_place(chance, data) :]


def _splice(chance: random.Random, data: bytearray, seeds: Sequence[bytes]) -> None:
    """From somewhere on, another good input from somewhere on."""
    other = chance.choice(seeds)
    data[_place(chance, data) :] = other[_place(chance, other) :]


def _place(chance: random.Random, data: bytes | bytearray) -> int:
    """Anywhere; heads are short and decide much, so that they come more often than their length would say."""
    return chance.randint(0, min(len(data), 64) if chance.random() < 0.3 else len(data))


def _length(chance: random.Random, data: bytearray) -> int:
    return chance.choice((1, 2, 4, 8, chance.randint(1, len(data) + 1)))


_CHANGES: Final[tuple[Change, ...]] = (
    *(_flip, _flip, _overwrite, _insert_word, _edge, _number, _delete, _double, _cut, _splice),
)
