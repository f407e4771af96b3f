"""Sources as a person types them: a camera's index, port or address, or the path of something stored."""

import os
from pathlib import Path

from pydantic import ValidationError

from bridge.errors import BridgeError
from bridge.recording import ABOUT
from bridge.sources.cameras import CameraChoice, CamerasOptions, camera_from
from bridge.sources.images import ImagesOptions
from bridge.sources.recording import RecordingOptions
from bridge.sources.video import VideoOptions

Typed = CameraChoice | VideoOptions | ImagesOptions | RecordingOptions


def source_from(text: str) -> Typed:
    """The source a user means by what they typed: a camera index, port or address, or something stored.

    Raises BridgeError when it is none of these.
    """
    try:
        camera = camera_from(text)
    except ValidationError as error:
        raise BridgeError(f"{text} will not do: {error.errors()[0]['msg'].removeprefix('Value error, ')}") from error
    if camera is not None:
        return camera
    path = Path(os.path.expanduser(text))
    if text and os.path.isdir(path):
        return RecordingOptions(path=path) if os.path.isfile(path / ABOUT) else ImagesOptions(path=path)
    if text and os.path.exists(path):
        return VideoOptions(path=path)
    raise BridgeError(
        f"no such file or folder: {text}; give a video file, an image folder, a recording or a camera index"
    )


def pair_from(left: str, right: str) -> CamerasOptions:
    """A camera for each eye, as a user typed them. Raises BridgeError for anything that is no camera."""
    try:
        return CamerasOptions.model_validate({"left": left, "right": right})
    except ValidationError as error:
        first = error.errors()[0]
        raise BridgeError(
            f"{first['input']} will not do for one eye: {first['msg'].removeprefix('Value error, ')}"
        ) from error
