import contextlib
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.errors import BridgeError
from bridge.frames import EyeFrame, Image
from bridge.pictures import decode
from bridge.recording import ABOUT, INDEX, RecordingReader, RecordingWriter, stored_png

FILES = ("left.mpng", "right.mpng", INDEX, ABOUT)


def eye(seed: int, shape: tuple[int, int] = (24, 32)) -> Image:
    return np.random.default_rng(seed).integers(0, 256, shape, np.uint8)


def frames(count: int) -> list[EyeFrame]:
    """Frames whose eyes differ in size, and of which one or the other is now and then missing."""
    return [
        EyeFrame(
            left=None if number % 5 == 3 else eye(2 * number),
            right=None if number % 5 == 1 else eye(2 * number + 1, (20, 20)),
            time=1000.1 + number / 90,
            index=3 * number,
        )
        for number in range(count)
    ]


def record(path: Path, taken: list[EyeFrame], *, lossless: bool = True) -> None:
    with RecordingWriter(path, rate=90, lossless=lossless, note="words") as writer:
        for frame in taken:
            writer.write(frame)


def same(one: EyeFrame, other: EyeFrame) -> bool:
    def equal(a: Image | None, b: Image | None) -> bool:
        return np.array_equal(a, b) if a is not None and b is not None else a is b

    return (
        (one.time, one.index) == (other.time, other.index)
        and equal(one.left, other.left)
        and equal(one.right, other.right)
    )


@pytest.fixture(scope="module")
def taken() -> list[EyeFrame]:
    return frames(12)


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory, taken: list[EyeFrame]) -> Path:
    path = tmp_path_factory.mktemp("recordings") / "whole"
    record(path, taken)
    return path


@pytest.fixture
def copy(recording: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(recording, tmp_path / "copy"))


def test_lossless_frames_come_back_as_they_were(recording: Path, taken: list[EyeFrame]) -> None:
    with RecordingReader(recording) as reader:
        assert len(reader) == len(taken)
        assert all(map(same, reader, taken))
        assert same(reader[-1], taken[-1])
        assert reader.times.tolist() == [frame.time for frame in taken]
        assert reader.damaged == 0
        assert (reader.about.rate, reader.about.note) == (90, "words")
        with pytest.raises(IndexError):
            reader[len(taken)]


@given(height=st.integers(2, 70), width=st.integers(2, 1100), seed=st.integers(0, 9))
@settings(max_examples=50, deadline=None)
def test_a_stored_png_is_read_as_it_was(height: int, width: int, seed: int) -> None:
    picture = eye(seed, (height, width))
    np.testing.assert_array_equal(decode(stored_png(picture)), picture)


def test_jpeg_frames_come_back_alike(tmp_path: Path) -> None:
    smooth = np.outer(np.linspace(0, 255, 40), np.ones(60)).astype(np.uint8)
    record(tmp_path / "jpeg", [EyeFrame(smooth, smooth[:, ::-1], 0.0, 0)], lossless=False)
    with RecordingReader(tmp_path / "jpeg") as reader:
        left = reader[0].left
    assert left is not None
    assert np.abs(left.astype(int) - smooth).max() < 8


def test_a_folder_that_holds_a_recording_is_left_alone(copy: Path, taken: list[EyeFrame]) -> None:
    with pytest.raises(BridgeError, match="already holds a recording"):
        RecordingWriter(copy)
    (copy / ABOUT).unlink()
    with pytest.raises(BridgeError, match="parts of a recording"):
        RecordingWriter(copy, lossless=True)
    assert (copy / "left.mpng").stat().st_size > 0


@pytest.mark.skipif(os.name != "posix", reason="file modes are POSIX")
def test_eye_images_are_for_their_owner_alone(tmp_path: Path) -> None:
    (tmp_path / "was there").mkdir(mode=0o755)
    for name in ("new", "was there"):
        record(tmp_path / name, frames(1))
        for path in (tmp_path / name).iterdir():
            assert path.stat().st_mode & 0o077 == 0, path
    assert (tmp_path / "new").stat().st_mode & 0o077 == 0


