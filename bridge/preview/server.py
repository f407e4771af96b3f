"""The preview's server: its own thread, its own asyncio loop, and one slot for the newest result.

The daemon's thread only stores a reference and, while somebody looks, rings a bell. Encoding, slow browsers and broken
connections all stay on this side.
"""

import asyncio
import contextlib
import errno
import json
import logging
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from http import HTTPStatus
from pathlib import Path
from typing import Final, cast
from weakref import WeakSet

from pydantic import BaseModel, Field
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

from bridge.camera_commands import WatchCameras
from bridge.control import Adjust, Command, parse
from bridge.errors import BridgeError
from bridge.frames import Result
from bridge.preview import http, key
from bridge.preview.cameras import CameraView
from bridge.preview.feed import Feed, Slider, Status

MAX_MESSAGE: Final = 4096
"Bytes of the largest message from the page that is read."

_FRAME_PERIOD: Final = 1 / 75
"Seconds to rest after a frame: sources of 60 and 120 a second are then shown at 60."
_QUIET_PERIOD: Final = 0.25
"Seconds after which a page is looked after although nothing new has come."
_GOODBYE: Final = 0.6
"Seconds that closing may take."

_log = logging.getLogger(__name__)
_wire_log = logging.getLogger(f"{__name__}.wire")
_wire_log.setLevel(logging.ERROR)  # not every connection that comes and goes


class PreviewOptions(BaseModel, frozen=True, extra="forbid"):
    """The page that shows avatar, light and numbers."""

    enabled: bool = Field(True, description="Serve the preview page.")
    host: str = Field(
        "127.0.0.1",
        description="Address to listen on; the page shows your eyes, and another address lets others see them.",
    )
    port: int = Field(8765, ge=0, le=65535, description="TCP port of the page; 0 picks a free one.")


