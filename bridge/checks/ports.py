"""Ports and targets: who else has them, and whether anybody listens where frames go."""

import contextlib
import ipaddress
import os
import socket
import threading
from collections.abc import Iterator
from typing import Final, Literal

import psutil

from bridge.checks.finding import Finding, ok, problem, warning
from bridge.config import Config
from bridge.discovery import Finder, Found
from bridge.sinks.hyperion import HyperionOptions
from bridge.sinks.ifacialmocap import IFacialMocapOptions
from bridge.sinks.udp import UdpOptions
from bridge.sinks.vrchat import GAMES, VrchatOptions
from bridge.sinks.zeromq import ZeroMqOptions

_FIND: Final = 5.0
"Seconds in which a program that runs is found by OSCQuery."
_ANSWER: Final = 2.0
"Seconds for a TCP connection."

Kind = Literal["udp", "tcp"]


def preview(config: Config) -> Iterator[Finding]:
    """Whether the page can be served."""
    options = config.preview
    if not options.enabled:
        yield ok("preview", "switched off")
        return
    yield from _bindable("preview", "tcp", options.host, options.port, "--preview.port 0 picks a free one")
    if options.host not in ("127.0.0.1", "localhost", "::1"):
        text = f"the page is shown to other machines at {options.host}: pictures of your eyes are"
        yield warning("preview", text, "set preview.host to 127.0.0.1 unless that is meant")


def targets(config: Config) -> Iterator[Finding]:
    """Every target that is switched on."""
    on = [(name, options) for name, options in config.targets if options.enabled]
    if not on:
        yield warning("targets", "none is switched on: nobody gets frames", "switch one on: --targets.vmc.enabled")
    for name, options in on:
        yield from _target(f"target {name}", options)


def _target(topic: str, options: object) -> Iterator[Finding]:
    match options:
        case VrchatOptions(parameters="discover") if GAMES[options.game].service is not None:
            yield _found(topic, options)
        case HyperionOptions():
            yield _connectable(topic, options.host, options.port)
        case ZeroMqOptions():
            yield from _bindable(topic, "tcp", options.host, options.port, "choose another one")
        case IFacialMocapOptions(unasked=""):
            yield from _bindable(topic, "udp", "127.0.0.1", options.port, "close the program that has it")
        case IFacialMocapOptions():
            yield _heard(topic, options.unasked, options.port)
        case UdpOptions():
            yield _heard(topic, options.host, options.port or 9000)


def _heard(topic: str, host: str, port: int) -> Finding:
    """Whether a program listens where datagrams go; only this machine's own can be seen."""
    where = f"{host}:{port}"
    try:
        address = socket.gethostbyname(host)
    except (OSError, UnicodeError):
        return problem(topic, f"there is no host called {host!r}", "check the name or write its address in numbers")
    if not ipaddress.ip_address(address).is_loopback:
        return ok(topic, f"datagrams go to {where}; whether anybody listens there cannot be seen from here")
    try:
        who = listener("udp", port)
    except psutil.AccessDenied:
        return ok(topic, f"datagrams go to {where}; this system does not say whether anybody listens")
    if who is None:
        return warning(topic, f"nobody listens at {where}", "start the receiving program, or check its port")
    return ok(topic, f"{who} listens at {where}")


def _connectable(topic: str, host: str, port: int) -> Finding:
    try:
        with socket.create_connection((host, port), timeout=_ANSWER):
            return ok(topic, f"{host}:{port} answers")
    except (OSError, UnicodeError) as error:
        why = getattr(error, "strerror", None) or str(error)
        return warning(topic, f"{host}:{port} does not answer ({why})", "start that program, or check host and port")


def _bindable(topic: str, kind: Kind, host: str, port: int, remedy: str) -> Iterator[Finding]:
    """Whether we could listen there ourselves."""
    with socket.socket(type=socket.SOCK_STREAM if kind == "tcp" else socket.SOCK_DGRAM) as ours:
        if kind == "tcp" and os.name == "posix":  # what an earlier run left behind is no hindrance
            ours.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            ours.bind((host.replace("*", "0.0.0.0"), port))
        except (OSError, UnicodeError) as error:
            who = None
            with contextlib.suppress(psutil.AccessDenied):
                who = listener(kind, port)
            why = f"is in use by {who}" if who else f"cannot be had ({getattr(error, 'strerror', None) or error})"
            yield problem(topic, f"{kind.upper()} port {port} {why}", remedy)
        else:
            yield ok(topic, f"{kind.upper()} port {port} of {host} is free" if port else "any free port")


def _found(topic: str, options: VrchatOptions) -> Finding:
    """Whether the game tells of itself by OSCQuery."""
    game = GAMES[options.game]
    heard: list[Found] = []
    there = threading.Event()

    def on_found(found: Found | None) -> None:
        if found is not None:
            heard.append(found)
            there.set()

    assert game.service is not None
    try:
        finder = Finder(game.service, socket.gethostbyname(options.host), 9000, (), on_found, lambda message: None)
    except (OSError, UnicodeError):
        return problem(topic, f"there is no host called {options.host!r}", "write its address in numbers")
    finder.start()
    there.wait(_FIND)
    finder.close()
    if not heard:
        remedy = "start it and switch OSC on: in its action menu, Options, OSC, Enabled"
        return warning(topic, f"{game.title} was not found within {_FIND:g} s", remedy)
    found = heard[-1]
    count = len(found.avatar.parameters)
    return ok(topic, f"{game.title} is at {found.host}:{found.port}; its avatar has {count} parameters")


def listener(kind: Kind, port: int) -> str | None:
    """The program that listens at a port of this machine, as a person calls it; None where there is none.

    Raises psutil.AccessDenied where the system keeps that to itself.
    """
    for connection in psutil.net_connections(kind):
        listens = connection.status == psutil.CONN_LISTEN if kind == "tcp" else not connection.raddr
        if listens and connection.laddr and connection.laddr.port == port:
            return _program(connection.pid)
    return None


def _program(pid: int | None) -> str:
    try:
        return f"{psutil.Process(pid).name()} (process {pid})" if pid else "another program"
    except psutil.Error:
        return f"process {pid}"
