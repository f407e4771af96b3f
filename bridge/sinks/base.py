"""What every sink has in common: one hook, an on-off switch, a pace."""

import math
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from pydantic import BaseModel, Field

from bridge.control import Command
from bridge.frames import Result


class BaseSinkOptions(BaseModel, frozen=True, extra="forbid"):
    """Options of every sink; a sink's own add `kind`, where to send, and `open()`."""

    enabled: bool = Field(default=False, description="Whether this output is used at all.")
    rate: float = Field(
        default=0.0, ge=0, le=1000, description="At most this many frames a second; 0 sends every frame."
    )


class Pace:
    """Lets at most `rate` frames a second through, by the frames' own time; 0 lets every frame through.

    On average the rate is kept even where it does not divide the source's, since each turn is scheduled from the last
    turn's schedule and not from the frame that happened to take it.
    """

    def __init__(self, rate: float) -> None:
        self._period = 1 / rate if rate else 0.0
        self._due = -math.inf

    def allows(self, time: float) -> bool:
        """Whether the frame of this time (seconds) goes through."""
        if self._due - self._period <= time < self._due:
            return False
        late = time - self._due
        # Far too late, or before the last turn (a recording began again): the schedule starts here.
        self._due = (self._due if 0 <= late < self._period else time) + self._period
        return True


@dataclass(slots=True)
class Traffic:
    """What a sink has sent so far; written by the sink's thread, read by any."""

    packets: int = 0
    "Datagrams, or messages of a stream, that the system took."
    bytes: int = 0
    "Bytes in them, without the network's own headers."
    refused: int = 0
    "Packets that the system or the other side refused."
    refusal: str = ""
    "Why the latest one was refused; '' where none was."


class Sink(ABC):
    """Where results go. `send` is called once per frame from one thread, and must take microseconds."""

    def __init__(self, name: str, options: BaseSinkOptions, traffic: Traffic | None = None) -> None:
        self.name = name
        "What a person calls it."
        self.traffic = Traffic() if traffic is None else traffic
        self._pace = Pace(options.rate)

    def send(self, result: Result) -> None:
        """Sends the frame unless the rate limit holds it back. Never raises because a receiver is away."""
        if self._pace.allows(result.time):
            self._send(result)

    @abstractmethod
    def _send(self, result: Result) -> None: ...

    def hear(self, obey: Callable[[Command], None]) -> None:  # noqa: B027
        """Passes on what the receiving program asks of us, from any thread. Most of them ask nothing."""

    def say(self, text: str) -> None:  # noqa: B027
        """Shows the wearer, and whoever sees the avatar, a line of text. Most receivers have no place for one."""

    @abstractmethod
    def close(self) -> None:
        """Releases what the sink holds; a second call does nothing."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()
