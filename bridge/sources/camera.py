"""A camera: by index or device path, or as a stream from the network."""

import logging
import re
import threading
import time
from dataclasses import dataclass
from typing import Annotated, Final, Literal

import cv2
from pydantic import Field, field_validator

from bridge.errors import BridgeError
from bridge.frames import EyeFrame
from bridge.sources.capture import open_device, open_stream, working_cameras
from bridge.sources.eyes import EyesOptions, EyeSplitter, Picture
from bridge.sources.latest import Latest
from bridge.sources.source import Source

log = logging.getLogger(__name__)

URL: Final = re.compile(r"(https?|rtsps?|rtmp|udp|tcp)://", re.IGNORECASE)

_FIRST_RETRY: Final = 0.2
_LAST_RETRY: Final = 2.0
"Seconds between attempts to reopen a camera that is gone; each wait is twice the one before."

_CLOSE_LIMIT: Final = 0.5
"Seconds that closing may take, so that Ctrl-C is felt at once."


class CameraOptions(EyesOptions, frozen=True, extra="forbid"):
    """A camera."""

    kind: Literal["camera"] = "camera"
    device: Annotated[int, Field(ge=0, le=99)] | str = Field(
        default=0, description="Index (0 is the first camera), device path or stream address"
    )
    width: int | None = Field(default=None, ge=2, le=4096, description="Picture width to ask for, pixels")
    height: int | None = Field(default=None, ge=2, le=4096, description="Picture height to ask for, pixels")
    rate: float | None = Field(default=None, gt=0, le=1000, description="Frames a second to ask for")

    @field_validator("device", mode="before")
    @classmethod
    def _number(cls, device: object) -> object:
        """Command lines and files say "1" and mean the index."""
        return int(device) if isinstance(device, str) and device.isdecimal() else device

    @property
    def name(self) -> str:
        """What to call it; an address without its password."""
        return f"camera {re.sub('//[^/@]*@', '//', str(self.device))}"

    def capture(self) -> cv2.VideoCapture:
        """The device, opened if it could be."""
        if isinstance(self.device, str) and URL.match(self.device):
            return open_stream(self.device)
        return open_device(self.device, self.width, self.height, self.rate)

    def open(self) -> Source:
        """Raises BridgeError, which names the cameras that work, when this one does not."""
        return Camera(self)


@dataclass(frozen=True, slots=True)
class _Shot:
    """A picture as it came."""

    picture: Picture
    time: float
    index: int


class Camera(Source):
    """Gives the newest picture; a thread takes them from the device, and reopens a device that has disappeared."""

    live = True

    def __init__(self, options: CameraOptions) -> None:
        capture = options.capture()
        if not capture.isOpened():
            raise BridgeError(f"{options.name} cannot be opened; {_remedy(options.device)}")
        super().__init__(options.name, options.rate or capture.get(cv2.CAP_PROP_FPS) or None)
        self._options = options
        self._splitter = EyeSplitter(options)
        self._latest: Latest[_Shot] = Latest()
        self._expected = 0
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(capture,), name=self.name, daemon=True)
        self._thread.start()

    def read(self) -> EyeFrame | None:
        while (shot := self._latest.take()) is not None:
            self.dropped += shot.index - self._expected
            self._expected = shot.index + 1
            try:
                left, right = self._splitter.split(shot.picture)
            except ValueError as error:
                self.skip(error)
                continue
            return EyeFrame(left, right, shot.time, shot.index)
        return None

    def close(self) -> None:
        self._closed.set()
        self._latest.close()
        self._thread.join(_CLOSE_LIMIT)  # one that waits inside its driver lets go of it when that returns

    def _run(self, capture: cv2.VideoCapture) -> None:
        try:
            self._watch(capture)
        finally:
            self._latest.close()

    def _watch(self, capture: cv2.VideoCapture) -> None:
        """Take pictures until closed; after a failure, try again and again, ever more slowly."""
        index, delay, gone = 0, _FIRST_RETRY, False
        while not self._closed.is_set():
            there, picture = capture.read()
            if there:
                self._latest.put(_Shot(picture, time.monotonic(), index))
                index += 1
                if gone:
                    log.info("%s is back", self.name)
                delay, gone = _FIRST_RETRY, False
                continue
            capture.release()
            if not gone and not self._closed.is_set():
                log.warning("%s is gone; waiting for it to come back", self.name)
            gone = True
            if self._closed.wait(delay):
                return
            delay = min(2 * delay, _LAST_RETRY)
            capture = self._options.capture()
        capture.release()


def _remedy(device: int | str) -> str:
    if isinstance(device, str) and URL.match(device):
        return "check that it is switched on and that the address is right"
    found = working_cameras()
    if not found:
        return "no camera was found; plug one in, or give a video file, an image folder or a recording"
    return f"these cameras work: {', '.join(map(str, found))}"
