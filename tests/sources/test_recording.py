import threading
import time
from pathlib import Path

import numpy as np
import pytest

from bridge.errors import BridgeError
from bridge.frames import EyeFrame
from bridge.recording import INDEX, RecordingWriter
from bridge.sources.recording import RecordingOptions


def record(path: Path, times: list[float]) -> Path:
    with RecordingWriter(path, rate=50) as writer:
        for number, moment in enumerate(times):
            writer.write(EyeFrame(np.full((16, 16), number, np.uint8), None, moment, number))
    return path


def play(options: RecordingOptions) -> list[EyeFrame]:
    with options.open() as source:
        return list(iter(source.read, None))


def test_frames_keep_their_own_times(tmp_path: Path) -> None:
    times = [812.25, 812.27, 812.5, 813.0]
    frames = play(RecordingOptions(path=record(tmp_path / "r", times), realtime=False))
    assert [frame.time for frame in frames] == times
    assert [frame.index for frame in frames] == [0, 1, 2, 3]


def test_a_loop_counts_on_from_any_first_time(tmp_path: Path) -> None:
    with RecordingOptions(path=record(tmp_path / "r", [812.0, 812.5]), realtime=False, loop=True).open() as source:
        frames = [frame for _ in range(5) if (frame := source.read())]
    assert [frame.time for frame in frames] == pytest.approx([812.0, 812.5, 812.52, 813.02, 813.04])
    assert [frame.index for frame in frames] == [0, 1, 2, 3, 4]


def test_it_starts_where_it_is_told_to(tmp_path: Path) -> None:
    path = record(tmp_path / "r", [812.0, 812.5, 813.0])
    frames = play(RecordingOptions(path=path, realtime=False, start=0.5))
    assert [(frame.time, frame.index) for frame in frames] == [(812.5, 1), (813.0, 2)]
    with pytest.raises(BridgeError, match=r"holds no picture that can be read 1\.5 s or more after its beginning"):
        RecordingOptions(path=path, start=1.5).open()


def test_real_time_waits_for_each_frame(tmp_path: Path) -> None:
    path = record(tmp_path / "r", [5.0, 5.02, 5.1])
    begin = time.monotonic()
    assert len(play(RecordingOptions(path=path))) == 3
    assert time.monotonic() - begin >= 0.09


def test_a_gap_no_clock_can_mean_is_not_waited_for(tmp_path: Path) -> None:
    assert len(play(RecordingOptions(path=record(tmp_path / "r", [5.0, 1e300, 1e308])))) == 3


def test_closing_ends_a_wait(tmp_path: Path) -> None:
    source = RecordingOptions(path=record(tmp_path / "r", [0.0, 9.0, 18.0])).open()
    assert source.read() is not None
    last: list[EyeFrame | None] = []
    reader = threading.Thread(target=lambda: last.append(source.read()))
    reader.start()
    source.close()
    reader.join(timeout=5)
    assert last == [None]
    source.close()
    assert source.read() is None


def test_damage_is_counted(tmp_path: Path) -> None:
    path = record(tmp_path / "r", [0.0, 0.1, 0.2])
    with (path / INDEX).open("a") as index:
        index.write("3,0.3,0,99999")
    with RecordingOptions(path=path, realtime=False).open() as source:
        assert len(list(iter(source.read, None))) == 3
        assert source.corrupt == 1


def test_an_empty_recording_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BridgeError, match="recording r holds no picture that can be read"):
        RecordingOptions(path=record(tmp_path / "r", [])).open()
