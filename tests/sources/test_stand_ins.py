"""The stand-in cameras as people start them, and what a wearer sees while one eye's camera fails and comes back."""

import re
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import msgpack
import numpy as np
import pytest
import zmq

from bridge.frames import EyeFrame
from bridge.recording import RecordingWriter
from bridge.sources import Source, pair_from, source_from
from bridge.sources.zeromq import read_frame
from samples.cameras.mjpeg import MjpegCamera
from samples.cameras.standin import Eye, Fault, StandIn, Track, in_turn, tracks_of
from samples.cameras.zeromq import ZeroMqCamera
from tests.sources.streams import jpeg, number_of

HERE = Path(__file__).parents[2]
README = (HERE / "samples" / "cameras" / "README.md").read_text("utf-8")
POSIX = sys.platform != "win32"
TRACKS: dict[Eye, Track] = {
    "left": [jpeg(number) for number in range(10, 90, 10)],
    "right": [jpeg(number) for number in range(110, 190, 10)],
}


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    path = tmp_path / "recording"
    with RecordingWriter(path, rate=10.0) as writer:
        for index in range(5):
            left = np.full((48, 48), 20 + 10 * index, np.uint8)
            writer.write(EyeFrame(left, left + 100, index / 10, index))
    return path


def read_until(source: Source, wanted: Callable[[EyeFrame], bool], most: int = 2000) -> EyeFrame:
    for _ in range(most):
        frame = source.read()
        assert frame is not None
        if wanted(frame):
            return frame
    raise AssertionError(f"not within {most} frames")


def both(frame: EyeFrame) -> bool:
    return frame.left is not None and frame.right is not None


def started(kind: str, *flags: str) -> tuple["subprocess.Popen[str]", list[str]]:
    """A stand-in as a process, and the sources that it says it is."""
    command = [sys.executable, "-m", f"samples.cameras.{kind}", *flags]
    process = subprocess.Popen(command, cwd=HERE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    return process, process.stdout.readline().split()[2:]


@pytest.mark.skipif(not POSIX, reason="a process is ended by a signal here")
@pytest.mark.parametrize(
    ("kind", "flags"),
    [("mjpeg", ["--port", "0"]), ("serial", []), ("zeromq", ["--port", "0", "--format", "jpeg"])],
)
def test_each_one_plays_a_recording_and_says_how_to_watch_it(
    kind: str, flags: list[str], recording: Path, tmp_path: Path
) -> None:
    where = ["--link", str(tmp_path / "eye")] if kind == "serial" else flags
    process, (left, right) = started(kind, "--recording", str(recording), "--size", "64", *where)
    with process, pair_from(left, right).open() as source:
        frame = read_until(source, both)
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
    assert frame.left is not None
    assert frame.right is not None
    assert frame.left.shape == frame.right.shape == (64, 64)
    assert abs(number_of(frame.left) - 40) <= 21
    assert abs(number_of(frame.right) - 140) <= 21


def test_a_recording_becomes_tracks_and_both_eyes_lie_side_by_side(recording: Path) -> None:
    tracks = tracks_of(recording, ["both"], 24)
    with MjpegCamera(tracks, rate=100.0) as camera, source_from(camera.where("both")).open() as source:
        frame = read_until(source, both)
    assert frame.left is not None
    assert frame.right is not None
    assert frame.left.shape == frame.right.shape == (24, 24)
    assert number_of(frame.left) < 70 < 110 < number_of(frame.right)


@pytest.mark.parametrize("fault", ["drop", "stall", "garbage", "freeze"])
@pytest.mark.parametrize("kind", ["mjpeg", "serial", "zeromq"])
def test_one_eye_carries_on_while_the_other_one_fails_and_comes_back(kind: str, fault: Fault, tmp_path: Path) -> None:
    with stand_in(kind, tmp_path) as camera, pair_from(camera.where("left"), camera.where("right")).open() as source:
        read_until(source, both)
        camera.faults["left"] = fault
        alone = read_until(source, lambda frame: frame.left is None)
        assert alone.right is not None
        camera.faults["left"] = "none"
        read_until(source, both)
    health = {found.name[:5]: found for found in source.health()}
    assert health["right"].problem == ""


def stand_in(kind: str, folder: Path) -> StandIn:
    if kind == "mjpeg":
        return MjpegCamera(TRACKS, rate=100.0)
    if kind == "zeromq":
        return ZeroMqCamera(TRACKS, rate=100.0)
    if not POSIX:
        pytest.skip("Windows has no pseudo-terminals")
    from samples.cameras.serial import SerialCamera

    return SerialCamera(TRACKS, folder / "eye", rate=100.0)


def test_faults_happen_in_turn() -> None:
    fault_at = in_turn(["drop", "stall"], every=10.0, lasting=2.0)
    moments = (0.0, 9.9, 10.0, 11.9, 12.0, 22.0, 23.9, 24.0, 34.0)
    told = ("none", "none", "drop", "drop", "none", "stall", "stall", "none", "drop")
    assert tuple(map(fault_at, moments)) == told
    assert in_turn([], 1.0, 1.0)(1.5) == "none"


def test_the_readme_names_what_there_is() -> None:
    for kind in re.findall(r"-m samples\.cameras\.(\w+)", README):
        assert (HERE / "samples" / "cameras" / f"{kind}.py").is_file()
    for source in re.findall(r"(?:http|tcp|serial):[\w/.:-]+", README):
        assert source_from(source).kind in ("mjpeg", "zeromq", "serial")


def test_the_readmes_program_publishes_what_is_read() -> None:
    code = README[README.index("    import msgpack") : README.index("Topics are")].replace("\n    ", "\n").strip()
    code = code.replace("tcp://127.0.0.1:5555", "inproc://eyes").replace("while True:", "for _ in range(3):")
    context: zmq.Context[zmq.Socket[bytes]] = zmq.Context.instance()
    with context.socket(zmq.SUB) as subscriber:
        subscriber.subscribe("eyebridge.eye.left")
        subscriber.connect("inproc://eyes")
        space: dict[str, object] = {}
        exec(code.replace("zmq.Context()", "zmq.Context.instance()"), space)
        assert subscriber.poll(5000)
        parts = subscriber.recv_multipart()
    publisher = space["socket"]
    assert isinstance(publisher, zmq.Socket)
    publisher.close()
    assert read_frame(parts).shape == (240, 240)
    assert msgpack.unpackb(parts[1])["format"] == "gray"
