"""The hook every live camera fills: an open connection that gives one picture after the other."""

from abc import ABC, abstractmethod
from dataclasses import dataclass

from bridge.sources.eyes import Picture


class Lost(Exception):
    """The camera is gone, silent or talks nonsense. Its text ends a sentence: "camera 0 is gone: <text>"."""


@dataclass(frozen=True, slots=True)
class Shot:
    """A picture as it came."""

    picture: Picture
    time: float
    "When it arrived, seconds, monotonic."


class Device(ABC):
    """One connection to one camera, for as long as it lasts.

    One thread reads. Any thread may close; a waiting `read` then raises Lost within half a second. A connection that
    was lost is never mended: its owner closes it and connects anew.
    """

    def __init__(self, rate: float | None = None) -> None:
        self.rate = rate
        "Nominal frames a second, where known."
        self.dropped = 0
        "Whole pictures that were thrown away because a newer one had already come."
        self.corrupt = 0
        "Pictures that came damaged."
        self.damage = ""
        "What was wrong with the latest damaged one, in a few words."
        self.remark = ""
        "What it does otherwise than it was asked to, to be read after the camera's name; '' where it obeys."

    @abstractmethod
    def read(self, patience: float) -> Shot:
        """The newest picture not given yet; waits at most `patience` seconds for one. Raises Lost."""

    @abstractmethod
    def close(self) -> None:
        """Let go of it; a second call does nothing."""
