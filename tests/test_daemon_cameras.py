"""Live cameras through the whole daemon: stand-ins on real transports in, datagrams out of a real socket."""

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import numpy as np
import psutil
import pytest

from bridge.config import Config
from bridge.control import CaptureNeutral, UndoCalibration
from bridge.daemon import Daemon, Report
from bridge.sources import CameraOptions, SourceOptions, pair_from, source_from
from samples.cameras.mjpeg import MjpegCamera
from samples.cameras.standin import Eye, StandIn, Track, encode
from samples.cameras.zeromq import ZeroMqCamera
from tests.receiver import Receiver, messages
from tests.sources.wires import Wire, WireOptions, wait_until

RATE = 30.0
LEFT, RIGHT = 1, 2
"Bits of a frame's flags: that eye is seen."


@pytest.fixture(scope="module")
def tracks() -> dict[Eye, Track]:
    """Two seconds of noise with a dark pupil in it: enough for an eye that is there."""
    random = np.random.default_rng(7)
    pictures = random.integers(90, 160, (60, 96, 96), np.uint8)
    pictures[:, 40:56, 40:56] = 20
    track = [encode(picture) for picture in pictures]
    return {"left": track, "right": track}


@contextmanager
def running(source: SourceOptions | WireOptions, receiver: Receiver, reports: list[Report]) -> Iterator[Daemon]:
    """The daemon on this source; it is stopped and must end at the end."""
    config = Config.model_validate(
        {
            "targets": {"native": {"port": receiver.port}, "vmc": {"enabled": False}},
            "preview": {"enabled": False},
            "personalization": {"automatic": False},
        }
    )
    daemon = Daemon(config, source.open, report=reports.append)
    failures: list[BaseException] = []

    def run() -> None:
        try:
            daemon.run()
        except BaseException as error:
            failures.append(error)
            raise

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield daemon
    finally:
        daemon.stop()
        thread.join(10)
    assert not thread.is_alive()
    assert failures == []


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    yield receiver
    receiver.close()


def seen(receiver: Receiver) -> int:
    """Which eyes the newest frame shows, as bits; -1 before the first."""
    return messages(receiver.datagrams[-1])["/eyebridge/frame"][3] & 3 if receiver.datagrams else -1


def states(report: Report) -> list[str]:
    return [camera.state for camera in report.status.cameras]


def standin(kind: str, tracks: dict[Eye, Track], folder: Path) -> StandIn:
    if kind == "serial":
        from samples.cameras.serial import SerialCamera

        return SerialCamera(tracks, folder / "eye", RATE)
    return ZeroMqCamera(tracks, RATE) if kind == "zeromq" else MjpegCamera(tracks, RATE)


@pytest.mark.parametrize("eye", ["left", "right"])
@pytest.mark.parametrize("kind", ["mjpeg", "zeromq", "opencv", "serial"])
def test_one_eye_is_enough_on_each_kind_of_camera(
    kind: str, eye: Literal["left", "right"], tracks: dict[Eye, Track], receiver: Receiver, tmp_path: Path
) -> None:
    if kind == "serial" and sys.platform == "win32":
        pytest.skip("Windows has no pseudo-terminals")
    with standin(kind, tracks, tmp_path) as camera:
        where = camera.where(eye)
        source = CameraOptions(device=where) if kind == "opencv" else source_from(where)
        reports: list[Report] = []
        with running(source.model_copy(update={"eyes": eye}), receiver, reports):
            wait_until(lambda: seen(receiver) == (LEFT if eye == "left" else RIGHT), "that eye alone")
            count = len(receiver.datagrams)
            wait_until(lambda: len(receiver.datagrams) > count + 10, "frame after frame")
    assert np.isfinite(messages(receiver.datagrams[-1])["/eyebridge/channels"]).all()


def test_two_cameras_come_and_go_and_the_avatar_lives(
    tracks: dict[Eye, Track], receiver: Receiver, caplog: pytest.LogCaptureFixture
) -> None:
    reports: list[Report] = []

    def sees(eyes: int) -> Callable[[], bool]:
        return lambda: seen(receiver) == eyes

    with MjpegCamera(tracks, RATE) as camera:
        pair = pair_from(camera.where("left"), camera.where("right"))
        with running(pair, receiver, reports):
            wait_until(sees(LEFT | RIGHT), "both eyes")
            for fault in ("drop", "stall", "garbage", "freeze"):
                camera.faults["left"] = fault
                wait_until(sees(RIGHT), f"the right eye alone: {fault}")
                camera.faults["left"] = "none"
                wait_until(sees(LEFT | RIGHT), f"both eyes after {fault}")
            camera.faults["left"], camera.faults["right"] = "drop", "stall"
            wait_until(sees(0), "no eye")
            count = len(receiver.datagrams)
            wait_until(lambda: len(receiver.datagrams) > count + 30, "frames without an eye")
            wait_until(lambda: states(reports[-1]) == ["gone", "stalled"], "both are in trouble")
            assert reports[-1].result.quality == 0
            camera.faults["left"] = camera.faults["right"] = "none"
            wait_until(sees(LEFT | RIGHT), "both eyes at the end")
            wait_until(lambda: states(reports[-1]) == ["ok", "ok"], "all is well")
    sequence = [messages(datagram)["/eyebridge/frame"][1] for datagram in receiver.datagrams]
    assert sequence == list(range(len(sequence)))
    for camera_state in reports[-1].status.cameras:
        assert camera_state.fps > 0
        assert camera_state.problem == ""


def descriptors(process: psutil.Process) -> int:
    """Of files, sockets, pipes."""
    count: int = getattr(process, "num_handles" if sys.platform == "win32" else "num_fds")()
    return count


def test_a_daemon_that_ends_leaves_nothing_behind(receiver: Receiver) -> None:
    """Twenty evenings; every second one ends while the camera is in trouble."""
    process = psutil.Process()
    wire = Wire()
    counts: list[tuple[int, int]] = []
    for evening in range(20):
        wire.mood = "well"
        reports: list[Report] = []
        with running(WireOptions(wire=wire, eyes="left"), receiver, reports):
            wait_until(lambda: bool(reports), "frames")  # noqa: B023
            if evening % 2:
                wire.mood = "absent" if evening % 4 == 1 else "silent"
        counts.append((threading.active_count(), descriptors(process)))
    assert wire.open == 0
    assert counts[-1][0] <= counts[2][0]
    assert counts[-1][1] <= counts[2][1]


def test_commands_are_answered_while_no_camera_gives_anything(receiver: Receiver) -> None:
    wire, reports = Wire(), list[Report]()
    wire.mood = "absent"
    said: list[str] = []

    def hears(words: str) -> Callable[[], bool]:
        def heard() -> bool:
            said.extend(report.status.state for report in reports[-1:])
            return any(words in sentence for sentence in said)

        return heard

    with running(WireOptions(wire=wire, wait=True, eyes="left"), receiver, reports) as daemon:
        wait_until(lambda: bool(reports), "a report of no camera at all")
        assert reports[-1].status.cameras[0].state in ("connecting", "gone")
        daemon.command(CaptureNeutral(1.0))
        wait_until(hears("your calibration waits"), "the wearer is told why nothing happens")
        daemon.command(UndoCalibration())
        wait_until(hears("all is as it was before"), "it can be ended")
        assert reports[-1].status.progress is None
        wire.mood = "well"
        wait_until(lambda: reports[-1].status.cameras[0].state == "ok", "the camera is taken up")
