"""Finds the program, reads its avatar, follows every change, and tells who wants to know: one thread of its own."""

import asyncio
import contextlib
import logging
import secrets
import socket
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Final

from bridge.discovery import query
from bridge.discovery.avatar import Avatar, from_file, from_tree, newest_avatar_file
from bridge.discovery.listener import Listener
from bridge.discovery.tree import Node, TreeServer
from bridge.errors import BridgeError
from bridge.osc import Message

log: Final = logging.getLogger("eyebridge")

_CHANGE: Final = Node("/avatar/change", "s", "the avatar that is worn now")

_HERE: Final = "127.0.0.1"

_EVERY: Final = 2.0
"Seconds between two looks at the avatar when nobody says that it changed."
_CALM: Final = 0.25
"Seconds to let the dust settle after a change; so many looks a second at most are the worst that can be asked for."
_MISSES: Final = 3
"A program that does not answer so often in a row is gone; while it loads a world it answers late."
_PATIENCE: Final = 10.0
"Seconds without any program after which the avatar's file is used."


@dataclass(frozen=True, slots=True)
class Found:
    """Where to send, and what is understood there."""

    host: str
    port: int
    avatar: Avatar


class Finder:
    """Looks for a service whose name begins with `prefix`, between `start` and `close`.

    `host` is the only machine that counts: this one for a loopback address. `port` is where to send when only the
    avatar's file is known. `nodes` are what else we listen to. `on_found` hears of every change, and None when the
    program has gone; it and `on_message` are called in threads of the finder.
    """

    def __init__(
        self,
        prefix: str,
        host: str,
        port: int,
        nodes: Sequence[Node],
        on_found: Callable[[Found | None], None],
        on_message: Callable[[Message], None],
    ) -> None:
        self._prefix = prefix
        self._host = host
        self._port = port
        self._nodes = (_CHANGE, *nodes)
        self._on_found = on_found
        self._on_message = on_message
        self._found: Found | None = None
        self._misses = 0
        self._answered = False
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        running: Future[None] = Future()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._main(running)), name="discovery", daemon=True)
        self._thread.start()
        running.result()

    def close(self) -> None:
        """Says goodbye on the network; a second call does nothing."""
        if self._thread is not None:
            self._loop.call_soon_threadsafe(self._stop.set)
            self._thread.join()
            self._thread = None

    async def _main(self, running: Future[None]) -> None:
        self._loop, self._wake, self._stop = asyncio.get_running_loop(), asyncio.Event(), asyncio.Event()
        running.set_result(None)
        from bridge.discovery.mdns import Neighbours  # half a second of import that nobody should wait for

        async with contextlib.AsyncExitStack() as stack:
            self._neighbours = Neighbours(self._prefix, self._wake.set)
            try:
                await self._neighbours.open()
                stack.push_async_callback(self._neighbours.close)
            except OSError as error:
                log.warning("This network has no multicast (%s); only the avatar's file is used.", error)
            following = asyncio.create_task(self._follow(stack))
            following.add_done_callback(lambda _: self._stop.set())
            await self._stop.wait()
            following.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await following

    async def _follow(self, stack: contextlib.AsyncExitStack) -> None:
        began = time.monotonic()
        while True:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), _EVERY)
            await asyncio.sleep(_CALM)
            self._wake.clear()
            found = await self._ask_all()
            if found is not None:
                self._misses = 0
                self._tell(found)
                if not self._answered:
                    self._answered = True
                    await self._serve(found.host, stack)
            elif self._answered:
                self._misses += 1
                if self._misses == _MISSES:
                    self._tell(None)
            elif time.monotonic() - began > _PATIENCE:
                self._tell(self._from_file())

    def _tell(self, found: Found | None) -> None:
        if found != self._found:
            self._found = found
            self._on_found(found)

    async def _ask_all(self) -> Found | None:
        """The first that answers soundly; the one that did so last time comes first."""
        places = {place for own in self._neighbours.places.values() for place in own if _is_at(place[0], self._host)}
        nearest = sorted(places, key=lambda place: (not _is_loopback(place[0]), place))
        answers = await asyncio.gather(*(self._ask(*place) for place in nearest))
        sound = [answer for answer in answers if answer is not None]
        last = self._found
        same = (answer for answer in sound if last and (answer.host, answer.port) == (last.host, last.port))
        return next(same, sound[0] if sound else None)

    async def _ask(self, host: str, port: int) -> Found | None:
        try:
            about = await query.get(host, port, "/?HOST_INFO")
            avatar = from_tree(await query.get(host, port, "/avatar"))
        except query.QueryError as error:
            log.debug("%s:%d: %s", host, port, error)
            return None
        osc_port = about.get("OSC_PORT") if isinstance(about, dict) else None
        if not isinstance(osc_port, int) or not 0 < osc_port < 65536:
            return None
        if avatar is None:  # still loading: what is known stays
            last = self._found
            return last if last and (last.host, last.port) == (host, osc_port) else None
        return Found(host, osc_port, avatar)

    def _from_file(self) -> Found | None:
        path = newest_avatar_file()
        if path is None:
            return None
        try:
            return Found(self._host, self._port, from_file(path))
        except BridgeError as error:
            log.debug("%s", error)
            return None

    async def _serve(self, peer: str, stack: contextlib.AsyncExitStack) -> None:
        """From now on we can be found and spoken to: by programs on this machine, or else by the peer alone."""
        name = f"eyebridge-{secrets.token_hex(3).upper()}"
        try:
            own, peer = (_HERE, _HERE) if _is_loopback(self._host) else (_facing(peer), peer)
            listener = Listener(own, peer, (node.address for node in self._nodes), self._hear)
            stack.callback(listener.close)
            server = TreeServer(name, self._nodes, own, listener.port)
            await server.open()
            stack.push_async_callback(server.close)
        except OSError as error:
            log.warning("Cannot listen to the avatar (%s); sending goes on.", error.strerror)
            return
        await self._neighbours.announce(name, own, server.port, listener.port)

    def _hear(self, message: Message) -> None:
        if message.address != _CHANGE.address:
            self._on_message(message)
        elif not self._wake.is_set():
            self._loop.call_soon_threadsafe(self._wake.set)


def _is_at(address: str, host: str) -> bool:
    """Whether the address is that of the host; for a loopback host, whether it is this machine's own."""
    if not _is_loopback(host):
        return address == host
    if _is_loopback(address):
        return True
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as own:
        try:
            own.bind((address, 0))  # nobody can bind to another machine's address
        except OSError:
            return False
        return True


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _facing(peer: str) -> str:
    """The address of this machine that the peer sees."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as towards:
        towards.connect((peer, 9))  # sends nothing
        return str(towards.getsockname()[0])
