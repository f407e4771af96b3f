import logging
import os
import subprocess
import sys
import threading
import time
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest

from bridge.errors import BridgeError
from bridge.frames import EyeFrame
from bridge.recorder import Recorder, Tape, new_folder
from bridge.recording import RecordingReader, RecordingWriter

PICTURE = np.zeros((8, 8), np.uint8)


class StuckDisk(RecordingWriter):
    """Takes nothing until it is released."""

    def __init__(self, path: Path, lossless: bool = False) -> None:
        super().__init__(path, lossless=lossless)
        self.reached = threading.Event()
        self.release = threading.Event()

    def write(self, frame: EyeFrame, hurried: bool = False) -> None:
        self.reached.set()
        self.release.wait()
        super().write(frame, hurried)


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


def test_what_has_piled_up_is_saved_in_a_hurry_and_exactly(tmp_path: Path) -> None:
    """As a picture of zeros, a hurried one is many times as large as another."""
    disk = StuckDisk(tmp_path / "piled", lossless=True)
    with Recorder(disk) as recorder:
        recorder.offer(frame(0))
        disk.reached.wait()
        for number in range(1, 41):
            recorder.offer(EyeFrame(np.zeros((80, 60), np.uint8), None, number / 120, number))
        disk.release.set()
    sizes = [int(line.split(",")[3]) for line in (tmp_path / "piled" / "frames.csv").read_text().splitlines()[2:]]
    hurried = [size > 80 * 60 for size in sizes]
    assert hurried in ([True] * n + [False] * (40 - n) for n in (16, 17))  # the end waits in the queue, too
    with RecordingReader(tmp_path / "piled") as reader:
        assert len([frame for frame in reader if frame.left is not None and not frame.left.any()]) == 41


def test_a_disk_that_takes_long_to_sync_costs_no_frame(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced, release = threading.Event(), threading.Event()

    def sync(_: int) -> None:
        synced.set()
        release.wait(60)

    writer = RecordingWriter(tmp_path / "slow", lossless=True)
    monkeypatch.setattr("bridge.recording.os.fsync", sync)
    with Recorder(writer, capacity=500) as recorder:
        recorder.offer(frame(0))
        recorder.offer(frame(240))
        begun = synced.wait(30)
        for number in range(241, 641):
            recorder.offer(frame(number))
        end = time.monotonic() + 30
        while recorder.written < 402 and time.monotonic() < end:
            time.sleep(0.005)
        saved = recorder.written  # while the disk is still at it
        release.set()
    assert begun
    assert (saved, recorder.dropped) == (402, 0)


def test_who_starts_a_recording_or_records_never_waits_for_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting: list[int] = []
    sync = os.fsync

    def noted(file: int) -> None:
        waiting.append(threading.get_ident())
        sync(file)

    monkeypatch.setattr(os, "fsync", noted)
    tape = Tape()
    tape.start(tmp_path / "new")
    tape.offer(frame(0))
    tape.offer(frame(240))
    tape.stop()
    tape.close()
    assert len(waiting) >= 8, "its four files, at the beginning and at the end"
    assert threading.get_ident() not in waiting


def test_moments_without_any_picture_are_not_kept(tmp_path: Path) -> None:
    with Recorder(RecordingWriter(tmp_path / "gap")) as recorder:
        for number in range(3):
            recorder.offer(frame(number) if number != 1 else EyeFrame(None, None, number / 120, number))
    with RecordingReader(tmp_path / "gap") as reader:
        assert [frame.index for frame in reader] == [0, 2]
    assert (recorder.dropped, reader.damaged) == (0, 0)


def test_a_tape_records_between_start_and_stop(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "eyebridge")
    tape = Tape()
    tape.offer(frame(0))
    for part in ("one", "two"):
        tape.start(tmp_path / part, rate=120)
        with pytest.raises(BridgeError, match=rf"{part} is being recorded already"):
            tape.start(tmp_path / "three")
        for number in range(5):
            tape.offer(frame(number))
        tape.stop()
        tape.offer(frame(9))
        assert tape.path is None
    tape.close()
    for part in ("one", "two"):
        with RecordingReader(tmp_path / part) as reader:
            assert [frame.index for frame in reader] == [0, 1, 2, 3, 4]
        assert f"5 frames are in {tmp_path / part}" in caplog.text


def test_a_tape_that_is_not_stopped_is_saved_when_it_is_closed(tmp_path: Path) -> None:
    tape = Tape()
    tape.start(tmp_path / "last")
    tape.offer(frame(1))
    tape.close()
    with RecordingReader(tmp_path / "last") as reader:
        assert len(reader) == 1


def test_recordings_without_a_name_are_called_by_their_time() -> None:
    assert new_folder(datetime(2026, 11, 22, 20, 15, 33)).parts[-2:] == ("recordings", "2026-11-22 20.15.33")


FILL_THE_DISK = """
import logging
import resource
import sys
from pathlib import Path
import numpy as np
from bridge.errors import BridgeError
from bridge.frames import EyeFrame
from bridge.recorder import Recorder, Tape, new_folder
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


FILL_THE_TAPE = (
    FILL_THE_DISK.partition("with Recorder")[0]
    + """
tape = Tape()
tape.start(Path(sys.argv[1]))
told = []
for number in range(100):
    tape.offer(EyeFrame(None, np.random.default_rng(number).integers(0, 256, (60, 80), np.uint8), number / 120, number))
while not told:
    told += filter(None, [tape.failed()])
assert (tape.path, tape.saved, tape.failed()) == (None, None, None)
tape.close()
print(told[0])
"""
)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit on file sizes to fill the disk with")
def test_a_tape_that_ends_by_itself_says_so_once_and_records_nothing_any_more(tmp_path: Path) -> None:
    command = [sys.executable, "-c", FILL_THE_TAPE, str(tmp_path / "full")]
    said = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout.splitlines()
    assert said[-1] == f"cannot save {tmp_path / 'full'}: the disk is full; free some space and try again"
