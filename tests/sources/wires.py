"""A camera whose wire misbehaves on demand; all that comes after the wire is real: supervisor, threads, clock."""

import threading
import time
from collections.abc import Callable
from typing import Literal

import numpy as np

from bridge.sources.device import Device, Lost, Shot
from bridge.sources.eyes import Picture
from bridge.sources.live import LiveOptions

PERIOD = 1 / 100


class Wire:
    """Feeds whoever is connected with pictures at 100 Hz, until told otherwise."""

    def __init__(self, gray: int = 100) -> None:
        self.gray = gray
        "Mean of the pictures; their noise never repeats."
        self.mood: Literal["well", "absent", "silent", "frozen", "garbage", "rubbish", "broken"] = "well"
        "garbage is damaged pictures, rubbish pictures of one pixel, broken a driver with a fault of its own."
        self.connections = 0
        self.open = 0
        self.remark = ""
        self.closing: Callable[[], object] = bool
        "Called by the first who closes a connection."
        self._random = np.random.default_rng(gray)
        self._still = self._noise()

    def picture(self) -> Picture:
        if self.mood == "rubbish":
            return np.zeros((1, 1), np.uint8)
        return self._still if self.mood == "frozen" else self._noise()

    def _noise(self) -> Picture:
        return self._random.integers(self.gray - 5, self.gray + 5, (48, 48), np.uint8, endpoint=True)


class WireOptions(LiveOptions, frozen=True, extra="forbid", arbitrary_types_allowed=True):
    wire: Wire

    @property
    def name(self) -> str:
        return f"camera {self.wire.gray}"

    def connect(self) -> Device:
        self.wire.connections += 1
        if self.wire.mood == "absent":
            raise Lost("nobody answers")
        return _Connection(self.wire)


class _Connection(Device):
    def __init__(self, wire: Wire) -> None:
        super().__init__(100.0)
        self.remark = wire.remark
        self._wire = wire
        self._closed = threading.Event()
        wire.open += 1

    def read(self, patience: float) -> Shot:
        end = time.monotonic() + patience
        while time.monotonic() < end:
            if self._closed.wait(PERIOD):
                raise Lost("it was closed")
            match self._wire.mood:
                case "absent":
                    raise Lost("it hung up")
                case "broken":
                    raise ZeroDivisionError("a fault of the driver")
                case "garbage":
                    self.corrupt, self.damage = self.corrupt + 1, "half a picture"
                case "well" | "frozen" | "rubbish":
                    return Shot(self._wire.picture(), time.monotonic())
        raise Lost("nothing came")

    def close(self) -> None:
        if not self._closed.is_set():
            self._closed.set()
            self._wire.open -= 1
            self._wire.closing()


def wait_until(condition: Callable[[], bool], what: str, seconds: float = 10.0) -> None:
    """Fails when it does not come true in time."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"{what}: not within {seconds:g} s"
        time.sleep(0.005)
