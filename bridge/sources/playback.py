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
    start: float = Field(default=0.0, ge=0, le=1e6, description="Seconds from its beginning at which to start")


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
        frames = self._repeat(options.start)
        self._frames: Iterator[EyeFrame] = chain([next(frames)], frames)

    @abstractmethod
    def _play(self, start: float) -> Iterator[EyeFrame]:
        """One pass from the first frame that is `start` seconds or more after the beginning, to the last one."""

    @abstractmethod
    def _release(self) -> None:
        """Close the files."""

    def read(self) -> EyeFrame | None:
        with self._busy:
            frame = None if self._closed.is_set() else next(self._frames, None)
            if frame is not None and self._options.realtime:
                self._wait_for(frame.time)
            return None if self._closed.is_set() else frame

    def seek(self, seconds: float) -> None:
        """Go on with the first frame that is so many seconds after the beginning; any thread may ask.

        Times and numbers are those that are stored, and so may run backwards. `read` raises BridgeError when it ends
        before that.
        """
        with self._busy:
            self._start = None
            self._frames = self._repeat(seconds)

    def close(self) -> None:
        self._closed.set()
        with self._busy:
            self._release()

    def _repeat(self, start: float) -> Iterator[EyeFrame]:
        """Pass after pass, with times and numbers counting on."""
        last: EyeFrame | None = None
        while True:
            before, later, further = last, 0.0, 0
            last = None
            for frame in self._play(start):
                if last is None and before is not None:
                    later = before.time + 1 / (self.rate or USUAL_RATE) - frame.time
                    further = before.index + 1 - frame.index
                last = replace(frame, time=frame.time + later, index=frame.index + further)
                yield last
            if last is None:
                self._release()
                raise BridgeError(_nothing(self.name, start))
            if not self._options.loop:
                return
            start = 0.0

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


def _nothing(name: str, start: float) -> str:
    if start:
        return f"{name} holds no picture that can be read {start:g} s or more after its beginning; start earlier"
    return f"{name} holds no picture that can be read; give another source"
