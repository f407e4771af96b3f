"""Stands in for cameras that stream JPEGs over HTTP, as OpenIris boards do:

    python -m samples.cameras.mjpeg

It shows each eye at an address of its own, http://127.0.0.1:8081/left and /right. To see eyebridge take up a camera
again that is lost every ten seconds:

    python -m samples.cameras.mjpeg --fault drop stall garbage freeze
"""

import socket
import threading
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Final, cast

from samples.cameras import standin
from samples.cameras.standin import Eye, Fault, StandIn, Track

BOUNDARY: Final = "123456789000000000000987654321"


class MjpegCamera(StandIn):
    """One HTTP server, one path per eye."""

    def __init__(
        self,
        tracks: Mapping[Eye, Track],
        rate: float = 60.0,
        fault_at: Callable[[float], Fault] = standin.never,
        host: str = "127.0.0.1",
        port: int = 0,
    ) -> None:
        self.rate = rate
        self.news = threading.Condition()
        self.newest: dict[str, tuple[int, bytes]] = {}
        "The number and bytes of the picture at each path; no entry where the camera is gone."
        self._server = _Server((host, port), self)
        super().__init__(tracks, rate, fault_at)

    def where(self, eye: Eye) -> str:
        return f"http://{self._server.server_address[0]!s}:{self._server.server_address[1]}/{eye}"

    def _appear(self, eye: Eye) -> None:
        super()._appear(eye)
        with self.news:
            self.newest[f"/{eye}"] = (-1, b"")

    def _vanish(self, eye: Eye) -> None:
        super()._vanish(eye)
        with self.news:
            del self.newest[f"/{eye}"]
            self.news.notify_all()

    def _send(self, eye: Eye, jpeg: bytes) -> None:
        with self.news:
            self.newest[f"/{eye}"] = (self.shown, jpeg)
            self.news.notify_all()

    def close(self) -> None:
        super().close()
        self._server.shutdown()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, address: tuple[str, int], camera: MjpegCamera) -> None:
        self.camera = camera
        super().__init__(address, _Stream)
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()

    def handle_error(self, request: object, client_address: object) -> None:
        """A viewer that hangs up is nothing to talk about."""


class _Stream(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.close_connection = True
        camera = cast(_Server, self.server).camera
        if self.path not in camera.newest:  # a camera that is gone says nothing at all
            return
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.send_response(200)
        self.send_header("Content-Type", f"multipart/x-mixed-replace;boundary={BOUNDARY}")
        self.send_header("Transfer-Encoding", "chunked")
        self.send_header("X-Framerate", f"{camera.rate:g}")
        self.end_headers()
        number = -1
        while (found := self._next(camera, number)) is not None:
            number, jpeg = found
            times = f"X-Timestamp: {number / camera.rate:.6f}"
            head = f"Content-Type: image/jpeg\r\nContent-Length: {len(jpeg)}\r\n{times}\r\n\r\n"
            pieces = (f"\r\n--{BOUNDARY}\r\n".encode(), head.encode(), jpeg)  # OpenIris sends three chunks, too
            self.wfile.write(b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces))

    def _next(self, camera: MjpegCamera, after: int) -> tuple[int, bytes] | None:
        """A picture later than this one; None when the camera is gone."""
        with camera.news:
            while (found := camera.newest.get(self.path)) is not None and found[0] <= after:
                camera.news.wait(1.0)
            return found

    def log_message(self, *_: object) -> None: ...


def main() -> None:
    flags = standin.parser(__doc__)
    flags.add_argument("--host", default="127.0.0.1", help="address to listen on; 0.0.0.0 lets others watch")
    flags.add_argument("--port", type=int, default=8081)
    given = flags.parse_args()
    tracks = standin.tracks_of(given.recording, given.eyes, given.size)
    plan = standin.in_turn(given.fault, given.every, given.lasting)
    standin.perform(MjpegCamera(tracks, given.rate, plan, given.host, given.port))


if __name__ == "__main__":
    main()
