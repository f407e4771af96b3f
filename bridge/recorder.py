"""The one consumer that wants every frame: a bounded queue and a thread before a RecordingWriter."""

import logging
import queue
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import platformdirs

from bridge.errors import BridgeError
from bridge.frames import EyeFrame
from bridge.recording import RecordingWriter

log = logging.getLogger("eyebridge")

CAPACITY: Final = 240
"Frames; two seconds of stuttering disk at 120 Hz, 77 MB at 400 x 400 pixels."

_BACKLOG: Final = 24
"Frames in the queue from which on it hurries: better a large recording than one with holes."


class Recorder:
    """Takes frames without ever waiting, and writes them in its own thread.

    A full disk ends the recording, not the caller: it is logged once and kept in `failure`.
    """

    def __init__(self, writer: RecordingWriter, capacity: int = CAPACITY) -> None:
        self.path = writer.path
        self.failure: BridgeError | None = None
        self._writer = writer
        self._capacity = capacity
        self._queue: queue.SimpleQueue[EyeFrame | None] = queue.SimpleQueue()
        self._ended = False
        self._refused = 0
        "Counted by who offers."
        self._lost = 0
        "Counted by the recorder's own thread."
        self._thread = threading.Thread(target=self._run, name="recorder", daemon=True)
        self._thread.start()

    @property
    def written(self) -> int:
        """Frames saved so far."""
        return self._writer.written

    @property
    def dropped(self) -> int:
        """Frames that were offered and not saved: the queue was full, or the recording had failed."""
        return self._refused + self._lost

    def offer(self, frame: EyeFrame) -> None:
        """Record this frame, or count it as dropped. Returns at once. One thread offers and ends."""
        if frame.left is None and frame.right is None and frame.face is None:  # no camera gives anything to keep
            return
        if self.failure or self._ended or self._queue.qsize() >= self._capacity:
            self._refused += 1
        else:
            self._queue.put(frame)

    def end(self) -> None:
        """Take no more frames. Returns at once; what is queued is still saved, and then said."""
        if not self._ended:
            self._ended = True
            self._queue.put(None)

    def close(self) -> None:
        """End, and return when all is saved; it may be closed twice."""
        self.end()
        self._thread.join()

    @property
    def finished(self) -> bool:
        """Whether all is saved that will be."""
        return not self._thread.is_alive()

    def _run(self) -> None:
        while (frame := self._queue.get()) is not None:
            if self.failure:
                self._lost += 1
                continue
            try:
                self._writer.write(frame, hurried=self._queue.qsize() >= _BACKLOG)
            except BridgeError as error:
                self._lost += 1
                self._fail(error)
        try:
            self._writer.close()
        except BridgeError as error:
            self._fail(error)
        if not self.failure:
            lost = f"; {self.dropped} more were dropped because this machine was too slow" if self.dropped else ""
            log.info("%d frames are in %s%s", self.written, self.path, lost)

    def _fail(self, error: BridgeError) -> None:
        self.failure = error
        log.error("recording ended after %d frames: %s", self.written, error)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self.close()


@contextmanager
def keeping(writer: RecordingWriter, *, live: bool) -> Iterator[Callable[[EyeFrame], None]]:
    """What keeps a frame in the writer's recording, until the end of the block; it raises BridgeError when that fails.

    A live camera never waits for the disk, something stored may.
    """
    if not live:
        yield writer.write
        return
    with Recorder(writer) as recorder:

        def keep(frame: EyeFrame) -> None:
            recorder.offer(frame)
            if recorder.failure:
                raise recorder.failure

        yield keep


class Tape:
    """What a running daemon records: nothing until it is told to. One thread calls it, and never waits.

    A recording that fails, as on a full disk, is logged and ends; frames go on passing by.
    """

    def __init__(self) -> None:
        self._recorder: Recorder | None = None
        self._ending: list[Recorder] = []

    @property
    def path(self) -> Path | None:
        """The folder that is written to now; None while nothing is recorded."""
        return self._recorder.path if self._recorder and not self._recorder.failure else None

    @property
    def saved(self) -> int | None:
        """Frames saved so far of what is recorded now; None while nothing is."""
        return self._recorder.written if self._recorder and not self._recorder.failure else None

    def failed(self) -> BridgeError | None:
        """Why a recording has ended by itself: once, None before and after."""
        failure = self._recorder.failure if self._recorder else None
        if failure:
            self.stop()
        return failure

    def start(self, path: Path, rate: float | None = None) -> None:
        """Record every frame from now on. Raises BridgeError when that is done already, or the folder will not do."""
        if self.path:
            raise BridgeError(f"{self.path} is being recorded already; stop that one first")
        self.stop()
        self._recorder = Recorder(RecordingWriter(path, rate=rate, lossless=True))

    def offer(self, frame: EyeFrame) -> None:
        """Keep the frame, if anything is recorded."""
        if self._recorder:
            self._recorder.offer(frame)

    def stop(self) -> None:
        """End the recording, if there is one; it says itself how much it holds when all is saved."""
        if self._recorder:
            self._recorder.end()
            self._ending = [*(old for old in self._ending if not old.finished), self._recorder]
            self._recorder = None

    def close(self) -> None:
        """Stop, and return when every recording is saved; it may be closed twice."""
        self.stop()
        for recorder in self._ending:
            recorder.close()


def new_folder(now: datetime) -> Path:
    """Where a recording goes that was started without a name; the name is the local time."""
    home = Path(platformdirs.user_data_dir("eyebridge", appauthor=False))
    return home / "recordings" / now.strftime("%Y-%m-%d %H.%M.%S")
