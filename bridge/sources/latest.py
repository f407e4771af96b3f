"""A slot that holds one value: the newest."""

import threading
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

    def put(self, value: T) -> None:
        """Make this the value; never waits."""
        with self._changed:
            self._value = value
            self._changed.notify_all()

    def take(self) -> T | None:
        """Wait for a value not taken yet; None once closed."""
        with self._changed:
            while self._value is None and not self._closed:
                self._changed.wait(_GLANCE)
            value, self._value = self._value, None
            return None if self._closed else value

    def close(self) -> None:
        """Wake whoever waits, for good."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
