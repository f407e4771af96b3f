"""A slot that holds one value: the newest."""

import math
import threading
import time
from typing import Final, Generic, TypeVar

T = TypeVar("T")

_GLANCE: Final = 0.5
"Seconds; a wait without end cannot be interrupted by Ctrl-C on Windows."


class Latest(Generic[T]):
    """Hands the newest value from one thread to another; a value nobody took is replaced."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._value: T | None = None
        self._closed = False

    def put(self, value: T) -> bool:
        """Make this the value; never waits. Returns whether one that nobody took was replaced."""
        with self._changed:
            replaced, self._value = self._value is not None, value
            self._changed.notify_all()
        return replaced

    def take(self, patience: float = math.inf) -> T | None:
        """Wait at most `patience` seconds for a value not taken yet; None when there is none or it is closed."""
        end = time.monotonic() + patience
        with self._changed:
            while self._value is None and not self._closed and (left := end - time.monotonic()) > 0:
                self._changed.wait(min(left, _GLANCE))
            value, self._value = self._value, None
            return None if self._closed else value

    def close(self) -> None:
        """Wake whoever waits, for good."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
