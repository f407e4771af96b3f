"""Where results go: one file a protocol, one hook, `send(result)`."""

from typing import Annotated

from pydantic import Field

from bridge.sinks.base import Sink
from bridge.sinks.livelink import LiveLinkOptions
from bridge.sinks.native import NativeOptions
from bridge.sinks.vmc import VmcOptions

SinkOptions = Annotated[NativeOptions | VmcOptions | LiveLinkOptions, Field(discriminator="kind")]
"""Every output there is, told apart by `kind`; `options.open()` gives the Sink."""

__all__ = ["LiveLinkOptions", "NativeOptions", "Sink", "SinkOptions", "VmcOptions"]
