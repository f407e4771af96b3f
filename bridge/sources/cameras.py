"""The wearer's cameras: one for both eyes, or one for each; written as on the command line or option by option."""

import re
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, BeforeValidator, Field, model_validator

from bridge.errors import BridgeError
from bridge.sources.camera import CameraOptions
from bridge.sources.capture import URL
from bridge.sources.live import Live, LiveOptions
from bridge.sources.mjpeg import MjpegOptions
from bridge.sources.serial import SerialOptions
from bridge.sources.source import Source
from bridge.sources.zeromq import ZeroMqOptions

CameraChoice = CameraOptions | MjpegOptions | SerialOptions | ZeroMqOptions

# What a person types begins with one of these; the rest, or all of it, is the option named beside it.
_SPELLINGS: Final[tuple[tuple[str, type[CameraChoice], str], ...]] = (
    (r"(?=https?://)", MjpegOptions, "url"),
    (r"serial:(?=.)", SerialOptions, "port"),
    (r"(?=COM\d{1,3}$|/dev/(tty|cu\.|serial/).)", SerialOptions, "port"),
    (r"(zmq:)?(?=tcp://)", ZeroMqOptions, "address"),
    (rf"(?=\d{{1,2}}$|/dev/.|{URL.pattern})", CameraOptions, "device"),
)


def camera_from(text: str) -> CameraChoice | None:
    """The camera that a user typed: an index, a device path, a port or an address; None when it is none of these.

    Raises ValueError for an address that cannot be.
    """
    for beginning, options, name in _SPELLINGS:
        if match := re.match(beginning, text, re.IGNORECASE):
            return options.model_validate({name: text[match.end() :]})
    return None


def _typed(value: Any) -> Any:
    """A camera may be written as on the command line, and one without a kind is a camera of the system."""
    if isinstance(value, str):
        camera = camera_from(value)
        if camera is None:
            raise ValueError("give a camera index (0), a serial port, or an address (http://... or tcp://...)")
        return camera
    return {"kind": "camera", **value} if isinstance(value, dict) else value


Camera = Annotated[Annotated[CameraChoice, Field(discriminator="kind")], BeforeValidator(_typed)]


class CamerasOptions(BaseModel, frozen=True, extra="forbid"):
    """The wearer's cameras."""

    kind: Literal["cameras"] = "cameras"
    both: Camera | None = Field(default=None, description="One camera that sees both eyes, or the only one there is")
    left: Camera | None = Field(default=None, description="The camera that sees the wearer's left eye")
    right: Camera | None = Field(default=None, description="The camera that sees the wearer's right eye")
    wait: bool = Field(default=False, description="Start although no camera answers, and wait for one")

    @model_validator(mode="after")
    def _check(self) -> "CamerasOptions":
        if self.both is not None and (self.left is not None or self.right is not None):
            raise ValueError("cameras has either both, or left and right")
        return self

    @property
    def chosen(self) -> bool:
        """Whether any camera is named."""
        return any(camera is not None for camera in (self.both, self.left, self.right))

    def open(self) -> Source:
        """Raises BridgeError when no camera is named, or none of them answers."""
        cameras: list[tuple[str, LiveOptions]] = []
        if self.both is not None:
            cameras.append((self.both.name, self.both))
        if self.left is not None:
            cameras.append(_for_eye("left", self.left))
        if self.right is not None:
            cameras.append(_for_eye("right", self.right))
        if not cameras:
            raise BridgeError("no camera is named; say which one to read, for example: eyebridge run 0")
        return Live(cameras, wait=self.wait)


def _for_eye(eye: Literal["left", "right"], camera: CameraChoice) -> tuple[str, LiveOptions]:
    options = camera.model_copy(update={"eyes": eye})
    return f"{eye} eye {options.name}", options