def test_what_is_no_recording(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "nowhere"):
        with pytest.raises(BridgeError, match="is not a recording"):
            RecordingReader(path)
    (tmp_path / ABOUT).write_text('{"format": 2}')
    with pytest.raises(BridgeError, match="damaged or of a newer version: format"):
        RecordingReader(tmp_path)
    (tmp_path / ABOUT).write_text('{"format": 1}')
    with pytest.raises(BridgeError, match=r"not a whole recording: missing: .*left\.mjpg"):
        RecordingReader(tmp_path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes in the file system are POSIX")
def test_a_pipe_in_place_of_a_file_is_not_waited_for(copy: Path) -> None:
    (copy / INDEX).unlink()
    os.mkfifo(copy / INDEX)
    with pytest.raises(BridgeError, match="not a whole recording"):
        RecordingReader(copy)


def test_a_damaged_picture_costs_its_frame(copy: Path, taken: list[EyeFrame]) -> None:
    data = bytearray((copy / "left.mpng").read_bytes())
    data[20:60] = bytes(40)
    (copy / "left.mpng").write_bytes(data)
    with RecordingReader(copy) as reader:
        assert [frame.index for frame in reader] == [frame.index for frame in taken[1:]]
        assert reader.damaged == 1
        with pytest.raises(BridgeError, match=r"frame 0 of .* is damaged"):
            reader[0]


@pytest.mark.parametrize(
    "line",
    [
        "40,2000,0,99999999,0,0",
        "40,2000,-5,100,0,0",
        "40,2000,0,-1,0,0",
        "40,2000,0,0,0,0",
        "40,nan,0,100,0,0",
        "40,1,0,100,0,0",
        "-1,2000,0,100,0,0",
        "40,2000,0,100,0",
        "40,2000,0,100,0,0,0",
        "9" * 5000 + ",2000,0,100,0,0",
        "",
    ],
)
def test_a_senseless_line_is_left_out(copy: Path, taken: list[EyeFrame], line: str) -> None:
    with (copy / INDEX).open("a") as index:
        index.write(line + "\n")
    with RecordingReader(copy) as reader:
        assert len(reader) == len(taken)
        assert reader.damaged > 0


def test_an_index_cannot_claim_more_frames_than_the_pictures_have_room_for(copy: Path) -> None:
    with (copy / INDEX).open("a") as index:
        index.write("40,2000,0,64,0,0\n" * 100_000)
    with RecordingReader(copy) as reader:
        assert len(reader) <= sum((copy / name).stat().st_size for name in FILES[:2]) / 64


@pytest.fixture(scope="module")
def whole(recording: Path) -> dict[str, bytes]:
    return {name: (recording / name).read_bytes() for name in FILES}


def read_back(files: dict[str, bytes]) -> Iterator[EyeFrame]:
    with tempfile.TemporaryDirectory() as folder:
        for name, data in files.items():
            (Path(folder) / name).write_bytes(data)
        with RecordingReader(Path(folder)) as reader:
            yield from reader


@given(name=st.sampled_from(FILES[:3]), part=st.floats(0, 1))
@settings(max_examples=150, deadline=None)
def test_cut_off_anywhere_the_whole_frames_remain(
    whole: dict[str, bytes], taken: list[EyeFrame], name: str, part: float
) -> None:
    kept = int(part * len(whole[name]))
    found = {frame.index: frame for frame in read_back(whole | {name: whole[name][:kept]})}
    assert all(same(frame, taken[index // 3]) for index, frame in found.items())
    if name == INDEX:
        assert len(found) == max(0, whole[name][:kept].count(b"\n") - 1)
    else:
        # every picture is of about one size, so that a part of the file holds about that part of the frames
        assert len(found) >= part * len(taken) - 4


@given(name=st.sampled_from(FILES), at=st.floats(0, 1), junk=st.binary(min_size=1, max_size=40))
@settings(max_examples=300, deadline=None)
def test_junk_anywhere_ends_in_a_sentence_or_fewer_frames(
    whole: dict[str, bytes], taken: list[EyeFrame], name: str, at: float, junk: bytes
) -> None:
    data, start = whole[name], int(at * len(whole[name]))
    try:
        found = list(read_back(whole | {name: data[:start] + junk + data[start + len(junk) :]}))
    except BridgeError:
        assert name == ABOUT
        return
    assert len(found) <= len(taken) + 20
    times = [frame.time for frame in found]
    assert times == sorted(times)


def test_cut_off_at_every_single_byte(tmp_path: Path) -> None:
    """The files grow byte by byte as they are written: after each one, exactly the whole frames are there."""
    taken = [EyeFrame(eye(n, (8, 8)), None if n == 1 else eye(9 + n, (8, 9)), n / 90, n) for n in range(4)]
    record(tmp_path / "whole", taken)
    made = {name: (tmp_path / "whole" / name).read_bytes() for name in FILES}
    growing = tmp_path / "growing"
    growing.mkdir()
    (growing / ABOUT).write_bytes(made[ABOUT])
    lines = made[INDEX].splitlines(keepends=True)
    whole = 0
    with contextlib.ExitStack() as stack:
        files = {name: stack.enter_context((growing / name).open("wb", buffering=0)) for name in FILES[:3]}
        for name, byte in _in_order(made, lines):
            files[name].write(byte)
            whole += (name, byte) == (INDEX, b"\n")
            with RecordingReader(growing) as reader:
                assert all(map(same, reader, taken))
                assert len(reader) == max(0, whole - 1)
                assert reader.damaged <= 1
    assert whole == 5


def _in_order(made: dict[str, bytes], lines: list[bytes]) -> Iterator[tuple[str, bytes]]:
    """Each byte of a recording and its file, as they are written."""

    def each(name: str, data: bytes) -> Iterator[tuple[str, bytes]]:
        return ((name, data[at : at + 1]) for at in range(len(data)))

    yield from each(INDEX, lines[0])
    for line in lines[1:]:
        left, left_size, right, right_size = map(int, line.split(b",")[2:])
        yield from each("left.mpng", made["left.mpng"][left : left + left_size])
        yield from each("right.mpng", made["right.mpng"][right : right + right_size])
        yield from each(INDEX, line)


def test_about_cut_off_at_every_byte_is_said(copy: Path) -> None:
    about = (copy / ABOUT).read_bytes()
    for size in range(len(about)):
        (copy / ABOUT).write_bytes(about[:size])
        with pytest.raises(BridgeError, match="damaged or of a newer version"):
            RecordingReader(copy)


WRITE_ON = """
import sys
from pathlib import Path
import numpy as np
from bridge.frames import EyeFrame
from bridge.recording import RecordingWriter
writer = RecordingWriter(Path(sys.argv[1]), lossless=True)
for number in range(10**6):
    picture = np.random.default_rng(number).integers(0, 256, (60, 80), np.uint8)
    writer.write(EyeFrame(picture, picture[:, ::-1], number / 120, number))
    print(number, flush=True)
"""


def test_a_kill_at_any_moment_costs_no_written_frame(tmp_path: Path) -> None:
    for trial in range(6):
        path, written = tmp_path / str(trial), random.Random(trial).randint(1, 150)
        with subprocess.Popen([sys.executable, "-c", WRITE_ON, str(path)], stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            for _ in range(written):
                process.stdout.readline()
            process.kill()
            said = written + process.stdout.read().count(b"\n")
        with RecordingReader(path) as reader:
            assert said <= len(reader) <= said + 1
            for number, frame in enumerate(reader):
                assert frame.index == number
                np.testing.assert_array_equal(frame.left, eye(number, (60, 80)))
                np.testing.assert_array_equal(frame.right, eye(number, (60, 80))[:, ::-1])
            assert reader.damaged <= 1


FILL_THE_DISK = """
import resource
import sys
from pathlib import Path
import numpy as np
from bridge.errors import BridgeError
from bridge.frames import EyeFrame
from bridge.recording import RecordingWriter
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
with RecordingWriter(Path(sys.argv[1]), lossless=True) as writer:
    try:
        for number in range(100):
            picture = np.random.default_rng(number).integers(0, 256, (60, 80), np.uint8)
            writer.write(EyeFrame(None, picture, number / 120, number))
    except BridgeError as error:
        print(writer.written, error)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit on file sizes to fill the disk with")
def test_a_full_disk_keeps_what_was_saved(tmp_path: Path) -> None:
    path = tmp_path / "full"
    command = [sys.executable, "-c", FILL_THE_DISK, str(path)]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert said == f"4 cannot save {path}: the disk is full; free some space and try again\n"
    with RecordingReader(path) as reader:
        assert [frame.index for frame in reader] == [0, 1, 2, 3]
        assert reader.damaged == 0
