"""A face camera: whether its files are right, how fast it is read, and whether a face is before it."""

import time
from collections.abc import Iterator
from typing import Final

from bridge.checks.finding import Finding, ok, problem, warning
from bridge.errors import BridgeError
from bridge.sources import FaceOptions

LOOK: Final = 3.0
"Seconds that it is looked at; the networks are slow at first."

_SLOW: Final = 15.0
"Readings a second under which speech looks mumbled."
_OFTEN: Final = 0.8


def look(options: FaceOptions, seconds: float = LOOK) -> Iterator[Finding]:
    """What the face camera sees within some seconds, beside eye cameras or alone."""
    times: list[float] = []
    frames = 0
    try:
        with options.open() as source:
            until = time.monotonic() + seconds
            while time.monotonic() < until and (frame := source.read()) is not None:
                frames += 1
                if frame.face is not None and frame.face.time not in times[-1:]:
                    times.append(frame.face.time)
    except BridgeError as error:
        yield problem("face camera", str(error), "see: eyebridge run --help, --source.kind face")
        return
    if len(times) < 2:
        remedy = "sit before it, with light from in front; its picture must show the whole face"
        yield warning("face camera", f"{source.name}: no face in {frames} frames", remedy)
        return
    rate = (len(times) - 1) / (times[-1] - times[0])
    said = f"{source.name}: {rate:.0f} readings of a face a second"
    if rate < _SLOW:
        yield warning("face camera", said, "ask for a smaller picture (--source.width 640), give it more light")
    elif len(times) < _OFTEN * frames and options.eyes is None:
        yield warning("face camera", f"{said}, none in some frames", "stay in its picture, with light from in front")
    else:
        yield ok("face camera", said)
