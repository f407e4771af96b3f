"""Art-Net 4: the mood as DMX for real lamps (Artistic Licence, "Specification for the Art-Net 4 Ethernet Communication
Protocol", packet ArtDmx).

    8 bytes "Art-Net", NUL | uint16 little-endian 0x5000 | uint16 big-endian 14 | uint8 sequence 1..255 |
    uint8 physical 0 | uint8 low byte of the port address | uint8 its high 7 bits | uint16 big-endian count | channels

A packet always begins with channel 1, so channels before the lamp's own are sent as 0: give it a universe of its own,
or a node that merges. DMX is taken as linear. A node holds the last packet, which is why the lamp goes dark first.
"""

import struct
from collections.abc import Callable
from typing import Final, Literal

from pydantic import Field

from bridge.sinks.base import Sink
from bridge.sinks.lamp import Colour, Lamp, LampOptions
from bridge.sinks.udp import UdpOptions, UdpTarget

PORT: Final = 6454
CHANNELS: Final = 512

_HEADER: Final = struct.Struct(">8sHHBBBBH")
_OP_DMX: Final = 0x0050  # 0x5000, little-endian in a big-endian header
_VERSION: Final = 14

Fixture = Literal["rgb", "rgbw", "drgb"]


def _rgbw(colour: Colour) -> tuple[float, ...]:
    white = min(colour)
    return (*(part - white for part in colour), white)


def _drgb(colour: Colour) -> tuple[float, ...]:
    """The dimmer carries the brightness, so that dim colours keep their hue in 8 bits."""
    level = max(colour)
    return (level, *(part / level for part in colour)) if level else (0.0,) * 4


FIXTURES: Final[dict[Fixture, tuple[int, Callable[[Colour], tuple[float, ...]]]]] = {
    "rgb": (3, lambda colour: colour),
    "rgbw": (4, _rgbw),
    "drgb": (4, _drgb),
}
"How many channels each kind of lamp has, and what goes into them, 0..1."


class ArtNetOptions(LampOptions, UdpOptions, frozen=True, extra="forbid"):
    """Art-Net, for stage lamps and DMX nodes: the mood lights the real room."""

    kind: Literal["artnet"] = "artnet"
    port: int = Field(default=PORT, ge=1, le=65535, description="UDP port of the node.")
    rate: float = Field(default=40.0, gt=0, le=44, description="Packets a second; DMX takes 44.")
    universe: int = Field(default=0, ge=0, le=32767, description="Port address: net, sub-net and universe in one.")
    channel: int = Field(default=1, ge=1, le=CHANNELS - 3, description="The lamp's first DMX channel.")
    fixture: Fixture = Field(default="rgb", description="The lamp's channels in their order; d is a dimmer.")

    def open(self) -> Sink:
        """Raises BridgeError for a host that cannot be found."""
        return ArtNetLamp(self)


class ArtDmx:
    """Packs colours into ArtDmx packets, numbered 1 to 255 and again from 1."""

    def __init__(self, options: ArtNetOptions) -> None:
        self._universe = options.universe
        self._first = options.channel - 1
        self._count, self._channels = FIXTURES[options.fixture]
        self._sequence = 0

    def pack(self, colour: Colour) -> bytes:
        self._sequence = self._sequence % 255 + 1
        size = self._first + self._count
        size += size % 2  # the specification wants an even number
        data = bytearray(size)
        data[self._first : self._first + self._count] = [round(255 * part) for part in self._channels(colour)]
        high, low = divmod(self._universe, 256)
        return _HEADER.pack(b"Art-Net\0", _OP_DMX, _VERSION, self._sequence, 0, low, high, size) + data


class ArtNetLamp(Lamp):
    """One lamp at an Art-Net node."""

    def __init__(self, options: ArtNetOptions) -> None:
        self._target = UdpTarget(options.host, options.port)
        self._packets = ArtDmx(options)
        super().__init__(f"{self._target.name} (Art-Net)", options, self._target.traffic)

    def _show(self, colour: Colour, time: float) -> bool:
        self._target.send((self._packets.pack(colour),), time)
        return True

    def _leave(self) -> None:
        self._target.close()
