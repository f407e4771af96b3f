"""What cameras at the end of a wire share: many pictures may lie there, and only the newest one counts."""

import threading
import time
from abc import abstractmethod
from collections.abc import Sequence
from typing import Final, Generic, TypeVar

import cv2
import numpy as np

from bridge.frames import Image
from bridge.pictures import decode
from bridge.sources.device import Device, Lost, Shot
from bridge.sources.eyes import Picture

T = TypeVar("T")

ANSWER_LIMIT: Final = 4.0
"Seconds until a camera that does not answer is given up."

PICTURE_LIMIT: Final = 8 << 20
"Bytes; an encoded picture that is longer is refused, and no more than this is taken off the wire at once."

JPEG: Final = b"\xff\xd8\xff"
"How every JPEG begins."

_GLANCE: Final = 0.2
"Seconds; the longest wait in one piece, so that closing is noticed."

_JUNK: Final = 4 << 10
"Bytes without a picture that count as a damaged one; what stands between two pictures is far shorter."


class Wire(Device, Generic[T]):
    """A connection that brings pictures in some form T; all that have come are taken, the newest one is decoded.

    A subclass receives and decodes; whoever reads and whoever closes never touch the connection at the same time.
    """

    def __init__(self, rate: float | None = None) -> None:
        super().__init__(rate)
        self._closed = False
        self._busy = threading.Lock()

    @abstractmethod
    def _receive(self, wait: float) -> Sequence[T]:
        """All that have come, oldest first; waits at most `wait` seconds for the first byte. Raises Lost."""

    @abstractmethod
    def _decode(self, encoded: T) -> Picture:
        """Raises ValueError for what is no picture."""

    @abstractmethod
    def _release(self) -> None:
        """Close the connection; called once."""

    def read(self, patience: float) -> Shot:
        deadline = time.monotonic() + patience
        corrupt = self.corrupt
        moment = time.monotonic()
        late = False
        while not late:
            wait = deadline - moment
            late = (
                wait <= 0
            )  # one look more: the computer may have slept through all of the time, and pictures lie here
            with self._busy:
                if self._closed:
                    raise Lost("it was closed")
                arrived = self._receive(min(max(wait, 0.0), _GLANCE))
            moment = time.monotonic()
            for number in reversed(range(len(arrived))):
                try:
                    picture = self._decode(arrived[number])
                except ValueError as error:
                    self._spoiled(str(error))
                    continue
                self.dropped += number
                return Shot(picture, moment)
        if self.corrupt > corrupt:
            raise Lost(f"only damaged pictures came for {patience:.1f} s ({self.damage})")
        raise Lost(f"no picture came for {patience:.1f} s")

    def close(self) -> None:
        closed, self._closed = self._closed, True
        if not closed:
            with self._busy:
                self._release()

    def _spoiled(self, damage: str, count: int = 1) -> None:
        """Count pictures that came damaged."""
        if count:
            self.corrupt += count
            self.damage = damage


class PictureReader:
    """Bytes off a wire in which pictures are looked for; a subclass is fed with them and gives the pictures."""

    def __init__(self) -> None:
        self.damaged = 0
        "Pictures that were not whole, and stretches of nonsense."
        self._held = bytearray()
        self._junk = 0

    def _seek(self, sign: bytes) -> bool:
        """Throw away what stands before the next sign that a picture begins; False when more bytes are needed."""
        start = self._held.find(sign)
        end = start if start >= 0 else max(0, len(self._held) - len(sign) + 1)
        del self._held[:end]
        lumps, self._junk = divmod(self._junk + end, _JUNK)
        self.damaged += lumps
        return start >= 0


def decode_jpeg(data: bytes) -> Image:
    """A JPEG's brightness, (h, w) uint8; its colours are never unpacked, which spares a third of the time.

    Raises ValueError for what is no JPEG, or one that is damaged or larger than any eye.
    """
    if not data.startswith(JPEG):
        raise ValueError("it is no JPEG")
    return np.asarray(decode(data, cv2.IMREAD_GRAYSCALE | cv2.IMREAD_IGNORE_ORIENTATION), np.uint8)
