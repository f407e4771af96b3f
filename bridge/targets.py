"""Where frames go now: every target of the settings by name, open while it is switched on."""

import logging
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final, Protocol

from bridge.control import Command
from bridge.errors import BridgeError
from bridge.frames import Result
from bridge.preview import TargetState
from bridge.sinks import Sink

log: Final = logging.getLogger("eyebridge")

_WINDOW: Final = 1.0
"Seconds over which packets and bytes are counted for their rates."


class TargetOptions(Protocol):
    """What is needed of a sink's options."""

    @property
    def enabled(self) -> bool: ...

    def open(self) -> Sink: ...


@dataclass(slots=True)
class _Target:
    """One target, its sink while it is open, and what another thread is doing about it."""

    options: TargetOptions
    on: bool
    sink: Sink | None = None
    opening: Future[Sink] | None = None
    closing: Future[None] | None = None
    problem: str = ""
    "Why it could not be opened."
    counted: tuple[float, int, int] | None = None
    "Time, packets and bytes where the rates' window began; None before it did."
    rates: tuple[float, float] = (0.0, 0.0)


class Targets:
    """All targets; `send` and the rest belong to one thread.

    Switching costs no frame its time: hosts are looked up and lamps fade out in other threads, and a target that is
    still closing is only opened again when it has closed.
    """

    def __init__(self, targets: Mapping[str, TargetOptions], obey: Callable[[Command], None]) -> None:
        """Opens what is enabled; what cannot be opened is said, and the others still get their frames.

        `obey` hears the commands that receiving programs send, in any thread.
        """
        self._targets = {name: _Target(options, options.enabled) for name, options in targets.items()}
        self._obey = obey
        self._threads = ThreadPoolExecutor(max(len(targets), 1), thread_name_prefix="target")
        self._sinks: list[Sink] = []
        self._changing: list[_Target] = []
        for target in self._targets.values():
            if target.on:
                self._take(target, lambda target=target: self._opened(target))  # type: ignore[misc]
        self._gather()

    @property
    def names(self) -> list[str]:
        """What a person calls the targets that are open."""
        return [sink.name for sink in self._sinks]

    def send(self, result: Result) -> None:
        """Gives the result to every target that is open."""
        if self._changing:
            self._settle()
        for sink in self._sinks:
            sink.send(result)

    def say(self, text: str) -> None:
        """Gives a line for people to every target that is open and has a place for it."""
        for sink in self._sinks:
            sink.say(text)

    def switch(self, name: str, on: bool) -> None:
        """Switches a target on or off while frames go on. Raises BridgeError for a name that is none."""
        if name not in self._targets:
            raise BridgeError(f"there is no target {name}; choose one of {', '.join(self._targets)}")
        target = self._targets[name]
        target.on, target.problem = on, ""
        if target not in self._changing:
            self._changing.append(target)
        self._settle()

    def states(self, now: float) -> tuple[TargetState, ...]:
        """How every target is doing at `now`, seconds; rates are those of about the last second."""
        return tuple(self._state(name, target, now) for name, target in self._targets.items())

    def close(self) -> None:
        """Closes all at once; returns when the slowest, a lamp that fades, is dark."""
        for target in self._targets.values():
            target.on = False
            if target not in self._changing:
                self._changing.append(target)
        while self._changing:
            for target in self._changing:
                for work in (target.opening, target.closing):
                    if work is not None:
                        work.exception()  # waits; a failure is dealt with when it is settled
            self._settle()
        self._threads.shutdown()

    def _settle(self) -> None:
        """Takes what other threads have finished, and begins what is next, until every target is as it should be."""
        for target in list(self._changing):
            if target.opening is not None and target.opening.done():
                opening, target.opening = target.opening, None
                self._take(target, opening.result)
            if target.closing is not None and target.closing.done():
                closing, target.closing = target.closing, None
                closing.result()
            if target.opening is None and target.closing is None:
                self._begin(target)
        self._gather()

    def _begin(self, target: _Target) -> None:
        if target.on and target.sink is None and not target.problem:
            target.opening = self._threads.submit(self._opened, target)
        elif not target.on and target.sink is not None:
            sink, target.sink = target.sink, None
            target.closing = self._threads.submit(sink.close)
        else:
            self._changing.remove(target)

    def _opened(self, target: _Target) -> Sink:
        sink = target.options.open()
        sink.hear(self._obey)
        return sink

    def _take(self, target: _Target, opened: Callable[[], Sink]) -> None:
        try:
            target.sink = opened()
        except BridgeError as error:
            target.problem = str(error)
            log.error(error)

    def _gather(self) -> None:
        self._sinks = [target.sink for target in self._targets.values() if target.sink is not None]

    def _state(self, name: str, target: _Target, now: float) -> TargetState:
        if target.sink is None:
            target.counted, target.rates = None, (0.0, 0.0)
            return TargetState(name, "", target.on, 0.0, 0.0, 0, target.problem)
        traffic = target.sink.traffic
        since, packets, size = target.counted or (now, traffic.packets, traffic.bytes)
        if now - since >= _WINDOW:
            target.rates = (traffic.packets - packets) / (now - since), (traffic.bytes - size) / (now - since)
            since, packets, size = now, traffic.packets, traffic.bytes
        target.counted = (since, packets, size)
        return TargetState(name, target.sink.name, target.on, *target.rates, traffic.refused, traffic.refusal)
