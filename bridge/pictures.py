"""Pictures from outside: decoded within limits, and made uint8 gray in one place."""

from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from bridge.frames import Image

MAX_SIDE: Final = 4096
"Pixels; a larger picture is refused."

MIN_SIDE: Final = 2
"Pixels; a smaller picture is refused."

# What a picture of more than 8 bits may mean by white: a float's 1, or all bits set in 8, 10, 12, 14 or 16 of them.
_WHITES: Final = (1.0, 255.0, 1023.0, 4095.0, 16383.0, 65535.0)

_TO_RGB: Final = {1: cv2.COLOR_GRAY2RGB, 3: cv2.COLOR_BGR2RGB, 4: cv2.COLOR_BGRA2RGB}

_PNG: Final = b"\x89PNG\r\n\x1a\n"
_JPEG: Final = b"\xff\xd8"
_SCAN: Final = b"\xff\xda"
_MOST_SCANS: Final = 24
"Passes over a JPEG; programs write up to a dozen, and each costs as much time as a whole picture."

# What we refuse becomes a sentence of our own; OpenCV's is only noise on the wearer's terminal.
cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)


def to_gray(picture: NDArray[Any], white: float = 0.0) -> Image:
    """An (h, w) uint8 gray picture of whatever a camera or file delivers.

    Args:
        picture: (h, w), (h, w, 1), (h, w, 3) BGR or (h, w, 4) BGRA, of any integer, float or bool type.
        white: the brightest value this source has meant so far (`white_of`); pictures of more than 8 bits are
            scaled by it, so that a dark frame of a 12-bit camera is not stretched.

    Raises:
        ValueError: it is no picture: another shape, or a side under MIN_SIDE or over MAX_SIDE.
    """
    shape = picture.shape
    if len(shape) not in (2, 3) or (len(shape) == 3 and shape[2] not in (1, 3, 4)):
        raise ValueError(f"no picture has the shape {shape}")
    check_size(shape[1], shape[0])
    if picture.dtype != np.uint8:
        white = max(white, white_of(picture))
        if picture.dtype != np.uint16:  # what deep cameras send needs no care, and is in haste
            picture = picture.astype(np.result_type(picture.dtype, np.float32))
            picture = np.nan_to_num(np.clip(picture, 0.0, white))
        picture = cv2.convertScaleAbs(picture, alpha=255.0 / white).reshape(shape)
    if len(shape) == 2:
        return picture
    if shape[2] == 1:
        return picture[:, :, 0]
    return np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY if shape[2] == 3 else cv2.COLOR_BGRA2GRAY), np.uint8)


def to_rgb(picture: NDArray[Any]) -> Image:
    """An (h, w, 3) uint8 RGB picture of what a colour camera or a video delivers: BGR, BGRA or gray, 8 bits a channel.

    Raises ValueError for anything else, and for a side under MIN_SIDE or over MAX_SIDE.
    """
    shape = picture.shape
    channels = 1 if len(shape) == 2 else shape[-1]
    if len(shape) not in (2, 3) or channels not in _TO_RGB or picture.dtype != np.uint8:
        raise ValueError(f"no colour picture has the shape {shape} of {picture.dtype}")
    check_size(shape[1], shape[0])
    return np.asarray(cv2.cvtColor(picture, _TO_RGB[channels]), np.uint8)


def white_of(picture: NDArray[Any]) -> float:
    """The value of white in this picture: full scale of the fewest bits (8, 10, 12, 14, 16) that hold its pixels.

    Whole numbers never mean less than 8 bits by white, and a picture of bools means 1.
    """
    if picture.dtype == np.uint8 or picture.size == 0:
        return 255.0
    brightest = float(np.fmax.reduce(picture, axis=None, initial=0)) if picture.dtype != np.bool_ else 1.0
    whites = _WHITES[1:] if np.issubdtype(picture.dtype, np.integer) else _WHITES
    return next((white for white in whites if brightest <= white), _WHITES[-1])


def check_size(width: int, height: int) -> None:
    """Raises ValueError for a picture too small to hold an eye or too large to be one."""
    if not (MIN_SIDE <= width <= MAX_SIDE and MIN_SIDE <= height <= MAX_SIDE):
        raise ValueError(f"a picture of {width} x {height} pixels; sides of {MIN_SIDE} to {MAX_SIDE} are possible")


def decode(data: bytes, flags: int = cv2.IMREAD_UNCHANGED) -> NDArray[Any]:
    """The pixels of an encoded picture, as they were stored unless OpenCV's `flags` say otherwise.

    Raises ValueError for data that is damaged, cut off, no picture, or larger than MAX_SIDE.
    """
    size = encoded_size(data)
    if size is not None:
        check_size(*size)  # before the decoder takes memory for it; bridge/__init__.py says so for every other format
    if not _is_modest(data):
        raise ValueError("the picture is damaged or cut off")
    try:
        picture = cv2.imdecode(np.frombuffer(data, np.uint8), flags) if data else None
    except cv2.error as error:
        raise ValueError(f"the picture cannot be decoded: {error.err}") from error
    if picture is None:
        raise ValueError("the picture is damaged or cut off")
    return picture


def _is_modest(data: bytes) -> bool:
    """Whether a JPEG or PNG asks its decoder for no more than its own bytes can be worth.

    OpenCV takes the memory that a PNG's chunk announces, up to 4 GB, before it looks whether the bytes are there.
    """
    if not data.startswith(_PNG):
        return not data.startswith(_JPEG) or data.count(_SCAN) <= _MOST_SCANS
    at, kind = len(_PNG), b""
    while at + 12 <= len(data) and kind != b"IEND":  # length, name and checksum around the chunk's own bytes
        kind = data[at + 4 : at + 8]
        at += 12 + int.from_bytes(data[at : at + 4], "big")
    return kind == b"IEND" and at <= len(data)


def encoded_size(data: bytes) -> tuple[int, int] | None:
    """(width, height) as the head of a JPEG or PNG announces it; None for other or damaged data."""
    if data.startswith(_PNG):
        return (int.from_bytes(data[16:20], "big"), int.from_bytes(data[20:24], "big")) if len(data) >= 24 else None
    if not data.startswith(_JPEG):
        return None
    at = 2
    while at + 9 <= len(data):
        if data[at] != 0xFF:
            return None
        marker = data[at + 1]
        if marker == 0xFF:  # a fill byte
            at += 1
        elif 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):  # SOF0..15 without DHT, JPG, DAC
            return int.from_bytes(data[at + 7 : at + 9], "big"), int.from_bytes(data[at + 5 : at + 7], "big")
        elif marker == 0x01 or 0xD0 <= marker <= 0xD9:  # markers without a body
            at += 2
        else:
            at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    return None
