"""What the Cameras page is sent while it is open: both cameras' whole pictures, and how they are cut and turned."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from bridge.checkerboard import Search
from bridge.frames import EyeFrame, Image
from bridge.rectification import EYE_SIZE, EyeOptions, Rectifier

PERIOD: Final = 0.1
"Seconds between two pictures of a camera."

LEFT, RIGHT = b"\x02", b"\x03"

_LARGEST: Final = 640
"Pixels a side of a picture that is sent."
_JPEG_QUALITY: Final = 80


@dataclass(frozen=True, slots=True)
class CameraView:
    """What the cameras saw at one moment, and what is made of it."""

    frame: EyeFrame
    rectifier: Rectifier
    "Whoever shows the view is alone in using it."
    headset: str
    saved: bool
    "Whether nothing has changed since the headset was loaded or saved."
    search: Search | None
    "How the search for a checkerboard stands; None while there is none."


def setup(view: CameraView) -> str:
    """The state of both cameras as JSON text; the same text as long as nothing has changed."""
    options = view.rectifier.options
    pictures = view.rectifier.cameras(view.frame)
    return json.dumps(
        {
            "type": "setup",
            "headset": view.headset,
            "saved": view.saved,
            "swap": options.swap,
            "aspect": EYE_SIZE[1] / EYE_SIZE[0],
            "eyes": [_eye(eye, picture) for eye, picture in zip((options.left, options.right), pictures, strict=True)],
            "search": None if view.search is None else _search(view.search),
        },
        separators=(",", ":"),
        allow_nan=False,
    )


def pictures(view: CameraView) -> Iterator[bytes]:
    """A JPEG of each camera that is there, behind one byte that says which.

    It is upright, as `crop` is meant; the camera before which a board is looked for is shown as it is, with the board.
    """
    upright, raw = view.rectifier.upright(view.frame), view.rectifier.cameras(view.frame)
    for kind, eye, whole, bare in zip((LEFT, RIGHT), ("left", "right"), upright, raw, strict=True):
        sought = view.search is not None and view.search.eye == eye
        picture = bare if sought else whole
        if picture is not None:
            yield kind + _jpeg(picture, view.search if sought else None)


def _eye(options: EyeOptions, picture: Image | None) -> dict[str, object]:
    return {
        "size": None if picture is None else [picture.shape[1], picture.shape[0]],
        "crop": options.crop,
        "rotation": options.rotation,
        "mirror": options.mirror,
        "undistorted": options.camera_matrix is not None,
    }


def _search(search: Search) -> dict[str, object]:
    taken = 0 if search.views is None else len(search.views.corners)
    return {
        "eye": search.eye,
        "columns": search.board.columns,
        "rows": search.board.rows,
        "seen": search.corners is not None,
        "taken": taken,
        "missing": None if search.views is None else search.views.missing,
        "error": None if search.lens is None else round(search.lens.error, 3),
        "problem": search.problem,
    }


def _jpeg(picture: Image, search: Search | None) -> bytes:
    scale = min(1.0, _LARGEST / max(picture.shape))
    if scale < 1.0:
        picture = np.asarray(cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)
    if search is not None and search.corners is not None:
        shown = np.asarray(cv2.cvtColor(picture, cv2.COLOR_GRAY2BGR), np.uint8)
        size = (search.board.columns, search.board.rows)
        cv2.drawChessboardCorners(shown, size, search.corners[:, None] * np.float32(scale), True)
        picture = shown
    return cv2.imencode(".jpg", picture, (cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY))[1].tobytes()
