"""Live cameras as one source: one for both eyes, or one for each."""

import threading
import time
from abc import abstractmethod
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

from pydantic import Field

from bridge.errors import BridgeError
from bridge.frames import EyeFrame
from bridge.health import Health
from bridge.sources.device import Device
from bridge.sources.eyes import EyesOptions, EyeSplitter, Viewer
from bridge.sources.pairing import HEARTBEAT, Pairing
from bridge.sources.source import Source
from bridge.sources.supervisor import Supervisor


class LiveOptions(EyesOptions, frozen=True, extra="forbid"):
    """What every live camera's options have; its own add `kind` and the address."""

    wait: bool = Field(default=False, description="Start although the camera does not answer, and wait for it")

    @property
    @abstractmethod
    def name(self) -> str:
        """What a person calls it; an address without its password."""

    @abstractmethod
    def connect(self) -> Device:
        """Raises `Lost` when the camera does not answer within a few seconds."""

    def remedy(self) -> str:
        """What a person may do about a camera that does not answer when they start; may take a moment to find out."""
        return "check that it is switched on and that the address is right"

    def open(self) -> Source:
        """The camera as a source of its own. Raises BridgeError, with the remedy, when it does not answer."""
        return Live([(self.name, self)], wait=self.wait)


def eyes_of(options: EyesOptions) -> Viewer:
    """What a camera's pictures show: eyes."""
    return EyeSplitter(options).view


class Live(Source):
    """Cameras as they are now, each with a supervisor of its own; `read` always has something within a moment.

    Args:
        cameras: each one with what a person calls it here; their pictures show different eyes, or a face.
        wait: begin although none of them gives pictures.
        viewer: what the pictures of each one show.

    Raises:
        BridgeError: no camera gives pictures, and none is to be waited for.
    """

    live = True

    def __init__(
        self,
        cameras: Sequence[tuple[str, LiveOptions]],
        wait: bool = False,
        viewer: Callable[[EyesOptions], Viewer] = eyes_of,
    ) -> None:
        super().__init__(" and ".join(name for name, _ in cameras), None)
        self._rung, self._closed = threading.Event(), threading.Event()
        self._cameras = [
            Supervisor(name, options.connect, viewer(options), self._rung.set) for name, options in cameras
        ]
        if not wait:
            self._wait_for_one([options for _, options in cameras])
        for camera in self._cameras:
            camera.begin()
        self.rate = max((camera.rate for camera in self._cameras if camera.rate), default=None)
        self._pair = Pairing(time.monotonic())

    def read(self) -> EyeFrame | None:
        """The next frame, without eyes when no camera has given anything for a while; None once closed."""
        while not self._closed.is_set():
            self._rung.clear()
            looks = [camera.newest for camera in self._cameras]
            if (frame := self._pair(looks, time.monotonic())) is not None:
                for camera, look in zip(self._cameras, looks, strict=True):
                    camera.take(look)
                return frame
            self._rung.wait(HEARTBEAT)
        return None

    def health(self) -> tuple[Health, ...]:
        now = time.monotonic()
        return tuple(camera.health(now) for camera in self._cameras)

    def close(self) -> None:
        self._closed.set()
        self._rung.set()
        with ThreadPoolExecutor(len(self._cameras)) as together:  # each may take half a second
            list(together.map(Supervisor.close, self._cameras))

    def _wait_for_one(self, cameras: Sequence[LiveOptions]) -> None:
        """At the start a wrong address is likelier than a flaky camera: say so, unless one of them gives pictures."""
        while not any(camera.newest for camera in self._cameras):
            if all(camera.trouble for camera in self._cameras):
                self.close()
                raise BridgeError(
                    "; ".join(
                        f"{camera.name} gives no pictures: {camera.trouble}; {options.remedy()}"
                        for camera, options in zip(self._cameras, cameras, strict=True)
                    )
                )
            self._rung.wait(HEARTBEAT)
            self._rung.clear()
