"""A recording, played again."""

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import numpy as np
from pydantic import Field

from bridge.errors import BridgeError
from bridge.frames import EyeFrame
from bridge.recording import RecordingReader
from bridge.sources.playback import Playback, PlaybackOptions
from bridge.sources.source import Source


class RecordingOptions(PlaybackOptions, frozen=True, extra="forbid"):
    """A recording."""

    kind: Literal["recording"] = "recording"
    path: Path = Field(description="The recording's folder")

    def open(self) -> Source:
        """Raises BridgeError for a folder that is no recording, or holds no frame."""
        return Recording(self)


class Recording(Playback):
    """Plays a recording with the times and numbers its frames had."""

    def __init__(self, options: RecordingOptions) -> None:
        self._reader = RecordingReader(options.path)
        super().__init__(f"recording {options.path.name}", self._reader.about.rate, options)
        self.total = len(self._reader)
        if self._reader.damaged:
            self.skip("lines of its index are damaged", self._reader.damaged)

    def _play(self, start: float) -> Iterator[EyeFrame]:
        times = self._reader.times
        first = int(np.searchsorted(times, times[0] + start)) if len(times) else 0
        for position in range(first, len(times)):
            try:
                yield self._reader[position]
            except BridgeError as error:
                self.skip(error)

    def _release(self) -> None:
        self._reader.close()
