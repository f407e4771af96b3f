"""A camera that the system knows, by index or device path, or any stream that OpenCV can read."""

import re
import threading
import time
from typing import Annotated, Final, Literal

import cv2
from pydantic import Field, field_validator

from bridge.sources.capture import Wishes, ask, is_stream, open_any, working_cameras
from bridge.sources.device import Device, Lost, Shot
from bridge.sources.latest import Latest
from bridge.sources.live import LiveOptions

_USUAL_CLOSE: Final = 0.3
"Seconds that a driver may take to let go before closing no longer waits for it."


class CameraOptions(LiveOptions, Wishes, frozen=True, extra="forbid"):
    """A camera."""

    kind: Literal["camera"] = "camera"
    device: Annotated[int, Field(ge=0, le=99)] | str = Field(
        default=0, description="Index (0 is the first camera), device path or stream address"
    )

    @field_validator("device", mode="before")
    @classmethod
    def _number(cls, device: object) -> object:
        """Command lines and files say "1" and mean the index."""
        return int(device) if isinstance(device, str) and device.isdecimal() else device

    @property
    def name(self) -> str:
        return f"camera {re.sub('//[^/@]*@', '//', str(self.device))}"

    def connect(self) -> Device:
        name = f"driver of {self.name}"
        if any(thread.name == name for thread in threading.enumerate()):
            raise Lost("its driver has not let go of the last connection yet")
        capture = open_any(self.device)
        if not capture.isOpened():
            raise Lost("nobody answers" if is_stream(self.device) else "it is not there, or another program has it")
        return Camera(capture, name, ask(capture, self))

    def remedy(self) -> str:
        if is_stream(self.device):
            return super().remedy()
        found = working_cameras()
        if not found:
            return "no camera was found; plug one in, or give a video file, an image folder or a recording"
        return f"these cameras work: {', '.join(map(str, found))}"


class Camera(Device):
    """An open camera. A driver may keep whoever asks it waiting without end: that is a thread of its own."""

    def __init__(self, capture: cv2.VideoCapture, name: str, remark: str) -> None:
        super().__init__(capture.get(cv2.CAP_PROP_FPS) or None)
        self.remark = remark
        self._latest: Latest[Shot] = Latest()
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(capture,), name=name, daemon=True)
        self._thread.start()

    def read(self, patience: float) -> Shot:
        shot = self._latest.take(patience)
        if shot is None:
            raise Lost("it gives no more pictures")
        return shot

    def close(self) -> None:
        self._closed.set()
        self._latest.close()
        self._thread.join(_USUAL_CLOSE)

    def _run(self, capture: cv2.VideoCapture) -> None:
        try:
            while not self._closed.is_set() and capture.grab():
                there, picture = capture.retrieve()
                if there:
                    self.dropped += self._latest.put(Shot(picture, time.monotonic()))
                else:
                    self.corrupt, self.damage = self.corrupt + 1, "a picture cannot be decoded"
        except cv2.error as error:
            self.damage = str(error.err)
        finally:
            self._latest.close()
            capture.release()  # here and nowhere else: a driver that is asked something must not be taken away
