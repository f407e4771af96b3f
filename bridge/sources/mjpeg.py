"""A camera that streams JPEGs over HTTP, as OpenIris and EyeTrackVR boards, phones and IP cameras do.

The answer is `multipart/x-mixed-replace`: JPEGs without end, with a few lines of text between them.
"""

from collections.abc import Sequence
from typing import Final, Literal

from pydantic import Field, field_validator

from bridge.frames import Image
from bridge.sources.device import Device, Lost
from bridge.sources.http import Body, Head, get, split, without_password
from bridge.sources.jpegs import JpegReader
from bridge.sources.live import LiveOptions
from bridge.sources.wire import Wire, decode_jpeg

_FASTEST: Final = 1000.0
"Hz; a camera that announces more is wrong."

_REFUSALS: Final = {
    401: "it wants another name and password (http://name:password@192.168.1.20/)",
    403: "it does not let us in",
    404: "it has nothing at this address",
    503: "it is busy",
}

# What is no stream, by the beginning of its type.
_NO_STREAM: Final = {
    "image/": "a single picture",
    "text/": "a page for browsers",
    "application/json": "data without pictures",
}


class MjpegOptions(LiveOptions, frozen=True, extra="forbid"):
    """A camera that streams JPEGs over HTTP."""

    kind: Literal["mjpeg"] = "mjpeg"
    url: str = Field(
        max_length=2000,
        description="Address of the stream, for example http://192.168.1.20/ or http://openiristracker.local/; a name "
        "and password may stand in it: http://name:password@192.168.1.20/",
    )

    @field_validator("url")
    @classmethod
    def _address(cls, url: str) -> str:
        """People give a camera's bare name or number."""
        full = url if "://" in url else f"http://{url}"
        split(full)
        return full

    @property
    def name(self) -> str:
        return f"camera {without_password(self.url)}"

    def remedy(self) -> str:
        return "check that it is switched on, that this is the address of its stream, and that no other program watches"

    def connect(self) -> Device:
        body = get(self.url)
        try:
            _check(body.head)
        except Lost:
            body.close()
            raise
        return MjpegDevice(body)


class MjpegDevice(Wire[bytes]):
    """A stream that has begun."""

    def __init__(self, body: Body) -> None:
        super().__init__(_rate(body.head))
        self._body = body
        self._reader = JpegReader()

    def _receive(self, wait: float) -> Sequence[bytes]:
        damaged = self._reader.damaged
        pictures = self._reader.feed(self._body.receive(wait))
        self._spoiled("a picture is cut off", self._reader.damaged - damaged)
        return pictures

    def _decode(self, encoded: bytes) -> Image:
        return decode_jpeg(encoded)

    def _release(self) -> None:
        self._body.close()


def _check(head: Head) -> None:
    """Raises Lost for an answer that is no stream of pictures."""
    if head.status != 200:
        raise Lost(_REFUSALS.get(head.status, f"it answers with the HTTP status {head.status}"))
    kind = head.headers.get("content-type", "").lower()
    for beginning, meaning in _NO_STREAM.items():
        if kind.startswith(beginning):
            raise Lost(f"it answers with {meaning}, not with a stream of pictures")


def _rate(head: Head) -> float | None:
    """What OpenIris announces."""
    try:
        rate = float(head.headers.get("x-framerate", ""))
    except ValueError:
        return None
    return rate if 0 < rate <= _FASTEST else None
