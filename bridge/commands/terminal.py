"""What every command shares with the person at the terminal: the console, what is typed, and Ctrl-C.

It loads nothing else of ours: `eyebridge --help` answers at once.
"""

import contextlib
import queue
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Final

from rich.console import Console

console: Final = Console(stderr=True, highlight=False, soft_wrap=True)
"Messages and progress; standard output is left to results."

_STOPPING: Final = [number for number in signal.Signals if number.name in ("SIGINT", "SIGTERM", "SIGBREAK")]
"SIGBREAK is how a Windows console closes a program."


@contextlib.contextmanager
def interruptible(stop: Callable[[], None]) -> Iterator[None]:
    """Within, the first Ctrl-C or termination request calls `stop`, the second one interrupts at once."""

    def on_signal(number: int, frame: FrameType | None) -> None:
        for name, handler in before.items():
            signal.signal(name, handler)
        # in a thread of its own: the interrupted thread may hold the very lock that stopping needs
        threading.Thread(target=stop, name="stop").start()

    before = {number: signal.signal(number, on_signal) for number in _STOPPING}
    try:
        yield
    finally:
        for name, handler in before.items():
            signal.signal(name, handler)


class Typed:
    """Lines from the terminal, read in a thread so that nobody waits for them; none where nobody can type.

    The file is read without a buffer: a program may not end while a thread holds the lock of standard input's.
    """

    def __init__(self, descriptor: int = 0) -> None:
        """`descriptor` is the file's; standard input's is 0."""
        self._descriptor = descriptor
        self._lines: queue.SimpleQueue[str] = queue.SimpleQueue()

    def ask(self, question: str) -> str:
        """The answer that is typed; '' where nobody can type."""
        console.print(question, end=" ", markup=False)
        return self._read() or ""

    def listen(self) -> None:
        """From now on, lines are collected for `take`."""
        threading.Thread(target=self._collect, name="typed", daemon=True).start()

    def press(self, line: str) -> None:
        """As if it had been typed; any thread may."""
        self._lines.put(line)

    def take(self) -> Iterator[str]:
        """The lines since the last call."""
        with contextlib.suppress(queue.Empty):
            while True:
                yield self._lines.get_nowait()

    def _collect(self) -> None:
        while (line := self._read()) is not None:
            self._lines.put(line.lower())

    def _read(self) -> str | None:
        """A line without spaces around it; None once there will be no more."""
        if self._descriptor == 0 and sys.stdin is None:  # 0 may be another file's by now
            return None
        try:
            with open(self._descriptor, "rb", buffering=0, closefd=False) as file:
                line = file.readline(1000)
        except OSError:  # started without any standard input
            return None
        return line.decode("utf-8", "replace").strip() if line else None
