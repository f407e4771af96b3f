"""Stands in for a program that publishes eye images over ZeroMQ, in eyebridge's own form:

    python -m samples.cameras.zeromq

or as Pupil Capture does, with Pupil Remote at port 50020 telling where:

    python -m samples.cameras.zeromq --pupil
"""

import threading
import time
from collections.abc import Callable, Mapping
from typing import Final, Literal, get_args

import cv2
import msgpack
import numpy as np
import zmq

from samples.cameras import standin
from samples.cameras.standin import Eye, Fault, StandIn, Track

Format = Literal["gray", "jpeg"]

PORT: Final = 13939
PUPIL_TOPICS: Final[dict[Eye, str]] = {"right": "frame.eye.0", "left": "frame.eye.1"}


class ZeroMqCamera(StandIn):
    """One PUB socket, one topic per eye; garbage is sent as it is."""

    def __init__(
        self,
        tracks: Mapping[Eye, Track],
        rate: float = 60.0,
        fault_at: Callable[[float], Fault] = standin.never,
        port: int = 0,
        encoding: Format = "gray",
        topics: Mapping[Eye, str] | None = None,
    ) -> None:
        self.topics = topics or {eye: f"eyebridge.eye.{eye}" for eye in tracks}
        self.port = port
        self._format: Format = encoding
        self._jpegs = {jpeg for track in tracks.values() for jpeg in track}
        self._context = zmq.Context()
        self._socket: zmq.Socket[bytes] | None = None
        super().__init__(tracks, rate, fault_at)

    def where(self, eye: Eye) -> str:
        return f"tcp://127.0.0.1:{self.port}"

    def _appear(self, eye: Eye) -> None:
        super()._appear(eye)
        if self._socket is None:
            self._socket = self._context.socket(zmq.PUB)
            self._socket.setsockopt(zmq.SNDHWM, 4)
            self._socket.setsockopt(zmq.LINGER, 0)
            self._socket.bind(f"tcp://127.0.0.1:{self.port or '*'}")
            self.port = int(self._socket.getsockopt_string(zmq.LAST_ENDPOINT).rpartition(":")[2])

    def _vanish(self, eye: Eye) -> None:
        super()._vanish(eye)
        if not self._there and self._socket is not None:
            self._socket.close()
            self._socket = None

    def _send(self, eye: Eye, jpeg: bytes) -> None:
        assert self._socket is not None
        header = {"topic": self.topics[eye], "index": self.shown, "timestamp": time.monotonic(), "format": self._format}
        data = jpeg
        if jpeg in self._jpegs:  # OpenCV raises an error for noise that looks like a huge picture
            picture = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_GRAYSCALE)
            assert picture is not None
            header |= {"width": picture.shape[1], "height": picture.shape[0]}
            data = picture.tobytes() if self._format == "gray" else jpeg
        self._socket.send_multipart([self.topics[eye].encode(), msgpack.packb(header), data], zmq.NOBLOCK)

    def close(self) -> None:
        super().close()
        self._context.destroy(linger=0)  # term() waits without end for a socket that a failed thread left open


class PupilRemote:
    """Tells where frames are published, and notes what it was asked to do."""

    def __init__(self, publishes_at: int, port: int = 0) -> None:
        self.notified: list[dict[str, object]] = []
        self._publishes_at = publishes_at
        self._closed = threading.Event()
        self._context = zmq.Context()
        self._socket = self._context.socket(zmq.REP)
        self._socket.setsockopt(zmq.LINGER, 0)
        self._socket.bind(f"tcp://127.0.0.1:{port or '*'}")
        self.address = self._socket.getsockopt_string(zmq.LAST_ENDPOINT)
        self._thread = threading.Thread(target=self._answer, daemon=True)
        self._thread.start()

    def _answer(self) -> None:
        while not self._closed.is_set():
            if self._socket.poll(50):
                parts = self._socket.recv_multipart()
                if parts[0].startswith(b"notify."):
                    self.notified.append(msgpack.unpackb(parts[1]))
                known = {b"SUB_PORT": str(self._publishes_at), b"t": f"{time.monotonic()}"}
                self._socket.send_string(known.get(parts[0], "Notification received."))
        self._socket.close()

    def close(self) -> None:
        self._closed.set()
        self._thread.join()
        self._context.term()


def main() -> None:
    flags = standin.parser(__doc__)
    flags.add_argument("--port", type=int, default=PORT)
    flags.add_argument("--format", default="gray", choices=get_args(Format))
    flags.add_argument("--pupil", action="store_true", help="speak as Pupil Capture does")
    given = flags.parse_args()
    tracks = standin.tracks_of(given.recording, given.eyes, given.size)
    plan = standin.in_turn(given.fault, given.every, given.lasting)
    topics = {eye: PUPIL_TOPICS[eye] for eye in tracks} if given.pupil else None
    camera = ZeroMqCamera(tracks, given.rate, plan, given.port, given.format, topics)
    remote = PupilRemote(camera.port, 50020) if given.pupil else None
    standin.perform(camera)
    if remote is not None:
        remote.close()


if __name__ == "__main__":
    main()
