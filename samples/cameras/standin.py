"""What every stand-in camera does: plays the eyes of a recording at a steady rate, and fails when it is told to."""

import argparse
import random
import signal
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final, Literal, Self, get_args

import cv2
import numpy as np

from bridge import shipped
from bridge.frames import EyeFrame, Image
from bridge.recording import RecordingReader

Eye = Literal["left", "right", "both"]
Fault = Literal["none", "drop", "stall", "garbage", "freeze"]
"""drop: the camera is gone; stall: it says nothing; garbage: half pictures and noise; freeze: always one picture."""

Track = Sequence[bytes]
"An eye's JPEGs."

_GLANCE: Final = 0.2
"Seconds; a wait without end cannot be interrupted on Windows."


def never(_: float) -> Fault:
    """A camera that never fails by itself."""
    return "none"


def in_turn(faults: Sequence[Fault], every: float, lasting: float) -> Callable[[float], Fault]:
    """One fault after the other: each begins after `every` healthy seconds and lasts `lasting` seconds."""

    def fault_at(elapsed: float) -> Fault:
        turn, within = divmod(elapsed, every + lasting)
        return faults[int(turn) % len(faults)] if faults and within >= every else "none"

    return fault_at


class StandIn(ABC):
    """Plays tracks without end in a thread of its own.

    Args:
        tracks: each eye's JPEGs.
        rate: frames a second.
        fault_at: what is wrong so many seconds after the start. `faults[eye]` says it at once, from any thread.
    """

    def __init__(self, tracks: Mapping[Eye, Track], rate: float, fault_at: Callable[[float], Fault] = never) -> None:
        self.faults: dict[Eye, Fault] = dict.fromkeys(tracks, "none")
        self.shown = 0
        "Moments that have passed."
        self._tracks, self._rate, self._fault_at = tracks, rate, fault_at
        self._there: set[Eye] = set()
        self._noise = random.Random(0)
        self._closed = threading.Event()
        for eye in tracks:
            self._appear(eye)
        self._thread = threading.Thread(target=self._play, name=type(self).__name__, daemon=True)
        self._thread.start()

    @abstractmethod
    def where(self, eye: Eye) -> str:
        """What to give `eyebridge run` so that it finds this eye."""

    @abstractmethod
    def _send(self, eye: Eye, jpeg: bytes) -> None:
        """Send a picture, or what should be one; waits for nobody."""

    def _appear(self, eye: Eye) -> None:
        """The camera is plugged in."""
        self._there.add(eye)

    def _vanish(self, eye: Eye) -> None:
        """The camera is pulled out."""
        self._there.discard(eye)

    def close(self) -> None:
        self._closed.set()
        self._thread.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _play(self) -> None:
        start = time.monotonic()
        while not self._closed.wait(max(0.0, start + self.shown / self._rate - time.monotonic())):
            planned = self._fault_at(time.monotonic() - start)
            for eye, track in self._tracks.items():
                fault = self.faults[eye] if self.faults[eye] != "none" else planned
                if (fault == "drop") == (eye in self._there):
                    (self._vanish if fault == "drop" else self._appear)(eye)
                if fault not in ("drop", "stall"):
                    self._send(eye, self._picture(track, fault))
            self.shown += 1
        for eye in tuple(self._there):
            self._vanish(eye)

    def _picture(self, track: Track, fault: Fault) -> bytes:
        jpeg = track[0 if fault == "freeze" else self.shown % len(track)]
        if fault == "garbage":
            half = jpeg[: len(jpeg) // 2] if self.shown % 2 else b""
            return half + self._noise.randbytes(len(jpeg) - len(half))
        return jpeg


def tracks_of(recording: Path, eyes: Sequence[Eye], size: int | None = None) -> dict[Eye, Track]:
    """The eyes of a recording as JPEGs, `size` pixels high where that is given."""
    tracks: dict[Eye, list[bytes]] = {eye: [] for eye in eyes}
    with RecordingReader(recording) as frames:
        for frame in frames:
            for eye, track in tracks.items():
                picture = _picture_of(frame, eye)
                if picture is not None:
                    track.append(encode(_scaled(picture, size)))
    return dict(tracks)


def encode(picture: Image) -> bytes:
    """As a JPEG."""
    return cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 80])[1].tobytes()


def _picture_of(frame: EyeFrame, eye: Eye) -> Image | None:
    if eye != "both":
        return frame.left if eye == "left" else frame.right
    return None if frame.left is None or frame.right is None else np.hstack([frame.left, frame.right])


def _scaled(picture: Image, height: int | None) -> Image:
    if height is None:
        return picture
    return np.asarray(cv2.resize(picture, (round(picture.shape[1] * height / picture.shape[0]), height)), np.uint8)


def parser(description: str | None) -> argparse.ArgumentParser:
    """The flags that all stand-ins have."""
    flags = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    flags.add_argument("--recording", type=Path, default=shipped.demo_recording(), help="what to play")
    flags.add_argument(
        "--eyes", nargs="+", default=["left", "right"], choices=get_args(Eye), help="left right, or both"
    )
    flags.add_argument("--rate", type=float, default=60.0, help="frames a second (60)")
    flags.add_argument("--size", type=int, default=240, help="height of a picture, pixels (240)")
    flags.add_argument("--fault", nargs="+", default=[], choices=get_args(Fault)[1:], help="what goes wrong, in turn")
    flags.add_argument("--every", type=float, default=10.0, help="healthy seconds between two faults (10)")
    flags.add_argument("--lasting", type=float, default=2.0, help="seconds that a fault lasts (2)")
    return flags


def perform(camera: StandIn) -> None:
    """Say how to watch, and play until Ctrl-C."""
    with camera:
        print("eyebridge run", *map(camera.where, camera.faults), flush=True)
        ended = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: ended.set())
        while not ended.wait(_GLANCE):
            pass
