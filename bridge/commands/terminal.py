"""What every command shares with the person at the terminal: the console and Ctrl-C.

It loads nothing else of ours: `eyebridge --help` answers at once.
"""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Final

from rich.console import Console

console: Final = Console(stderr=True, highlight=False, soft_wrap=True)
"Messages and progress; standard output is left to results."


_STOPPING: Final = [number for number in signal.Signals if number.name in ("SIGINT", "SIGTERM", "SIGBREAK")]
"SIGBREAK is how a Windows console closes a program."


@contextmanager
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
