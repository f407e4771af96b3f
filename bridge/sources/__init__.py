"""Where eye images come from: one file each, one hook.

A source is chosen by its options: `options.open()` gives the Source, and `SourceOptions` lists them all.
"""

import os
import re
from pathlib import Path
from typing import Annotated

from pydantic import Field

from bridge.errors import BridgeError
from bridge.recording import ABOUT
from bridge.sources.camera import URL, CameraOptions
from bridge.sources.images import ImagesOptions
from bridge.sources.recording import RecordingOptions
from bridge.sources.source import Source
from bridge.sources.video import VideoOptions

__all__ = [
    "CameraOptions",
    "ImagesOptions",
    "RecordingOptions",
    "Source",
    "SourceOptions",
    "VideoOptions",
    "source_from",
]

SourceOptions = Annotated[
    CameraOptions | VideoOptions | ImagesOptions | RecordingOptions,
    Field(discriminator="kind"),
]


def source_from(text: str) -> SourceOptions:
    """The source a user means by what they typed: a camera index or address, or something stored.

    Raises BridgeError when it is none of these.
    """
    if re.fullmatch(r"\d{1,2}|/dev/.+", text) or URL.match(text):
        return CameraOptions(device=text)
    path = Path(os.path.expanduser(text))
    if text and os.path.isdir(path):
        return RecordingOptions(path=path) if os.path.isfile(path / ABOUT) else ImagesOptions(path=path)
    if text and os.path.exists(path):
        return VideoOptions(path=path)
    raise BridgeError(
        f"no such file or folder: {text}; give a video file, an image folder, a recording or a camera index"
    )
