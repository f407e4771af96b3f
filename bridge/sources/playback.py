"""What all stored sources share: their own times, real time or not, loops."""

import threading
import time
from abc import abstractmethod
from collections.abc import Iterator
from dataclasses import replace
from itertools import chain
from typing import Final

from pydantic import BaseModel, Field

from bridge.errors import BridgeError
from bridge.frames import EyeFrame
from bridge.sources.source import Source

USUAL_RATE: Final = 30.0
"Frames a second where nothing says otherwise."

_LATE: Final = 0.25
"Seconds behind from which the rest is played later, rather than in a burst."

_PATIENCE: Final = 10.0
"Seconds; a longer gap between two frames is not waited for."


class PlaybackOptions(BaseModel, frozen=True, extra="forbid"):
    """How something stored is played."""

    realtime: bool = Field(default=True, description="Wait until each frame's own time; else as fast as possible")
    loop: bool = Field(default=False, description="Begin again at the end, with times and numbers counting on")


class Playback(Source):
    """Plays stored frames. A subclass gives one pass through them; it calls `__init__` when that is possible.

    The first frame is read at once, so that what cannot be played is refused when it is opened.
    """

    live = False

    def __init__(self, name: str, rate: float | None, options: PlaybackOptions) -> None:
        super().__init__(name, rate)
        self._options = options
        self._closed = threading.Event()
        self._busy = threading.Lock()
        self._start: float | None = None
        frames = self._repeat()
        self._frames = chain([next(frames)], frames)

    @abstractmethod
    def _play(self) -> Iterator[EyeFrame]:
        """One pass from the first to the last frame."""

    @abstractmethod
    def _release(self) -> None:
        """Close the files."""

    def read(self) -> EyeFrame | None:
        with self._busy:
            frame = None if self._closed.is_set() else next(self._frames, None)
            if frame is not None and self._options.realtime:
                self._wait_for(frame.time)
            return None if self._closed.is_set() else frame

    def close(self) -> None:
        self._closed.set()
        with self._busy:
            self._release()

    def _repeat(self) -> Iterator[EyeFrame]:
        """Pass after pass, with times and numbers counting on."""
        time_offset, index_offset = 0.0, 0
        while True:
            first = last = None
            for frame in self._play():
                first, last = first or frame, frame
                yield replace(frame, time=frame.time + time_offset, index=frame.index + index_offset)
            if first is None or last is None:
                self._release()
                raise BridgeError(f"{self.name} holds no picture that can be read; give another source")
            if not self._options.loop:
                return
            time_offset += last.time - first.time + 1 / (self.rate or USUAL_RATE)
            index_offset += last.index - first.index + 1

    def _wait_for(self, moment: float) -> None:
        """Wait until `moment`, seconds in the times of the frames, or until closed."""
        now = time.monotonic()
        if self._start is None:
            self._start = now - moment
        early = self._start + moment - now
        if not -_LATE <= early <= _PATIENCE:
            self._start = now - moment
        elif early > 0:
            self._closed.wait(early)
