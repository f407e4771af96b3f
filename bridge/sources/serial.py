"""A camera on a serial port, as OpenIris boards with a cable are.

A packet is FF A0 FF A1, the number of bytes that follow (16 bits, little-endian), and a JPEG (OpenIris,
ESP/lib/src/io/Serial/SerialManager.cpp).
"""

import errno
import os
import sys
from collections.abc import Sequence
from typing import Final, Literal

import serial
from pydantic import Field
from serial.tools import list_ports

from bridge.frames import Image
from bridge.sources.device import Device, Lost
from bridge.sources.live import LiveOptions
from bridge.sources.wire import JPEG, PictureReader, Wire, decode_jpeg

HEADER: Final = b"\xff\xa0\xff\xa1"

_LENGTH: Final = 2
_END: Final = b"\xff\xd9"

_DRIVER_BUFFER: Final = 1 << 18
"Bytes that Windows keeps for us; its own 4 KB are one picture."

_MOST_AT_ONCE: Final = 1 << 20


class SerialOptions(LiveOptions, frozen=True, extra="forbid"):
    """A camera on a serial port."""

    kind: Literal["serial"] = "serial"
    port: str = Field(min_length=1, max_length=260, description="The port, for example COM3 or /dev/ttyACM0")
    baud: int = Field(default=3_000_000, ge=9600, le=12_000_000, description="Bits a second; OpenIris sends 3000000")

    @property
    def name(self) -> str:
        return f"camera {self.port}"

    def remedy(self) -> str:
        there = sorted(port.device for port in list_ports.comports())
        if self.port not in there and not os.path.exists(self.port):
            return f"these ports exist: {', '.join(there)}" if there else "no serial port was found: plug the camera in"
        if sys.platform != "win32" and not os.access(self.port, os.R_OK | os.W_OK):
            return (
                "add yourself to the group that owns it, then log in again: sudo usermod -aG dialout $USER "
                "(on Arch the group is uucp)"
            )
        return "close the other programs that may use it, and plug it in again"

    def connect(self) -> Device:
        try:
            port = serial.Serial(self.port, self.baud, exclusive=True)
            if sys.platform == "win32":
                port.set_buffer_size(rx_size=_DRIVER_BUFFER)
        except (OSError, ValueError) as error:
            raise Lost(_refusal(error)) from error
        return SerialDevice(port)


class PacketReader(PictureReader):
    """Fed with bytes as they come, gives the JPEGs of the whole packets in them.

    A packet whose length and JPEG disagree has lost bytes on the way: it is damaged, and the next one begins at the
    next header, wherever that is.
    """

    def feed(self, data: bytes) -> list[bytes]:
        """The JPEGs that are whole now, oldest first."""
        self._held += data
        whole: list[bytes] = []
        while self._seek(HEADER) and self._take(whole):
            pass
        return whole

    def _take(self, whole: list[bytes]) -> bool:
        """Take the packet that begins here, or throw its header away; False when more bytes are needed."""
        begin = len(HEADER) + _LENGTH
        if len(self._held) < begin + len(JPEG):
            return False
        end = begin + int.from_bytes(self._held[len(HEADER) : begin], "little")
        # No picture holds a header: among its pixels, 0xFF is never followed by 0xA0 or 0xA1.
        sound = self._held.startswith(JPEG, begin) and self._held.find(HEADER, begin, end) < 0
        if sound and len(self._held) < end:
            return False
        if sound and self._held.endswith(_END, begin, end):
            whole.append(bytes(self._held[begin:end]))
            del self._held[:end]
            self._junk = 0
        else:
            self.damaged += 1
            del self._held[: len(HEADER)]
        return True


class SerialDevice(Wire[bytes]):
    """A port that is open."""

    def __init__(self, port: serial.Serial) -> None:
        super().__init__()
        self._port = port
        self._reader = PacketReader()

    def _receive(self, wait: float) -> Sequence[bytes]:
        damaged = self._reader.damaged
        pictures = self._reader.feed(self._drain(wait))
        self._spoiled("a packet is not whole", self._reader.damaged - damaged)
        return pictures

    def _drain(self, wait: float) -> bytes:
        """All that has come; waits at most `wait` seconds for the first byte."""
        try:
            if self._port.timeout != wait:  # setting it sets up the whole port anew
                self._port.timeout = wait
            data = bytearray(self._port.read(1))
            while data and len(data) < _MOST_AT_ONCE and (waiting := self._port.in_waiting):
                data += self._port.read(waiting)
        except OSError as error:
            raise Lost(f"its port is gone ({error.strerror or error})") from error
        return bytes(data)

    def _decode(self, encoded: bytes) -> Image:
        return decode_jpeg(encoded)

    def _release(self) -> None:
        self._port.close()


def _refusal(error: OSError | ValueError) -> str:
    """What is wrong with a port that does not open; pyserial tells Windows' errors in words only."""
    number, text = getattr(error, "errno", None), str(error)
    if number in (errno.ENOENT, errno.ENODEV) or "FileNotFoundError" in text:
        return "there is no such port"
    if number in (errno.EACCES, errno.EPERM):
        return "we may not open its port"
    if number in (errno.EAGAIN, errno.EBUSY) or "PermissionError" in text:
        return "another program has opened its port"
    if isinstance(error, ValueError):
        return "its port has no such baud rate"
    return f"its port does not open ({error.strerror or text})"
