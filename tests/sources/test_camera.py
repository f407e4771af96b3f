"""Cameras through a real MJPEG stream over HTTP on loopback: the same code as a camera in the network."""

import logging
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import cv2
import numpy as np
import pytest

from bridge.errors import BridgeError
from bridge.frames import EyeFrame
from bridge.sources.camera import CameraOptions
from bridge.sources.source import Source


class MjpegCamera(ThreadingHTTPServer):
    """Streams one gray value at 100 Hz, until told otherwise."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Stream)
        self.value = 10
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
        picture = np.zeros((48, 128), np.uint8)
        picture[:, :64] = self.server.value
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
    while True:
        frame = source.read()
        assert frame is not None
        assert frame.left is not None
        if abs(float(frame.left.mean()) - value) < 2:
            return frame


def test_a_stream_gives_both_eyes(server: MjpegCamera) -> None:
    with CameraOptions(device=server.url).open() as source:
        first, second = read_until(source, 10), read_until(source, 10)
    assert source.live
    assert second.time > first.time
    assert second.index > first.index
    assert first.right is not None
    assert first.right.shape == (48, 64)
    assert first.right.max() < 3


def test_the_newest_picture_wins(server: MjpegCamera) -> None:
    with CameraOptions(device=server.url).open() as source:
        before = source.read()
        for _ in range(60):
            server.sent.acquire()
        after = source.read()
    assert before is not None
    assert after is not None
    assert source.dropped == after.index - 1 > 0


def test_a_camera_that_disappears_is_taken_up_again(server: MjpegCamera, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    with CameraOptions(device=server.url).open() as source:
        before = read_until(source, 10)
        server.value = 200
        server.hung_up.set()
        after = read_until(source, 200)
    assert after.index > before.index
    assert [record.getMessage() for record in caplog.records] == [
        f"{source.name} is gone; waiting for it to come back",
        f"{source.name} is back",
    ]


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
    with pytest.raises(BridgeError, match=r"camera 98 cannot be opened; (no camera was found|these cameras work)"):
        CameraOptions(device=98).open()
    assert capfd.readouterr().err == ""


def test_an_address_where_nobody_answers_and_its_password_stays_secret(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(BridgeError) as refused:
        CameraOptions(device="rtsp://me:secret@127.0.0.1:1/eye").open()
    assert str(refused.value) == (
        "camera rtsp://127.0.0.1:1/eye cannot be opened; check that it is switched on and that the address is right"
    )
    assert capfd.readouterr().err == ""