class Preview:
    """Serves the page between `start` and `close`; `send` and `tell` may be called from any thread."""

    url: str = ""
    "Where the page is, once started; with the key that lets a browser in."

    def __init__(
        self,
        options: PreviewOptions,
        *,
        sliders: Callable[[], Sequence[Slider]],
        on_command: Callable[[Command], None],
        avatar: Path,
    ) -> None:
        """`sliders` and `on_command` are called in the preview's thread, and must return at once.

        `avatar` is a .glb file whose morph targets carry ARKit's names.
        """
        self._options = options
        self._sliders = sliders
        self._on_command = on_command
        self._files = http.known_files(avatar)
        self._key = key.kept()
        self._result: Result | None = None
        self._status = Status()
        self._view: CameraView | None = None
        self._watching: set[Feed] = set()
        self._bells: set[asyncio.Event] = set()
        self._loop: asyncio.AbstractEventLoop
        self._stop: asyncio.Event
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Returns once the page can be opened. Raises BridgeError when it cannot listen."""
        ready: Future[int] = Future()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve(ready)), name="preview", daemon=True)
        self._thread.start()
        port = ready.result()
        host = "127.0.0.1" if http.is_wildcard(self._options.host) else self._options.host
        place = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        self.url = f"http://{place}/?key={self._key}"

    def send(self, result: Result) -> None:
        """Shows a result; a newer one replaces it before any page has seen it."""
        self._result = result
        self._ring()

    def tell(self, status: Status) -> None:
        """Shows how the daemon is doing."""
        if status is not self._status:  # most frames come with the one before
            self._status = status
            self._ring()

    @property
    def watched(self) -> bool:
        """Whether a page shows the cameras now: only then is there any need to `show` them."""
        return bool(self._watching)

    def show(self, view: CameraView) -> None:
        """Shows what the cameras see to the pages that ask for it."""
        self._view = view

    def close(self) -> None:
        """Says goodbye to every page and frees the port."""
        if self._thread is None:
            return
        with contextlib.suppress(RuntimeError):  # the loop has ended: it never listened, or close was called before
            self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()
        self._thread = None

    def _ring(self) -> None:
        if self._bells:
            with contextlib.suppress(RuntimeError):  # closed between the two lines
                self._loop.call_soon_threadsafe(self._ring_all)

    def _ring_all(self) -> None:
        for bell in self._bells:
            bell.set()

    async def _serve(self, ready: Future[int]) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        host, port = self._options.host, self._options.port
        transports: WeakSet[asyncio.WriteTransport] = WeakSet()
        try:
            server = await serve(
                self._talk,
                host,
                port,
                process_request=self._receive,
                create_connection=_remembered_in(transports),
                max_size=16 * MAX_MESSAGE,
                compression=None,
                close_timeout=_GOODBYE / 2,
                server_header=None,
                logger=_wire_log,
            )
        except OSError as error:
            ready.set_exception(BridgeError(_why_not(error, host, port)))
            return
        port = next(iter(server.sockets)).getsockname()[1]
        self._hosts = http.own_hosts(host, port)
        ready.set_result(port)
        await self._stop.wait()
        server.close()
        _, late = await asyncio.wait({asyncio.create_task(server.wait_closed())}, timeout=_GOODBYE)
        if late:  # a browser may hold a connection that it has not used yet
            for transport in transports:
                transport.abort()
            await asyncio.wait(late)

    def _receive(self, connection: ServerConnection, request: Request) -> Response | None:
        """The HTTP answer, or None where a websocket may be opened."""
        any_address = http.is_wildcard(self._options.host)
        reason = http.refusal(request, self._hosts, self._key, any_address=any_address)
        if reason is not None:
            _log.warning("refused a request for %.80s: %s", request.path.partition("?")[0], reason)
            return http.respond(HTTPStatus.FORBIDDEN, f"forbidden: {reason}".encode(), ".txt", "")
        return None if request.path == http.SOCKET else http.answer(request, self._files, self._key)

    async def _talk(self, page: ServerConnection) -> None:
        """One page, until it goes."""
        bell, feed = asyncio.Event(), Feed()
        self._bells.add(bell)
        try:
            async with asyncio.TaskGroup() as both:
                feeding = both.create_task(self._feed(page, feed, bell))
                async for message in page:
                    self._obey(message, feed)
                feeding.cancel()
        except* ConnectionClosed as gone:
            _log.debug("a page has gone: %s", gone.exceptions[0])
        finally:
            self._bells.discard(bell)
            self._watch(feed, False)

    def _watch(self, feed: Feed, on: bool) -> None:
        (self._watching.add if on else self._watching.discard)(feed)
        if not self._watching:
            self._view = None  # no old picture greets the next one who looks

    async def _feed(self, page: ServerConnection, feed: Feed, bell: asyncio.Event) -> None:
        """Waits until the page has taken in what it was sent, so that a slow one skips frames instead of lagging."""
        while True:
            bell.clear()
            now, view = self._loop.time(), self._view if feed in self._watching else None
            for message in feed.messages(now, self._result, self._status, self._sliders, view):
                await page.send(message)
            await (await page.ping())
            await asyncio.sleep(_FRAME_PERIOD)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(bell.wait(), _QUIET_PERIOD)

    def _obey(self, message: str | bytes, feed: Feed) -> None:
        try:
            if isinstance(message, bytes) or len(message) > MAX_MESSAGE:
                raise ValueError(f"it is not a text of at most {MAX_MESSAGE} characters")
            command = parse(json.loads(message))
            if isinstance(command, Adjust) and command.path not in {slider.path for slider in self._sliders()}:
                raise ValueError(f"there is no slider {command.path}")
        except (ValueError, RecursionError) as error:
            _log.warning("ignored a message from the page: %s", error)
            return
        if isinstance(command, WatchCameras):
            self._watch(feed, command.on)
        else:
            self._on_command(command)


def _remembered_in(transports: WeakSet[asyncio.WriteTransport]) -> type[ServerConnection]:
    """A connection that leaves its transport in the set: websockets itself knows only those past the handshake."""

    class Remembered(ServerConnection):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            transports.add(cast(asyncio.WriteTransport, transport))
            super().connection_made(transport)

    return Remembered


def _why_not(error: OSError, host: str, port: int) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"port {port} is in use; close the program that uses it, or let --preview.port 0 pick a free one"
    if error.errno == errno.EACCES:
        return f"port {port} is not allowed here; choose one above 1023 with --preview.port"
    return f"the preview cannot listen on {host}: it is not an address of this machine; set --preview.host 127.0.0.1"
