"""VRChat, and the programs that speak like it: the avatar's own parameters, or else VRChat's native eyes.

The program and its avatar are found by themselves; `parameters` says otherwise where they cannot be. Sources:
docs.vrchat.com, "OSC Avatar Parameters", "OSC Eye Tracking", "OSCQuery"; VRCFaceTracking 5 for what avatars expect.
"""

import logging
import math
import socket
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from pydantic import Field

from bridge import unified
from bridge.control import Command
from bridge.discovery import Avatar, Finder, Found, Node, Parameter
from bridge.discovery.avatar import PREFIX, from_file
from bridge.errors import BridgeError
from bridge.frames import Result
from bridge.osc import bundled
from bridge.remote import COMMANDS, DESCRIPTIONS, Remote
from bridge.sinks.base import Sink
from bridge.sinks.parameters import ACTIVE, AvatarParameters
from bridge.sinks.udp import UdpOptions, UdpTarget
from bridge.sinks.vrchat_chat import Chatbox
from bridge.sinks.vrchat_eyes import VrchatEyes

log: Final = logging.getLogger("eyebridge")


@dataclass(frozen=True, slots=True)
class Game:
    """A program that takes an avatar's parameters over OSC."""

    title: str
    service: str | None
    "How the names of its OSCQuery services begin; None where it has none."
    steps: tuple[int, int]
    "Steps from 0 to 1 in which it passes floats on to others: of those that cannot be negative, and that can."
    native_eyes: bool
    chatbox: bool = False
    prefix: str = ""
    "Before `v2/` where parameters are not read from an avatar."


GAMES: Final = {
    "vrchat": Game("VRChat", "VRChat-Client", (127, 127), native_eyes=True, chatbox=True),
    "chilloutvr": Game("ChilloutVR", "ChilloutVR-GameClient", (255, 255), native_eyes=False),
    "basis": Game("Basis", None, (255, 127), native_eyes=False, prefix="FT"),
}
PORT: Final = 9000

_REST_AFTER: Final = 2.0
"Seconds without any eye after which the avatar may move its face itself."
_NODES: Final = tuple(
    Node(address, "T" if address.startswith(PREFIX) else "N", DESCRIPTIONS[address.replace("_", "/").split("/")[-1]])
    for address in COMMANDS
)


class VrchatOptions(UdpOptions, frozen=True, extra="forbid"):
    """VRChat, ChilloutVR or Basis: found by itself while it runs on this machine, with what its avatar understands."""

    kind: Literal["vrchat"] = "vrchat"
    game: Literal["vrchat", "chilloutvr", "basis"] = Field(
        default="vrchat", description="Which program: vrchat, chilloutvr (turn OSC on in its settings) or basis."
    )
    port: int = Field(
        default=0, ge=0, le=65535, description="UDP port of the program; 0 for the one it tells, or else 9000."
    )
    parameters: str = Field(
        default="discover",
        min_length=1,
        description="discover: ask the program what its avatar has; all: send everything, for a program on another "
        "machine or behind a VPN; none: only VRChat's own eyes; or the path of the avatar's .json file.",
    )
    prefix: str = Field(
        default="",
        pattern=r"^[\x21-\x7e]{0,64}$",
        description="With parameters = all: what the avatar's names have before v2/, such as FT.",
    )
    native_eyes: Literal["left_right", "center", "off"] = Field(
        default="left_right",
        description="Drive VRChat's own eyes where the avatar has no eye parameters: each eye, both as one, or not.",
    )

    def open(self) -> Sink:
        """Raises BridgeError for a host that cannot be found and for an avatar's file that cannot be read."""
        return VrchatSink(self)


@dataclass(frozen=True, slots=True)
class _Route:
    """Where to send, and what."""

    host: str
    port: int
    parameters: AvatarParameters
    eyes: VrchatEyes


