"""The one consumer that wants every frame: a bounded queue and a thread before a RecordingWriter."""

import logging
import queue
import threading
from types import TracebackType
from typing import Final, Self

from bridge.errors import BridgeError
from bridge.frames import EyeFrame
from bridge.recording import RecordingWriter

log = logging.getLogger(__name__)

CAPACITY: Final = 120
"Frames; a second of stuttering disk at 120 Hz."


class Recorder:
    """Takes frames without ever waiting, and writes them in its own thread.

    A full disk ends the recording, not the caller: it is logged once and kept in `failure`.
    """

    def __init__(self, writer: RecordingWriter, capacity: int = CAPACITY) -> None:
        self.dropped = 0
        "Frames that were offered and not saved: the queue was full, or the recording had failed."
        self.failure: BridgeError | None = None
        self._writer = writer
        self._queue: queue.Queue[EyeFrame | None] = queue.Queue(capacity)
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="recorder", daemon=True)
        self._thread.start()

    @property
    def written(self) -> int:
        """Frames saved so far."""
        return self._writer.written

    def offer(self, frame: EyeFrame) -> None:
        """Record this frame, or count it as dropped. Returns at once. One thread offers and closes."""
        try:
            if self.failure or self._closed:
                raise queue.Full
            self._queue.put_nowait(frame)
        except queue.Full:
            self.dropped += 1

    def close(self) -> None:
        """Save what is still queued and end the recording; it may be closed twice."""
        if not self._closed:
            self._closed = True
            self._queue.put(None)
            self._thread.join()

    def _run(self) -> None:
        while (frame := self._queue.get()) is not None:
            if self.failure:
                self.dropped += 1
                continue
            try:
                self._writer.write(frame)
            except BridgeError as error:
                self.dropped += 1
                self._fail(error)
        try:
            self._writer.close()
        except BridgeError as error:
            self._fail(error)

    def _fail(self, error: BridgeError) -> None:
        self.failure = error
        log.error("recording ended after %d frames: %s", self.written, error)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self.close()
