import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.errors import BridgeError
from bridge.sources.cameras import camera_from
from bridge.sources.device import Device, Lost
from bridge.sources.serial import HEADER, PacketReader, SerialOptions
from tests.sources.streams import cut, jpeg, number_of, until_lost
from tests.sources.wires import wait_until

if sys.platform == "win32":
    pytest.skip("Windows has no pseudo-terminals", allow_module_level=True)

from samples.cameras.serial import SerialCamera

A, B = jpeg(10), jpeg(100)


def packet(picture: bytes, length: int | None = None) -> bytes:
    return HEADER + (len(picture) if length is None else length).to_bytes(2, "little") + picture


class Port:
    """A pseudo-terminal whose far end says what a test wants it to."""

    def __init__(self) -> None:
        self._far, self._near = os.openpty()
        self.name = os.ttyname(self._near)

    def say(self, data: bytes) -> None:
        while data:
            data = data[os.write(self._far, data) :]

    def unplug(self) -> None:
        for end in (self._far, self._near):
            os.close(end)
        self._far = self._near = -1

    def close(self) -> None:
        if self._far >= 0:
            self.unplug()


@pytest.fixture
def port() -> Iterator[Port]:
    found = Port()
    yield found
    found.close()


@pytest.fixture
def device(port: Port) -> Iterator[Device]:
    found = SerialOptions(port=port.name).connect()
    yield found
    found.close()


@settings(max_examples=30, deadline=None)
@given(
    noise=st.lists(st.binary(max_size=40).filter(lambda data: HEADER not in data), min_size=3, max_size=3),
    sizes=st.lists(st.integers(1, 300), min_size=1, max_size=4),
)
def test_packets_come_out_whole_between_noise_and_wherever_they_are_cut(noise: list[bytes], sizes: list[int]) -> None:
    stream = noise[0] + packet(A) + noise[1] + packet(B) + noise[2]
    reader = PacketReader()
    assert [found for piece in cut(stream, sizes) for found in reader.feed(piece)] == [A, B]
    assert reader.damaged == 0


@pytest.mark.parametrize(
    "damaged",
    [
        packet(A[:200] + A[220:], len(A)),
        packet(A, len(A) - 1),
        packet(A, 0),
        packet(A, 0xFFFF),
        packet(b"\0" + A),
        HEADER + packet(A)[:3],
    ],
    ids=["bytes lost on the way", "length too short", "no length", "length too long", "no JPEG", "a header alone"],
)
def test_a_packet_that_is_not_whole_is_counted_and_the_next_one_is_found(damaged: bytes) -> None:
    reader = PacketReader()
    assert reader.feed(damaged + packet(B) * 2) == [B, B]
    assert reader.damaged == 1


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from([packet(A), HEADER, b"\xff\xd8\xff", b"\xff\xd9", b"\xff", A[:100]]), max_size=8))
def test_however_the_stream_is_cut_the_same_pictures_come_out(pieces: list[bytes]) -> None:
    stream = b"".join(pieces)
    reader = PacketReader()
    assert [found for piece in cut(stream, [1]) for found in reader.feed(piece)] == PacketReader().feed(stream)
    assert len(reader._held) <= len(HEADER) + 2 + 0xFFFF


def test_nonsense_is_counted_and_never_kept() -> None:
    reader = PacketReader()
    assert reader.feed(b"\0" * 100_000) == []
    assert reader.damaged > 0
    assert len(reader._held) < len(HEADER)


def test_only_the_newest_picture_of_a_port_is_given(port: Port, device: Device) -> None:
    port.say(b"\r\nboot: ok\r\n" + b"".join(packet(jpeg(number)) for number in (10, 20, 30)) + packet(B)[:-9])
    seen = [number_of(device.read(5.0).picture)]
    while seen[-1] != 30:
        seen.append(number_of(device.read(5.0).picture))
    assert len(seen) + device.dropped == 3
    port.say(packet(B)[-9:])
    assert number_of(device.read(5.0).picture) == 100


def test_silence_nonsense_and_a_cable_that_is_pulled_out(port: Port, device: Device) -> None:
    assert until_lost(device, 0.1) == "no picture came for 0.1 s"
    port.say(packet(A[:-5]))
    assert until_lost(device, 0.3) == "only damaged pictures came for 0.3 s (a packet is not whole)"
    port.unplug()
    assert until_lost(device).startswith("its port is gone")


def test_ports_that_do_not_open(port: Port, tmp_path: Path) -> None:
    with pytest.raises(BridgeError, match=r"gives no pictures: there is no such port; (these ports|no serial port)"):
        SerialOptions(port=str(tmp_path / "none")).open()
    device = SerialOptions(port=port.name).connect()
    with pytest.raises(BridgeError, match=r"another program has opened its port; close the other programs"):
        SerialOptions(port=port.name).open()
    device.close()
    device.close()
    SerialOptions(port=port.name).connect().close()
    with pytest.raises(Lost, match="its port does not open"):
        SerialOptions(port=os.devnull).connect()


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may open every port")
def test_a_port_without_permission(port: Port) -> None:
    os.chmod(port.name, 0)
    with pytest.raises(BridgeError, match=r"we may not open its port; .* sudo usermod -aG dialout"):
        SerialOptions(port=port.name).open()


def test_the_stand_in_plays_is_unplugged_and_comes_back(tmp_path: Path) -> None:
    with SerialCamera({"left": [jpeg(10), jpeg(12)]}, tmp_path / "eye", rate=100.0) as camera:
        options = camera_from(camera.where("left"))
        assert isinstance(options, SerialOptions)
        device = options.connect()
        assert number_of(device.read(5.0).picture) in (10, 12)
        camera.faults["left"] = "garbage"
        assert until_lost(device, 0.5).startswith("only damaged pictures came")
        camera.faults["left"] = "drop"
        assert until_lost(device).startswith("its port is gone")
        device.close()
        with pytest.raises(Lost, match="there is no such port"):
            options.connect()
        camera.faults["left"] = "none"
        wait_until(Path(options.port).exists, "the port is back")
        device = options.connect()
        assert number_of(device.read(5.0).picture) in (10, 12)
        device.close()
    assert list(tmp_path.iterdir()) == []
