"""python -m tests.soak.recording: every kind of recording at 2 x 120 Hz, frames paced as a camera's, and what it costs.

A row says size and codec, frames that were dropped, the share of one core, megabytes a second, and the longest the
queue ever was.
"""

import argparse
import itertools
import sys
import tempfile
import time
from pathlib import Path

import cv2
import numpy as np
import psutil

from bridge import shipped
from bridge.frames import EyeFrame, Image
from bridge.recorder import Recorder
from bridge.recording import RecordingReader, RecordingWriter

CODECS = {"png": {"lossless": True}, "jpeg 90": {"quality": 90}, "jpeg 75": {"quality": 75}}


def eyes(side: int, count: int = 48) -> list[tuple[Image, Image]]:
    """Pictures of (side, side) with a sensor's noise of two gray levels, without which they would pack too well."""
    chance = np.random.default_rng(0)

    def made(picture: Image | None) -> Image:
        assert picture is not None
        grown = cv2.resize(picture, (side, side), interpolation=cv2.INTER_CUBIC)
        return np.asarray(np.clip(grown + chance.normal(0, 2, grown.shape), 0, 255), np.uint8)

    with RecordingReader(shipped.demo_recording()) as reader:
        return [(made(reader[n].left), made(reader[n].right)) for n in range(0, count * 12, 12)]


def measure(side: int, codec: str, seconds: float, rate: float, folder: Path) -> str:
    pictures, process = eyes(side), psutil.Process()
    writer = RecordingWriter(folder, rate=rate, **CODECS[codec])  # type: ignore[arg-type]
    longest, count = 0, int(seconds * rate)
    before, begun = sum(process.cpu_times()[:2]), time.monotonic()
    with Recorder(writer) as recorder:
        for index, (left, right) in zip(range(count), itertools.cycle(pictures), strict=False):
            time.sleep(max(0.0, begun + index / rate - time.monotonic()))
            recorder.offer(EyeFrame(left, right, index / rate, index))
            longest = max(longest, index + 1 - recorder.written - recorder.dropped)
    took, used = time.monotonic() - begun, sum(process.cpu_times()[:2]) - before
    size = sum(path.stat().st_size for path in folder.iterdir())
    return (
        f"{side} x {side}  {codec:8} {recorder.written:5} kept {recorder.dropped:4} dropped  core {used / took:4.0%}  "
        f"{size / took / 1e6:5.1f} MB/s  {size / recorder.written / 2 / side**2:.2f} bytes a pixel  queue {longest:3}"
    )


def main() -> int:
    asked = argparse.ArgumentParser(prog="python -m tests.soak.recording", description=__doc__)
    asked.add_argument("--seconds", type=float, default=20.0)
    asked.add_argument("--rate", type=float, default=120.0)
    words = asked.parse_args()
    for side, codec in itertools.product((240, 400), CODECS):
        with tempfile.TemporaryDirectory(dir=".") as folder:
            print(measure(side, codec, words.seconds, words.rate, Path(folder) / "recording"), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
