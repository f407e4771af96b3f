import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

from bridge.frames import EyeFrame
from bridge.recorder import Recorder
from bridge.recording import RecordingReader, RecordingWriter

PICTURE = np.zeros((8, 8), np.uint8)


class StuckDisk(RecordingWriter):
    """Takes nothing until it is released."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.reached = threading.Event()
        self.release = threading.Event()

    def write(self, frame: EyeFrame) -> None:
        self.reached.set()
        self.release.wait()
        super().write(frame)


def frame(number: int) -> EyeFrame:
    return EyeFrame(PICTURE, None, number / 120, number)


def test_every_frame_is_saved_by_the_time_it_is_closed(tmp_path: Path) -> None:
    with Recorder(RecordingWriter(tmp_path / "all"), capacity=500) as recorder:
        for number in range(300):
            recorder.offer(frame(number))
    assert (recorder.written, recorder.dropped, recorder.failure) == (300, 0, None)
    with RecordingReader(tmp_path / "all") as reader:
        assert [frame.index for frame in reader] == list(range(300))


def test_a_stuck_disk_costs_frames_but_never_waits(tmp_path: Path) -> None:
    disk = StuckDisk(tmp_path / "stuck")
    with Recorder(disk, capacity=10) as recorder:
        recorder.offer(frame(0))
        disk.reached.wait()
        for number in range(1, 31):
            recorder.offer(frame(number))
        assert recorder.dropped == 20
        disk.release.set()
    recorder.offer(frame(31))
    assert (recorder.written, recorder.dropped) == (11, 21)


FILL_THE_DISK = """
import logging
import resource
import sys
from pathlib import Path
import numpy as np
from bridge.frames import EyeFrame
from bridge.recorder import Recorder
from bridge.recording import RecordingWriter
logging.basicConfig(stream=sys.stdout, format="%(message)s")
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
with Recorder(RecordingWriter(Path(sys.argv[1]), lossless=True)) as recorder:
    for number in range(100):
        picture = np.random.default_rng(number).integers(0, 256, (60, 80), np.uint8)
        recorder.offer(EyeFrame(None, picture, number / 120, number))
print(recorder.written, recorder.dropped, recorder.failure)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit on file sizes to fill the disk with")
def test_a_full_disk_is_said_once(tmp_path: Path) -> None:
    command = [sys.executable, "-c", FILL_THE_DISK, str(tmp_path / "full")]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    sentence = f"cannot save {tmp_path / 'full'}: the disk is full; free some space and try again"
    assert said == [f"recording ended after 4 frames: {sentence}", f"4 96 {sentence}"]
