import logging
import struct
import tempfile
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.errors import BridgeError
from bridge.frames import EyeFrame
from bridge.sources.playback import Playback
from bridge.sources.source import Source
from bridge.sources.video import VideoOptions

COUNT, RATE = 30, 50


@pytest.fixture(scope="module")
def video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Frame n is 5 n + 5 on the left half and black on the right."""
    path = tmp_path_factory.mktemp("video") / "eyes 1.avi"
    fourcc = cv2.VideoWriter.fourcc(*"MJPG")
    writer = cv2.VideoWriter(str(path), fourcc, RATE, (128, 48))
    for number in range(COUNT):
        picture = np.zeros((48, 128, 3), np.uint8)
        picture[:, :64] = 5 * number + 5
        writer.write(picture)
    writer.release()
    return path


def drain(source: Source) -> list[EyeFrame]:
    with source:
        return list(iter(source.read, None))


def numbers(frames: list[EyeFrame]) -> list[int]:
    """The number drawn into each frame."""
    return [round(float(frame.left.mean()) / 5) - 1 for frame in frames if frame.left is not None]


def test_every_frame_at_its_time(video: Path) -> None:
    frames = drain(VideoOptions(path=video, realtime=False).open())
    assert numbers(frames) == list(range(COUNT))
    assert [frame.index for frame in frames] == list(range(COUNT))
    assert [frame.time for frame in frames] == [number / RATE for number in range(COUNT)]
    right = frames[-1].right
    assert right is not None
    assert right.shape == (48, 64)
    assert right.max() < 5


def test_one_eye_fills_the_picture(video: Path) -> None:
    frame = VideoOptions(path=video, eyes="right").open().read()
    assert frame is not None
    assert frame.left is None
    assert frame.right is not None
    assert frame.right.shape == (48, 128)


def test_a_loop_counts_on(video: Path) -> None:
    with VideoOptions(path=video, realtime=False, loop=True).open() as source:
        frames = [source.read() for _ in range(2 * COUNT + 3)]
    found = [frame for frame in frames if frame is not None]
    assert numbers(found) == [*range(COUNT), *range(COUNT), 0, 1, 2]
    assert [frame.index for frame in found] == list(range(2 * COUNT + 3))
    np.testing.assert_allclose(np.diff([frame.time for frame in found]), 1 / RATE)


def test_it_starts_and_goes_on_where_it_is_told_to(video: Path) -> None:
    with VideoOptions(path=video, realtime=False, loop=True, start=20.5 / RATE).open() as source:
        frames = [source.read() for _ in range(COUNT)]
        first = [frame for frame in frames if frame is not None]
        assert numbers(first) == [*range(21, COUNT), *range(21)]
        assert [frame.index for frame in first] == list(range(21, 21 + COUNT))
        np.testing.assert_allclose(np.diff([frame.time for frame in first]), 1 / RATE)
        assert isinstance(source, Playback)
        source.seek(7 / RATE)
        there = source.read()
        assert there is not None
        assert (numbers([there]), there.index) == ([7], 7)
    with pytest.raises(BridgeError, match="holds no picture that can be read 99 s or more after its beginning"):
        VideoOptions(path=video, start=99).open()


def test_a_file_cut_off_is_played_as_far_as_it_goes(
    video: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    data = video.read_bytes()
    (tmp_path / "cut.avi").write_bytes(data[: len(data) * 3 // 4])
    source = VideoOptions(path=tmp_path / "cut.avi", realtime=False).open()
    frames = drain(source)
    assert numbers(frames)[:-1] == list(range(len(frames) - 1))  # the last may be a part of a picture
    assert 5 < len(frames) < COUNT
    assert len(frames) + source.corrupt == COUNT
    assert [record.levelno for record in caplog.records] == [logging.WARNING]


def test_a_senseless_frame_rate_is_replaced(video: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    data = bytearray(video.read_bytes())
    header = data.index(b"strh") + 8
    data[header + 20 : header + 28] = struct.pack("<II", 1, 2_000_000)  # time scale, rate
    (tmp_path / "fast.avi").write_bytes(data)
    source = VideoOptions(path=tmp_path / "fast.avi", realtime=False).open()
    assert source.rate == 30
    assert drain(source)[1].time == 1 / 30
    assert "no sensible frame rate" in caplog.text


@pytest.mark.parametrize("content", [b"", b"not a video\n" * 50, bytes(5000)])
def test_what_is_no_video(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.mp4").write_bytes(content)
    with pytest.raises(BridgeError, match=r"x\.mp4 is empty, damaged or not a video"):
        VideoOptions(path=tmp_path / "x.mp4").open()


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(BridgeError, match="no such file"):
        VideoOptions(path=tmp_path / "gone.mp4").open()


@given(start=st.floats(0, 1), junk=st.integers(0, 3000), keep=st.floats(0.3, 1))
@settings(max_examples=30, deadline=None)
def test_a_damaged_file_plays_or_is_refused(video: Path, start: float, junk: int, keep: float) -> None:
    data = video.read_bytes()
    at = int(start * len(data))
    data = data[:at] + bytes(junk) + data[at + junk :]
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        path = Path(folder) / "damaged.avi"
        path.write_bytes(data[: int(keep * len(data))])
        try:
            frames = drain(VideoOptions(path=path, realtime=False).open())
        except BridgeError:
            return
    indices = [frame.index for frame in frames]
    assert indices == sorted(set(indices))
    assert len(frames) <= COUNT + 2
