"""A video file."""

import logging
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Final, Literal

import cv2
from pydantic import Field

from bridge.errors import BridgeError
from bridge.frames import EyeFrame
from bridge.sources.capture import open_video
from bridge.sources.eyes import EyesOptions, EyeSplitter, Viewer
from bridge.sources.playback import USUAL_RATE, Playback, PlaybackOptions
from bridge.sources.source import Source

log = logging.getLogger(__name__)

_FASTEST: Final = 1000.0
"Frames a second; a file that says more is wrong."

_EXACT: Final = 1e-6
"Part of a frame by which a moment may miss one."


class VideoOptions(EyesOptions, PlaybackOptions, frozen=True, extra="forbid"):
    """A video file."""

    kind: Literal["video"] = "video"
    path: Path = Field(description="The file")

    def open(self) -> Source:
        """Raises BridgeError for a file that is missing, empty, damaged or no video."""
        return Video(self)


class Video(Playback):
    """Plays a video file; a frame's time is its number over the file's frame rate, seconds.

    `view` says what its pictures show, if not eyes as the options have it.
    """

    def __init__(self, options: VideoOptions, view: Viewer | None = None) -> None:
        self._path = options.path
        self._view = view or EyeSplitter(options).view
        if not options.path.is_file():
            raise BridgeError(f"no such file: {options.path}; give the path of a video")
        self._capture = open_video(options.path)
        if not self._capture.isOpened():
            raise BridgeError(f"{options.path} is empty, damaged or not a video; give another file")
        rate = self._capture.get(cv2.CAP_PROP_FPS)
        if not 0 < rate <= _FASTEST:
            log.warning("video %s has no sensible frame rate (%g); it is played at %g", self._path, rate, USUAL_RATE)
            rate = USUAL_RATE
        announced = int(self._capture.get(cv2.CAP_PROP_FRAME_COUNT))
        super().__init__(f"video {options.path.name}", rate, options)
        self.total = announced if announced > 0 else None

    def _play(self, start: float) -> Iterator[EyeFrame]:
        assert self.rate is not None
        self._capture = capture = open_video(self._path)
        announced = int(capture.get(cv2.CAP_PROP_FRAME_COUNT))
        number = math.ceil(start * self.rate - _EXACT)
        if number and (number >= announced > 0 or not capture.set(cv2.CAP_PROP_POS_FRAMES, number)):
            return
        while capture.grab():
            there, picture = capture.retrieve()
            try:
                if not there:
                    raise ValueError("it cannot be decoded")
                left, right, face = self._view(picture, number / self.rate)
            except ValueError as error:
                self.skip(error)
            else:
                yield EyeFrame(left, right, number / self.rate, number, face)
            number += 1
        # The decoder passes over damaged frames without a word; a healthy file's count may be one too many.
        if (lost := announced - number) > 1:
            self.skip("it is damaged, or the file is cut off", lost)

    def _release(self) -> None:
        self._capture.release()
