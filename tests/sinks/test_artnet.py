import socket
import struct

import pytest

from bridge.sinks.artnet import ArtDmx, ArtNetOptions, Fixture
from bridge.sinks.lamp import Colour
from tests.golden import make


def packet(data: bytes) -> tuple[int, int, bytes]:
    """Sequence, port address and channels of an ArtDmx packet, field by field as the specification numbers them."""
    assert data[0:8] == b"Art-Net\0"
    assert struct.unpack_from("<H", data, 8) == (0x5000,)
    assert struct.unpack_from(">H", data, 10) == (14,)
    sequence, physical, sub_uni, net = data[12:16]
    (length,) = struct.unpack_from(">H", data, 16)
    assert physical == 0
    assert 2 <= length <= 512
    assert length % 2 == 0
    assert len(data) == 18 + length
    return sequence, net << 8 | sub_uni, data[18:]


def channels(colour: Colour, **options: object) -> bytes:
    return packet(ArtDmx(ArtNetOptions.model_validate(options)).pack(colour))[2]


def test_the_golden_packet() -> None:
    data = (make.HERE / "artnet.bin").read_bytes()
    assert packet(data) == (1, 0x1234, bytes([0, 0, 0, 0, 128, 64, 255, 0]))


@pytest.mark.parametrize(
    ("fixture", "colour", "expected"),
    [
        ("rgb", (1.0, 0.5, 0.0), [255, 128, 0]),
        ("rgbw", (1.0, 0.5, 0.25), [191, 64, 0, 64]),
        ("drgb", (0.25, 0.5, 0.0), [128, 128, 255, 0]),
        ("drgb", (0.0, 0.0, 0.0), [0, 0, 0, 0]),
    ],
)
def test_each_fixture_has_its_channels(fixture: Fixture, colour: Colour, expected: list[int]) -> None:
    found = channels(colour, fixture=fixture, channel=3)
    assert list(found[:2]) == [0, 0]
    assert list(found[2 : 2 + len(expected)]) == expected


def test_sequence_numbers_never_are_zero() -> None:
    packets = ArtDmx(ArtNetOptions())
    numbers = [packet(packets.pack((0.0, 0.0, 0.0)))[0] for _ in range(600)]
    assert numbers == [n % 255 + 1 for n in range(600)]


def test_the_last_channel_still_fits() -> None:
    assert len(channels((1.0, 1.0, 1.0), channel=509, fixture="rgbw")) == 512


def test_a_lamp_goes_on_and_off_over_a_socket() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as node:
        node.bind(("127.0.0.1", 0))
        node.settimeout(10)
        sink = ArtNetOptions(port=node.getsockname()[1], universe=7).open()
        sink.send(make.FACES["happy"])
        levels = [max(packet(node.recv(1024))[2]) for _ in range(12)]
        sink.close()
        assert levels == sorted(levels)
        assert 0 < levels[-1] < 120, "half a second is too short to be on"
        node.setblocking(False)
        rest = []
        while True:
            try:
                rest.append(packet(node.recv(1024)))
            except BlockingIOError:
                break
    assert max(rest[-1][2]) <= 1
    assert {universe for _, universe, _ in rest} == {7}
    assert sink.traffic.packets == 12 + len(rest)
