import contextlib
import json
import random
import struct

import msgpack
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.blendshapes import ARKIT, LIVE_LINK
from bridge.decoding import Decoded, DecodingError, decode, decode_published
from bridge.osc import Message, read
from tests.golden import make

RAMP = make.FACES["ramp"]
GOLDEN = {path.name: path.read_bytes() for path in sorted(make.HERE.glob("*.*")) if path.suffix in (".osc", ".bin")}
DATAGRAMS = {
    name: data
    for name, data in GOLDEN.items()
    if name.startswith(("native_", "vmc_", "livelink", "ifacialmocap", "artnet", "hyperion"))
}
PROTOCOLS = {
    "native_ramp.osc": "native",
    "vmc_performer.0.osc": "VMC",
    "livelink_ramp.bin": "Live Link Face",
    "ifacialmocap_v1.bin": "iFacialMocap",
    "ifacialmocap_v2.bin": "iFacialMocap",
    "artnet.bin": "Art-Net",
    "hyperion.bin": "Hyperion",
}


def found(name: str) -> dict[str, tuple[object, ...]]:
    return {message.address: message.arguments for message in decode(GOLDEN[name]).messages}


@pytest.mark.parametrize(("name", "protocol"), PROTOCOLS.items())
def test_each_protocol_is_recognised(name: str, protocol: str) -> None:
    assert decode(GOLDEN[name]).protocol == protocol


@pytest.mark.parametrize(
    ("data", "protocol"),
    [
        (make.bundle([Message("/avatar/parameters/FT/v2/JawOpen", (0.5,))]), "VRChat OSC"),
        (make.bundle([Message("/tracking/eye/EyesClosedAmount", (0.5,))]), "VRChat OSC"),
        (make.bundle([Message("/LeftEyeX", (0.5,))]), "Babble OSC"),
        (make.bundle([Message("/face/jawOpen", (0.5,))]), "OSC"),
    ],
)
def test_dialects_of_osc_are_told_apart(data: bytes, protocol: str) -> None:
    assert decode(data).protocol == protocol


def test_what_is_read_is_what_was_sent() -> None:
    weights = dict(zip(ARKIT, RAMP.weights.blendshapes.tolist(), strict=True))
    live_link = found("livelink_ramp.bin")
    assert live_link["subject"] == ("eyebridge",)
    assert [live_link[name] for name in LIVE_LINK[:52]] == [(weight,) for weight in weights.values()]
    for version in (1, 2):
        text = found(f"ifacialmocap_v{version}.bin")
        assert text["eyeBlink_L"] == (round(100 * weights["eyeBlinkLeft"]),)
        assert len(text["head"]) == 6
    assert found("artnet.bin") == {"sequence": (1,), "universe 4660": (0, 0, 0, 0, 128, 64, 255, 0)}
    assert found("hyperion.bin")["color"] == (188, 137, 255)
    assert decode(GOLDEN["native_ramp.osc"]).messages == tuple(read(GOLDEN["native_ramp.osc"]))


def test_a_question_is_not_taken_for_a_frame() -> None:
    asked = b"iFacialMocap_sahuasouryya9218sauhuiayeta91555dy3719"
    assert decode(asked) == Decoded("iFacialMocap", (Message("asks for frames", (1,)),))
    assert decode(asked + b"|sendDataVersion=v2").messages[0].arguments == (2,)


def test_a_published_result_is_flat() -> None:
    decoded = decode_published((b"eyebridge.result", GOLDEN["zeromq_ramp.bin"]))
    values = {message.address: message.arguments for message in decoded.messages}
    assert decoded.protocol == "ZeroMQ eyebridge.result"
    assert values["emotions/anger"] == (0.75,)
    assert values["seen"] == (True, True)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "an empty packet"),
        (b"\x00\x01\x02", "begins with 00 01 02"),
        (GOLDEN["native_happy.osc"][:-2], "OSC: .* not a multiple of 4"),
        (GOLDEN["refused_no_end.osc"], "end is missing"),
        (GOLDEN["livelink_ramp.bin"][:-1], "Live Link Face: cut"),
        (make.splice(GOLDEN["livelink_ramp.bin"], 1, b"\x7f\xff\xff\xff"), "a text of 2147483647 bytes"),
        (GOLDEN["livelink_ramp.bin"][:70] + b"\x3c" + GOLDEN["livelink_ramp.bin"][71:], "60 values instead of 61"),
        (GOLDEN["artnet.bin"] + b"\0", "8 channels announced, 9 there"),
        (GOLDEN["artnet.bin"][:14], "Art-Net: cut"),
        (b"{" * 50_000, "JSON"),
        (b'{"a":' * 20_000, "JSON"),
        (b"[1]{", "begins with"),
        (b"eyeBlink_L-x|", "iFacialMocap"),
        (b"eyeBlink_L-1|-2|", "is no name-value"),
        (b"eyeBlink_L-1|\xff-2|", "iFacialMocap"),
    ],
)
def test_damage_is_named(data: bytes, why: str) -> None:
    with pytest.raises(DecodingError, match=why):
        decode(data)


@pytest.mark.parametrize(
    "parts",
    [(), (b"a",), (b"\xff", b"\x80"), (b"a", b""), (b"a", b"\xc1"), (b"a", b"\x91\x01"), (b"a", b"\x81\x90\x01")],
)
def test_damaged_publications_are_named(parts: tuple[bytes, ...]) -> None:
    with pytest.raises(DecodingError):
        decode_published(parts)


@given(st.binary(max_size=400) | st.sampled_from([b"/", b"#bundle\0", b"Art-Net\0", b"\x06", b"{", b"a|-"]))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    for read_it in (decode, lambda packet: decode_published((b"t", packet))):
        with contextlib.suppress(DecodingError):
            assert read_it(data).protocol


@given(st.sampled_from(sorted(DATAGRAMS)), st.randoms(use_true_random=False))
def test_any_damage_is_read_or_refused(name: str, chance: random.Random) -> None:
    data = bytearray(DATAGRAMS[name])
    for _ in range(chance.randrange(1, 8)):
        data[chance.randrange(len(data))] = chance.randrange(256)
    with contextlib.suppress(DecodingError):
        assert decode(bytes(data[: chance.randrange(len(data) + 1)])).protocol


def test_deep_msgpack_is_refused() -> None:
    with pytest.raises(DecodingError):
        decode_published((b"t", b"\x91" * 100_000))
    deep = decode_published((b"t", msgpack.packb({"a": {"b": {"c": 1}}})))
    assert deep.messages == (Message("a/b", (json.dumps({"c": 1}).replace('"', "'"),)),)


def test_other_operations_of_art_net_are_named() -> None:
    poll = b"Art-Net\0" + struct.pack("<H", 0x2000) + b"\0\x0e"
    assert decode(poll).messages == (Message("operation 0x2000", (12,)),)
