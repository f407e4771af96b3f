"""Where results go: one file a protocol, one hook, `send(result)`."""

from typing import Annotated

from pydantic import Field

from bridge.sinks.artnet import ArtNetOptions
from bridge.sinks.base import Sink
from bridge.sinks.hyperion import HyperionOptions
from bridge.sinks.ifacialmocap import IFacialMocapOptions
from bridge.sinks.livelink import LiveLinkOptions
from bridge.sinks.native import NativeOptions
from bridge.sinks.values import ValuesOptions
from bridge.sinks.vmc import VmcOptions
from bridge.sinks.vrcft import BabbleOptions, EyeTrackVrOptions
from bridge.sinks.vrchat import VrchatOptions
from bridge.sinks.zeromq import ZeroMqOptions

SinkOptions = Annotated[
    NativeOptions
    | VmcOptions
    | LiveLinkOptions
    | EyeTrackVrOptions
    | BabbleOptions
    | ValuesOptions
    | VrchatOptions
    | IFacialMocapOptions
    | ZeroMqOptions
    | HyperionOptions
    | ArtNetOptions,
    Field(discriminator="kind"),
]
"""Every output there is, told apart by `kind`; `options.open()` gives the Sink."""

__all__ = [
    "ArtNetOptions",
    "BabbleOptions",
    "EyeTrackVrOptions",
    "HyperionOptions",
    "IFacialMocapOptions",
    "LiveLinkOptions",
    "NativeOptions",
    "Sink",
    "SinkOptions",
    "ValuesOptions",
    "VmcOptions",
    "VrchatOptions",
    "ZeroMqOptions",
]
