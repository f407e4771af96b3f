"""OpenCV's cameras through a real stream over HTTP on loopback: the same code as a camera on a cable."""

import logging
import threading
import time
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import cast

import cv2
import numpy as np
import pytest

from bridge.errors import BridgeError
from bridge.frames import EyeFrame
from bridge.sources.camera import CameraOptions
from bridge.sources.capture import Wishes, ask
from bridge.sources.source import Source


class MjpegCamera(ThreadingHTTPServer):
    """Streams one gray value at 100 Hz, until told otherwise."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Stream)
        self.value = np.uint8(10)
        self.hung_up = threading.Event()
        "Set: the connection ends after its next picture."
        self.silent = threading.Event()
        self.sent = threading.Semaphore(0)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/"


class _Stream(BaseHTTPRequestHandler):
    server: MjpegCamera

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "multipart/x-mixed-replace; boundary=part")
        self.end_headers()
        self.server.hung_up.clear()
        try:
            while not self.server.hung_up.wait(0.01):
                if not self.server.silent.is_set():
                    self._send()
        except OSError:
            return

    def _send(self) -> None:
        picture = np.random.default_rng().integers(0, 3, (48, 128), np.uint8)  # a sensor's noise never repeats
        picture[:, :64] += self.server.value
        jpeg = cv2.imencode(".jpg", picture)[1].tobytes()
        head = f"--part\r\nContent-Type: image/jpeg\r\nContent-Length: {len(jpeg)}\r\n\r\n"
        self.wfile.write(head.encode() + jpeg + b"\r\n")
        self.server.sent.release()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[MjpegCamera]:
    with MjpegCamera() as camera:
        yield camera
        camera.hung_up.set()
        camera.shutdown()


def read_until(source: Source, value: int) -> EyeFrame:
    """The first frame that shows this value."""
    end = time.monotonic() + 10
    while time.monotonic() < end:
        frame = source.read()
        assert frame is not None
        if frame.left is not None and abs(float(frame.left.mean()) - value) < 3:
            return frame
    raise AssertionError(f"nothing showed {value} for 10 s")


def test_a_stream_gives_both_eyes(server: MjpegCamera) -> None:
    with CameraOptions(device=server.url).open() as source:
        first, second = read_until(source, 10), read_until(source, 10)
    assert source.live
    assert second.time >= first.time  # alike where a frame without eyes had gone out while both were on their way
    assert second.index > first.index
    assert first.right is not None
    assert first.right.shape == (48, 64)
    assert first.right.mean() < 4


def test_the_newest_picture_wins(server: MjpegCamera) -> None:
    with CameraOptions(device=server.url).open() as source:
        before = read_until(source, 10)
        for _ in range(60):
            server.sent.acquire()
        after = read_until(source, 10)
        assert after.index > before.index + 1
        assert source.health()[0].dropped >= after.index - before.index - 1


def test_a_camera_that_disappears_is_taken_up_again(server: MjpegCamera, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    with CameraOptions(device=server.url).open() as source:
        before = read_until(source, 10)
        server.value = np.uint8(200)
        server.hung_up.set()
        after = read_until(source, 200)
    assert after.index > before.index
    gone, back = (record.getMessage() for record in caplog.records)
    assert gone == f"{source.name} is gone: it gives no more pictures; waiting for it"
    assert back.startswith(f"{source.name} is back after ")


def test_closing_ends_a_wait(server: MjpegCamera) -> None:
    source = CameraOptions(device=server.url).open()
    read_until(source, 10)
    server.silent.set()
    ended = threading.Event()

    def read_on() -> None:
        while source.read() is not None:
            pass
        ended.set()

    threading.Thread(target=read_on, daemon=True).start()
    source.close()
    assert ended.wait(5)
    source.close()
    assert source.read() is None


def test_no_such_camera(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(BridgeError, match=r"camera 98 gives no pictures: it is not there.*; (no camera was|these cam)"):
        CameraOptions(device=98).open()
    assert capfd.readouterr().err == ""


def test_an_address_where_nobody_answers_and_its_password_stays_secret(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(BridgeError) as refused:
        CameraOptions(device="rtsp://me:secret@127.0.0.1:1/eye").open()
    assert str(refused.value) == (
        "camera rtsp://127.0.0.1:1/eye gives no pictures: nobody answers; "
        "check that it is switched on and that the address is right"
    )
    assert capfd.readouterr().err == ""


class Driver:
    """The part of a capture that takes wishes, of a camera that heeds only some."""

    def __init__(self, backend: str, steps: Mapping[int, tuple[float, ...]]) -> None:
        self._backend, self._steps = backend, steps
        self.values: dict[int, float] = {}

    def getBackendName(self) -> str:
        return self._backend

    def set(self, key: int, value: float) -> bool:
        if key in self._steps:
            self.values[key] = min(self._steps[key], key=lambda step: abs(step - value))
        return key in self._steps

    def get(self, key: int) -> float:
        return self.values.get(key, 0.0)


@pytest.mark.parametrize(("backend", "value"), [("V4L2", 80.0), ("DSHOW", -7.0), ("MSMF", -7.0)])
def test_an_exposure_is_said_in_the_drivers_unit(backend: str, value: float) -> None:
    driver = Driver(backend, {cv2.CAP_PROP_EXPOSURE: (10.0, 80.0, 160.0, -5.0, -7.0)})
    assert ask(cast(cv2.VideoCapture, driver), Wishes(exposure=8.0)) == ""
    assert driver.values == {cv2.CAP_PROP_EXPOSURE: value}


def test_what_a_driver_refuses_is_said() -> None:
    sizes = {cv2.CAP_PROP_FRAME_WIDTH: (320.0, 640.0), cv2.CAP_PROP_FRAME_HEIGHT: (240.0, 480.0)}
    driver = Driver("V4L2", sizes | {cv2.CAP_PROP_FPS: (30.0, 60.0)})
    wishes = CameraOptions(width=400, height=240, rate=59.94, gain=3, exposure=5)
    assert ask(cast(cv2.VideoCapture, driver), wishes) == "does not take width 400, exposure 5, gain 3"
