"""The one place that opens OpenCV's captures: quietly, and never waiting long."""

import os
from pathlib import Path
from typing import Final

import cv2

OPEN_LIMIT: Final = 4.0
"Seconds until a stream that does not answer is given up."

READ_LIMIT: Final = 2.0
"Seconds without a picture after which a stream counts as gone."

_MOST_CAMERAS: Final = 10

# FFmpeg's own messages: what fails becomes a sentence of ours. -8 is its AV_LOG_QUIET; it is read once, at first use.
os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")


def open_device(device: int | str, width: int | None, height: int | None, rate: float | None) -> cv2.VideoCapture:
    """A camera by index or path, asked for a size (pixels) and rate (Hz) it may or may not heed."""
    capture = cv2.VideoCapture(device)
    wishes = ((cv2.CAP_PROP_FRAME_WIDTH, width), (cv2.CAP_PROP_FRAME_HEIGHT, height), (cv2.CAP_PROP_FPS, rate))
    for wish, value in wishes:
        if value is not None and capture.isOpened():
            capture.set(wish, value)
    return capture


def open_stream(url: str) -> cv2.VideoCapture:
    """A network camera."""
    limits = {cv2.CAP_PROP_OPEN_TIMEOUT_MSEC: OPEN_LIMIT, cv2.CAP_PROP_READ_TIMEOUT_MSEC: READ_LIMIT}
    parameters = [number for key, seconds in limits.items() for number in (key, round(seconds * 1000))]
    return cv2.VideoCapture(url, cv2.CAP_FFMPEG, parameters)


def open_video(path: Path) -> cv2.VideoCapture:
    """A video file; FFmpeg alone, as others would take "eye1.avi" for the first of a row of pictures."""
    return cv2.VideoCapture(str(path), cv2.CAP_FFMPEG)


def working_cameras() -> list[int]:
    """The indices at which a camera answers now."""
    found = []
    for index in range(_MOST_CAMERAS):
        capture = cv2.VideoCapture(index)
        if capture.isOpened():
            found.append(index)
        capture.release()
    return found
