"""Packets for receivers in every language, and what each must be taken for: golden ones and many damaged ones."""

import json
import math
import random
import struct
from collections.abc import Iterable, Sequence
from typing import Any, Final

import numpy as np

from bridge.osc import DATAGRAM_LIMIT, OscError, read
from bridge.sinks.native import ADDITIONAL, LAYOUT
from tests.golden.make import HERE as GOLDEN
from tests.sinks.test_native import frame_of

Meaning = dict[str, dict[str, float]]

UNREAD: Final = frozenset(address for address, _ in ADDITIONAL)
"What no plugin has a use for yet: it is passed over like all that is not known."
NATIVE: Final = sorted(GOLDEN.glob("native_*.osc"))
FRAMES: Final = [*NATIVE, GOLDEN / "face_camera.osc"]
REFUSED: Final = sorted(GOLDEN.glob("refused_*.osc"))


def golden(name: str) -> Meaning:
    """What the golden frame means to a plugin."""
    frame = json.loads((GOLDEN / f"{name}.json").read_text(encoding="utf-8"))
    return single({address: values for address, values in frame.items() if address not in UNREAD})


def single(frame: dict[str, Any]) -> Meaning:
    """The same with every number as float32 has it, however a program printed it."""
    return {address: {n: float(np.float32(v)) for n, v in values.items()} for address, values in frame.items()}


def meaning(data: bytes) -> Meaning | None:
    """What our own reader makes of a packet that anybody may have sent, within the protocol's limits."""
    try:
        messages = read(data)
    except OscError:
        return None
    frame = frame_of(data) if messages and len(data) <= DATAGRAM_LIMIT else None
    if frame is None:
        return None
    for address, arguments in LAYOUT:
        for a in arguments:
            value = frame[address][a.name]
            frame[address][a.name] = min(max(value, a.low), a.high)
    return single(frame)


def mutants(count: int, seed: int = 6) -> list[bytes]:
    """Golden packets with a few damages each, the same ones every time."""
    dice = random.Random(seed)
    originals = [path.read_bytes() for path in (*NATIVE, *REFUSED)]
    return [_damaged(dice, dice.choice(originals)) for _ in range(count)]


_WORDS: Final = (
    *(struct.pack(">i", n) for n in (0, 1, -1, 4, -4, 16, 96, 2**31 - 1, -(2**31))),
    *(struct.pack(">f", x) for x in (math.nan, math.inf, -math.inf, -0.0, 2.0, -1e30, 1e-40)),
    *(b"#bun", b"dle\0", b"/eye", b",fff", b",iii", b"sbTF", b"\xed\xa0\x80\0", b"\xc3\xa9\0\0"),
)


def _damaged(dice: random.Random, original: bytes) -> bytes:
    data = bytearray(original)
    for _ in range(dice.randint(1, 3)):
        kind, at = dice.randrange(5), dice.randrange(max(len(data), 1))
        if kind == 0 and data:
            data[at] ^= 1 << dice.randrange(8)
        elif kind == 1:
            word = at // 4 * 4
            data[word : word + 4] = dice.choice(_WORDS)
        elif kind == 2:
            del data[at // 4 * 4 :]
        elif kind == 3:
            data[at:at] = data[at : at + 4 * dice.randint(1, 40)]
        elif data:
            data[at] = dice.randrange(256)
    return bytes(data)


def framed(packets: Iterable[bytes]) -> bytes:
    """The packets one after the other, each after its size as an int32."""
    return b"".join(struct.pack(">i", len(packet)) + packet for packet in packets)


def readings(lines: Sequence[str]) -> list[Meaning | None]:
    """What a program printed, a line of JSON for each packet: the frame as an object, and anything else for none."""
    values = [json.loads(line) for line in lines]
    return [single(value) if isinstance(value, dict) else None for value in values]