class VrchatSink(Sink):
    """Sends what the avatar has, once it is known; until then nothing."""

    def __init__(self, options: VrchatOptions) -> None:
        self._options = options
        self._game = GAMES[options.game]
        self._obey: Callable[[Command], None] = lambda command: None
        self._target: UdpTarget | None = None
        self._finder: Finder | None = None
        self._taken: _Route | None = None
        self._chatbox = Chatbox()
        self._active_until = -math.inf
        host, port = _address(options.host), options.port or PORT
        avatar = _avatar(options, self._game)
        self._route = self._route_to(Found(host, port, avatar)) if avatar else None
        super().__init__(
            f"{self._game.title} at {host}:{port}" if avatar else f"{self._game.title} when found", options
        )
        if self._game.service is not None and avatar is None:
            remote = Remote(lambda command: self._obey(command))
            self._finder = Finder(self._game.service, host, port, _NODES, self._follow, remote)
            self._finder.start()

    def hear(self, obey: Callable[[Command], None]) -> None:
        self._obey = obey

    def say(self, text: str) -> None:
        if self._game.chatbox:
            self._chatbox.say(text)

    def _follow(self, found: Found | None) -> None:
        """In the finder's thread: all that takes longer than a frame may."""
        self._route = route = self._route_to(found) if found else None
        if route is None:
            log.info("%s is gone.", self._game.title)
        else:
            count, where = len(route.parameters.sources), f"{route.host}:{route.port}"
            log.info("%s is at %s; the avatar has %d of our parameters.", self._game.title, where, count)

    def _route_to(self, found: Found) -> _Route:
        parameters = AvatarParameters(found.avatar, self._game.steps)
        mode = self._options.native_eyes if self._game.native_eyes else "off"
        port = self._options.port or found.port
        return _Route(found.host, port, parameters, VrchatEyes(mode, parameters.sources))

    def _send(self, result: Result) -> None:
        route = self._route
        if route is not self._taken:
            self._take(route)
        active, said = self._is_active(result), self._chatbox.datagrams(result.time)
        if route is None or self._target is None:
            return
        datagrams = route.parameters.pack(result, active) + bundled(route.eyes.messages(result, active))
        self._target.send(datagrams + said, result.time)

    def _take(self, route: _Route | None) -> None:
        last, self._taken = self._taken, route
        if route is None or (last is not None and (last.host, last.port) == (route.host, route.port)):
            return
        if self._target is not None:
            self._target.close()
            self._target = None
        try:
            self._target = UdpTarget(route.host, route.port, self.traffic)
            self.name = f"{self._game.title} at {self._target.name}"
        except BridgeError as error:  # found, but not to be reached from here
            log.warning("%s", error)

    def _is_active(self, result: Result) -> bool:
        if result.quality > 0:
            self._active_until = result.time + _REST_AFTER
        return result.time < self._active_until <= result.time + _REST_AFTER

    def close(self) -> None:
        if self._finder is not None:
            self._finder.close()
        if self._target is not None:
            self._target.close()


def _address(host: str) -> str:
    """The host's IPv4 address."""
    try:
        return socket.gethostbyname(host)
    except (OSError, UnicodeError) as error:
        raise BridgeError(
            f"There is no host called {host!r}; check the name or write its address in numbers."
        ) from error


def _avatar(options: VrchatOptions, game: Game) -> Avatar | None:
    """The avatar that the options describe; None where it is to be found. Raises BridgeError for an unreadable file."""
    match options.parameters:
        case "none":
            return Avatar("", ())
        case "discover" if game.service is not None:
            return None
        case "discover" | "all":
            start = PREFIX + "".join(f"{part}/" for part in (options.prefix or game.prefix, "v2") if part)
            names = [f"{start}{name}" for name in unified.PARAMETERS]
            names += [f"{PREFIX}{name}" for name in ACTIVE]
            return Avatar("", tuple(Parameter(name, "bool" if name.endswith(ACTIVE) else "float") for name in names))
        case path:
            return from_file(Path(path))
