"""The one place that opens OpenCV's captures: quietly, and never waiting long."""

import math
import os
import platform
import re
from pathlib import Path
from typing import Final

import cv2
from pydantic import BaseModel, Field

OPEN_LIMIT: Final = 4.0
"Seconds until a stream that does not answer is given up."

READ_LIMIT: Final = 2.0
"Seconds without a picture after which a stream counts as gone."

URL: Final = re.compile(r"(https?|rtsps?|rtmp|udp|tcp)://", re.IGNORECASE)

_MOST_CAMERAS: Final = 10

# DirectShow opens in a fraction of a second; Media Foundation, which knows a few more cameras, may take ten.
_BACKENDS: Final = (cv2.CAP_DSHOW, cv2.CAP_MSMF) if platform.system() == "Windows" else (cv2.CAP_ANY,)

_KEYS: Final = {
    "width": cv2.CAP_PROP_FRAME_WIDTH,
    "height": cv2.CAP_PROP_FRAME_HEIGHT,
    "rate": cv2.CAP_PROP_FPS,
    "exposure": cv2.CAP_PROP_EXPOSURE,
    "gain": cv2.CAP_PROP_GAIN,
}
_MANUAL: Final = 1
"Video4Linux's word for an exposure that somebody else chooses; on Windows the exposure itself says so."

_NEAR: Final = 0.1
"Part of a value by which a camera may miss it: many know only certain steps."

# FFmpeg's own messages: what fails becomes a sentence of ours. -8 is its AV_LOG_QUIET; it is read once, at first use.
os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")


class Wishes(BaseModel, frozen=True, extra="forbid"):
    """How a camera is asked to take its pictures; each driver heeds what it can."""

    width: int | None = Field(default=None, ge=2, le=4096, description="Picture width to ask for, pixels")
    height: int | None = Field(default=None, ge=2, le=4096, description="Picture height to ask for, pixels")
    rate: float | None = Field(default=None, gt=0, le=1000, description="Frames a second to ask for")
    exposure: float | None = Field(
        default=None, gt=0, le=1000, description="Exposure time to ask for, milliseconds; else the camera chooses"
    )
    gain: float | None = Field(default=None, ge=0, le=10000, description="Gain to ask for, in the driver's own unit")


def is_stream(device: int | str) -> bool:
    """Whether this is an address in the network rather than a camera of the system."""
    return isinstance(device, str) and URL.match(device) is not None


def open_any(device: int | str) -> cv2.VideoCapture:
    """A camera by index, path or address, opened if it could be."""
    if isinstance(device, str) and URL.match(device):
        limits = {cv2.CAP_PROP_OPEN_TIMEOUT_MSEC: OPEN_LIMIT, cv2.CAP_PROP_READ_TIMEOUT_MSEC: READ_LIMIT}
        parameters = [number for key, seconds in limits.items() for number in (key, round(seconds * 1000))]
        return cv2.VideoCapture(device, cv2.CAP_FFMPEG, parameters)
    for backend in _BACKENDS:
        capture = cv2.VideoCapture(device, backend)
        if capture.isOpened():
            break
    return capture


def ask(capture: cv2.VideoCapture, wishes: Wishes) -> str:
    """Tell a camera the wishes; returns what it refused, to be read after its name, or ''."""
    refused = []
    for name, key in _KEYS.items():
        if (wish := getattr(wishes, name)) is None:
            continue
        value = wish
        if name == "exposure":
            capture.set(cv2.CAP_PROP_AUTO_EXPOSURE, _MANUAL)
            value = _exposure(wish, capture.getBackendName())
        if not capture.set(key, value) or abs(capture.get(key) - value) > _NEAR * abs(value):
            refused.append(f"{name} {wish:g}")
    return f"does not take {', '.join(refused)}" if refused else ""


def _exposure(milliseconds: float, backend: str) -> float:
    """An exposure time in the unit of the driver: Windows counts powers of two of a second, Video4Linux 0.1 ms."""
    return float(round(math.log2(milliseconds / 1000))) if backend in ("DSHOW", "MSMF") else 10 * milliseconds


def open_video(path: Path) -> cv2.VideoCapture:
    """A video file; FFmpeg alone, as others would take "eye1.avi" for the first of a row of pictures."""
    return cv2.VideoCapture(str(path), cv2.CAP_FFMPEG)


def working_cameras() -> list[int]:
    """The indices at which a camera answers now."""
    found = []
    for index in range(_MOST_CAMERAS):
        capture = open_any(index)
        if capture.isOpened():
            found.append(index)
        capture.release()
    return found
