"""Cameras: which there are, whether we may use them, and what one of them shows."""

import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np
from serial.tools import list_ports

from bridge.checks.finding import Finding, ok, problem, warning
from bridge.config import Config
from bridge.errors import BridgeError
from bridge.frames import EyeFrame, Image, Result
from bridge.pipeline import Pipeline
from bridge.sources import SourceOptions
from bridge.sources.capture import working_cameras

LOOK: Final = 2.0
"Seconds that a source is looked at."

_DARK: Final = 25.0
_BRIGHT: Final = 230.0
"Mean gray levels beyond which little of an eye is to be seen."
_SLOW: Final = 25.0
"Frames a second under which blinks are missed."
_OFTEN: Final = 0.8

# Linux: the group that may use such a device.
_GROUPS: Final = {"video*": "video", "ttyACM*": "dialout", "ttyUSB*": "dialout"}


def cameras() -> Iterator[Finding]:
    """Cameras of the system and serial ports; those of a network cannot be listed."""
    yield from _permissions(Path("/dev"))
    found = working_cameras()
    serial = [port.device for port in list_ports.comports()]
    if found:
        yield ok("cameras", f"answering at index {', '.join(map(str, found))}")
    if serial:
        yield ok("cameras", f"serial ports: {', '.join(serial)}")
    if not found and not serial:
        remedy = "plug one in, close the program that uses it, or give a network camera's address"
        yield warning("cameras", "none answers on this machine", remedy)


def _permissions(folder: Path) -> Iterator[Finding]:
    """Devices that are there and that we may not use."""
    if sys.platform != "linux":
        return
    for pattern, group in _GROUPS.items():
        closed = [str(path) for path in sorted(folder.glob(pattern)) if not os.access(path, os.R_OK | os.W_OK)]
        if closed:
            remedy = f'sudo usermod -aG {group} "$USER", then log in again'
            yield problem("cameras", f"you may not use {', '.join(closed)}", remedy)


def look(options: SourceOptions, config: Config, seconds: float = LOOK) -> Iterator[Finding]:
    """What a source shows within some seconds, as the network sees it."""
    frames: list[EyeFrame] = []
    results: list[Result] = []
    try:
        with options.open() as source:
            pipeline, until = Pipeline(config, config.network.open()), time.monotonic() + seconds
            while time.monotonic() < until and (frame := source.read()) is not None:
                if frame.left is not None or frame.right is not None:
                    frames.append(frame)
                    results.append(pipeline(frame))
            dropped = sum(camera.dropped for camera in source.health())
            corrupt = source.corrupt + sum(camera.corrupt for camera in source.health())
    except BridgeError as error:
        yield problem("source", str(error), "see the cameras above; eyebridge run --help shows how to write each kind")
        return
    if not frames:
        yield problem("source", f"{source.name} gave no picture within {seconds:g} s", "check its cable and its power")
        return
    yield from _pace(source.name, frames, dropped, corrupt)
    for side in (0, 1):
        yield _eye(side, frames, results)


def _pace(name: str, frames: list[EyeFrame], dropped: int, corrupt: int) -> Iterator[Finding]:
    took = frames[-1].time - frames[0].time
    rate = (len(frames) - 1) / took if took > 0 else 0.0
    said = f"{name}: {rate:.0f} frames a second, {dropped} dropped, {corrupt} damaged"
    if corrupt > 0.05 * len(frames):
        yield warning("source", said, "use another cable or a better network; damaged pictures are left out")
    elif rate < _SLOW:
        yield warning("source", said, "give it more light or a smaller picture; blinks need 30 frames a second")
    else:
        yield ok("source", said)


def _eye(side: int, frames: list[EyeFrame], results: list[Result]) -> Finding:
    """One eye over all frames; `side` is 0 for the wearer's left."""
    name = ("left", "right")[side]
    topic = f"{name} eye"
    pictures = [picture for frame in frames if (picture := (frame.left, frame.right)[side]) is not None]
    if not pictures:
        return warning(topic, "no picture of it", "give the other camera too, or --rectification.mirror-missing")
    height, width = pictures[-1].shape
    bright = _brightness(pictures)
    seen = float(np.mean([result.expression[f"visible_{name}"] >= 0.5 for result in results]))
    said = f"{width} x {height}, mean gray {bright:.0f}, an eye in {seen:.0%} of the frames"
    if not _DARK <= bright <= _BRIGHT:
        return warning(topic, f"{said}: too {'dark' if bright < _DARK else 'bright'}", "change exposure or LED current")
    if seen < _OFTEN:
        return warning(topic, said, "turn, move or crop the camera's picture until the eye fills it")
    return ok(topic, said)


def _brightness(pictures: list[Image]) -> float:
    return float(np.mean([picture[::4, ::4].mean() for picture in pictures]))
