"""The hook every source fills: `read() -> EyeFrame`."""

import logging
from abc import ABC, abstractmethod
from types import TracebackType
from typing import Self

from bridge.frames import EyeFrame
from bridge.health import Health

log = logging.getLogger(__name__)


class Source(ABC):
    """Where eye images come from. One thread reads; any thread may close, and a waiting `read` then returns."""

    live: bool
    "Whether it shows what happens now: True for a camera, False for anything stored."

    def __init__(self, name: str, rate: float | None) -> None:
        self.name = name
        "What a person calls it."
        self.rate = rate
        "Nominal frames a second, where known."
        self.total: int | None = None
        "How many frames one pass has, where known: a progress bar's end."
        self.corrupt = 0
        "Stored frames that could not be used; what cameras sent is in `health`."

    @abstractmethod
    def read(self) -> EyeFrame | None:
        """Wait for the next frame; None when the source has ended or was closed."""

    @abstractmethod
    def close(self) -> None:
        """Let go of the device or files; a source may be closed twice."""

    def health(self) -> tuple[Health, ...]:
        """How each of its cameras is doing; none for what is stored. Any thread may ask."""
        return ()

    def skip(self, reason: object, count: int = 1) -> None:
        """Count frames that cannot be used; the first time, say so."""
        if self.corrupt == 0:
            log.warning("%s: a frame is skipped: %s (further ones are only counted)", self.name, reason)
        self.corrupt += count

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self.close()
