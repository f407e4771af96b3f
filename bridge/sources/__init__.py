"""Where eye images, and faces, come from: one file each, one hook.

A source is chosen by its options: `options.open()` gives the Source, and `SourceOptions` lists them all.
"""

from typing import Annotated

from pydantic import Field

from bridge.sources.camera import CameraOptions
from bridge.sources.cameras import CamerasOptions
from bridge.sources.face import FaceOptions
from bridge.sources.images import ImagesOptions
from bridge.sources.mjpeg import MjpegOptions
from bridge.sources.recording import RecordingOptions
from bridge.sources.serial import SerialOptions
from bridge.sources.source import Source
from bridge.sources.typed import pair_from, source_from
from bridge.sources.video import VideoOptions
from bridge.sources.zeromq import ZeroMqOptions

__all__ = [
    "CameraOptions",
    "CamerasOptions",
    "FaceOptions",
    "ImagesOptions",
    "MjpegOptions",
    "RecordingOptions",
    "SerialOptions",
    "Source",
    "SourceOptions",
    "VideoOptions",
    "ZeroMqOptions",
    "pair_from",
    "source_from",
]

SourceOptions = Annotated[
    CameraOptions
    | MjpegOptions
    | SerialOptions
    | ZeroMqOptions
    | CamerasOptions
    | VideoOptions
    | ImagesOptions
    | RecordingOptions
    | FaceOptions,
    Field(discriminator="kind"),
]
