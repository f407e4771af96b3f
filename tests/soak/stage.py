"""Who takes part in an evening: the cameras and the daemon, a process each, and the program that listens to them.

What is asked of a process, and what it says, are pairs of a word and whatever belongs to it.
"""

import contextlib
import logging
import multiprocessing
import queue
import socket
import sys
import threading
import time
import traceback
import warnings
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from bridge import osc, shipped
from bridge.config import Config
from bridge.daemon import Daemon, Report
from bridge.errors import BridgeError
from bridge.sources import pair_from
from samples.cameras import standin
from samples.cameras.mjpeg import MjpegCamera
from samples.cameras.standin import Eye, StandIn
from samples.cameras.zeromq import ZeroMqCamera

EYES: Final[tuple[Eye, Eye]] = ("left", "right")
DISK: Final = 1_000_000
"Bytes that a file may have on the disk that runs full."

Word = tuple[str, Any]


class Actor:
    """A process that is asked things and says things; it is ended with whoever started it."""

    def __init__(self, work: Callable[..., None], *words: object) -> None:
        context = multiprocessing.get_context("spawn")
        self._line, theirs = context.Pipe()
        self._process = context.Process(target=work, args=(*words, theirs), daemon=True)
        self._process.start()
        theirs.close()

    @property
    def pid(self) -> int:
        assert self._process.pid is not None
        return self._process.pid

    @property
    def alive(self) -> bool:
        return self._process.is_alive()

    def ask(self, word: str, what: object = None) -> None:
        self._line.send((word, what))

    def hear(self, seconds: float) -> list[Word]:
        """All that it says within so many seconds at most, as soon as it says something."""
        said: list[Word] = []
        with contextlib.suppress(EOFError):
            while self._line.poll(0.0 if said else seconds):
                said.append(self._line.recv())
        return said

    def close(self) -> int | None:
        """End it; returns its exit code, None where it had to be killed."""
        with contextlib.suppress(OSError):  # it has ended already
            self.ask("end")
        self._process.join(15.0)
        code = self._process.exitcode
        self._process.kill()
        self._process.join()
        self._line.close()
        return code


def cameras(transport: str, folder: Path, rate: float, line: Connection) -> None:
    """Play both eyes until told to end. "fault": (eye, what is wrong); "power": whether there are cameras at all."""
    tracks = standin.tracks_of(shipped.demo_recording(), EYES, 240)
    port = 0

    def camera() -> StandIn:
        if transport == "serial":
            from samples.cameras.serial import SerialCamera

            return SerialCamera(tracks, folder / "eye", rate)
        kind = ZeroMqCamera if transport == "zeromq" else MjpegCamera
        return kind(tracks, rate, port=port)

    playing: StandIn | None = camera()
    assert playing is not None
    places = [playing.where(eye) for eye in EYES]
    if transport != "serial":
        port = int(places[0].split("/")[2].rpartition(":")[2])  # where it is found again when it comes back
    line.send(("places", places))
    with contextlib.suppress(EOFError):
        while (asked := line.recv())[0] != "end":
            word, what = asked
            if word == "fault" and playing is not None:
                eye, playing.faults[eye] = what
            elif word == "power":
                if playing is not None:
                    playing.close()
                playing = camera() if what else None
            line.send(("done", word))
    if playing is not None:
        playing.close()


class _Complaints(logging.Handler):
    """Says what the log says: "error" for what nobody took care of, "log" for the rest from warnings on."""

    def __init__(self, say: Callable[[str, object], None]) -> None:
        super().__init__(logging.WARNING)
        self._say = say

    def emit(self, record: logging.LogRecord) -> None:
        wrong = record.levelno >= logging.ERROR and record.exc_info
        self._say("error" if wrong else "log", self.format(record))


def daemon(places: list[str], port: int, line: Connection) -> None:
    """The whole daemon, told to end by "end".

    "clock": seconds by which its clock jumps ahead, and the time of day back; "disk": a folder on a disk that is nearly
    full to record to, None for a healthy disk and no recording.
    """
    telling, todo = threading.Lock(), queue.SimpleQueue[Word]()

    def say(word: str, what: object) -> None:
        with telling:
            line.send((word, what))

    def complain(error: BaseException | None) -> None:
        say("error", "".join(traceback.format_exception(error)))

    def report(now: Report) -> None:
        while not todo.empty():  # here, as the tape belongs to the daemon's own thread
            _record(running, todo.get()[1])
        say("report", now.status.latency_ms)

    def obey() -> None:
        with contextlib.suppress(EOFError):
            while (asked := line.recv())[0] != "end":
                _jump(asked[1]) if asked[0] == "clock" else todo.put(asked)
        running.stop()

    threading.excepthook = lambda failure: complain(failure.exc_value)
    sys.unraisablehook = lambda failure: complain(failure.exc_value)
    warnings.simplefilter("error", ResourceWarning)  # in a finalizer it cannot be raised, and is heard of above
    logging.getLogger().addHandler(_Complaints(say))
    settings = {"targets": {"native": {"port": port}}, "preview": {"port": 0}}
    running = Daemon(Config.model_validate(settings), pair_from(*places).open, report=report)
    ear = threading.Thread(target=obey)
    ear.start()
    try:
        running.run()
    except BridgeError as error:
        complain(error)
    ear.join()
    say("left", [thread.name for thread in threading.enumerate()])


def _jump(seconds: float) -> None:
    clock, day = time.monotonic, time.time
    time.monotonic, time.time = lambda: clock() + seconds, lambda: day() - seconds


def _record(running: Daemon, folder: Path | None) -> None:
    import resource

    hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
    resource.setrlimit(resource.RLIMIT_FSIZE, (hard if folder is None else DISK, hard))
    if folder is None:
        running._tape.stop()  # no command records yet
    else:
        running._tape.start(folder)


class Audience:
    """Listens where the daemon sends, with breaks."""

    def __init__(self) -> None:
        self.frames: list[tuple[float, int]] = []
        "When each frame came, seconds, monotonic, and the eyes in it as bits."
        self.port = 0
        self._socket: socket.socket | None = None
        self._thread: threading.Thread | None = None
        self.come()

    def come(self) -> None:
        """Listen at the port where it listened before."""
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", self.port))
        self.port = self._socket.getsockname()[1]
        self._thread = threading.Thread(target=self._listen, args=(self._socket,), daemon=True)
        self._thread.start()

    def go(self) -> None:
        """Close the socket, so that datagrams are refused."""
        if self._socket is None or self._thread is None:
            return
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as last:
            last.sendto(b"", ("127.0.0.1", self.port))
        self._thread.join()
        self._socket.close()
        self._socket = None

    def _listen(self, own: socket.socket) -> None:
        while data := own.recv(65536):
            flags = next(message for message in osc.read(data) if message.address == "/eyebridge/frame").arguments[3]
            assert isinstance(flags, int)
            self.frames.append((time.monotonic(), flags & 3))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self.go()
