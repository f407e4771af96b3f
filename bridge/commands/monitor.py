"""eyebridge monitor: what arrives at a port, in whichever protocol, for people who wonder why nothing moves."""

import contextlib
import math
import os
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import ClassVar, Final

from pydantic import Field
from rich.console import Group, RenderableType
from rich.live import Live
from rich.table import Table
from rich.text import Text

from bridge.commands.base import Command
from bridge.commands.listening import Ear, Packet, TcpEar, UdpEar, ZeroMqEar
from bridge.commands.terminal import console, interruptible
from bridge.config import TargetsOptions
from bridge.decoding import DecodingError
from bridge.osc import Message, Value
from bridge.sinks.native import PORT
from bridge.sinks.vmc import PORTS as VMC_PORTS
from bridge.sinks.vrchat import PORT as VRCHAT_PORT
from bridge.timing import FrameRate

_QUIET: Final = 2.0
"Seconds without a packet after which a person is told what to check."
_ROW_LIMIT: Final = 1000
_REFRESH: Final = 0.25

Tell = Callable[[float, str, str], None]
"Is told seconds since the beginning, protocol, and a message as text."


class Monitor(Command):
    """Show what arrives at a port: rates and last values of every address, damaged packets with the reason.

    Each packet is recognised by itself: eyebridge's native frames, VMC, VRChat's and any other OSC, Live Link Face,
    iFacialMocap, Art-Net, Hyperion's JSON, published results. A port has one listener: close the receiving program, or
    send to another port for the test.

    examples:
      eyebridge monitor                                    native frames on port 13937
      eyebridge monitor --port 39539                       what a VRM program would get
      eyebridge monitor --port 19444 --tcp                 what Hyperion would get
      eyebridge monitor --zeromq tcp://127.0.0.1:13938     published results
      eyebridge monitor --port 9000 --plain --seconds 5 > messages.txt
    """

    verb: ClassVar[str] = "monitor"
    port: int = Field(PORT, ge=0, le=65535, description="port to listen on; 0 picks a free one")
    host: str = Field("127.0.0.1", description="address to listen on; 0.0.0.0 hears other machines too")
    tcp: bool = Field(False, description="listen for programs that connect and write lines, as for Hyperion")
    zeromq: str = Field("", description="subscribe to this publisher instead of listening")
    seconds: float | None = Field(None, gt=0, description="stop after this many seconds")
    plain: bool = Field(False, description="one line a message on standard output, for pipes")

    def execute(self) -> int:
        tally = Tally(time.monotonic())
        with self._ear() as ear:
            console.print(f"listening on {ear.name}; Ctrl-C stops")
            with self._shown(tally, ear) as show, contextlib.suppress(BrokenPipeError):  # whoever read our lines left
                self._listen(ear, tally, show)
        console.print(tally.summary())
        return 0

    def _listen(self, ear: Ear, tally: "Tally", show: "Screen") -> None:
        stop = threading.Event()
        ends = time.monotonic() + (self.seconds or math.inf)
        with interruptible(stop.set):
            while not stop.is_set() and time.monotonic() < ends:
                for packet in ear.hear(min(_REFRESH, self.seconds or _REFRESH)):
                    tally.add(packet, time.monotonic(), _print if self.plain else None)
                show(time.monotonic())

    def _ear(self) -> Ear:
        if self.zeromq:
            return ZeroMqEar(self.zeromq)
        return TcpEar(self.host, self.port) if self.tcp else UdpEar(self.host, self.port)

    @contextlib.contextmanager
    def _shown(self, tally: "Tally", ear: Ear) -> Iterator["Screen"]:
        hint = what_to_check(getattr(ear, "port", None))
        if self.plain or not console.is_terminal:
            yield Screen(tally, hint, None)
            return
        with Live(console=console, auto_refresh=False) as live:
            yield Screen(tally, hint, live)


def _print(seconds: float, protocol: str, text: str) -> None:
    try:
        print(f"{seconds:9.3f}  {protocol}  {text}", flush=True)
    except BrokenPipeError:
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115 - for the flush at the end of Python
        raise


class Screen:
    """Redraws now and then on a terminal; elsewhere only says, once, that nothing comes."""

    def __init__(self, tally: "Tally", hint: str, live: Live | None) -> None:
        self._tally = tally
        self._hint = hint
        self._live = live
        self._due = 0.0
        self._said = False

    def __call__(self, now: float) -> None:
        if now < self._due:
            return
        self._due = now + _REFRESH
        quiet = self._tally.quiet(now)
        if self._live is not None:
            self._live.update(view(self._tally, self._hint if quiet > _QUIET else "", now), refresh=True)
        elif quiet > _QUIET and not self._said:
            console.print(f"nothing has come for {quiet:.0f} s; {self._hint}")
        self._said = quiet > _QUIET


@dataclass(slots=True)
class Row:
    """What one address said."""

    protocol: str
    address: str
    count: int = 0
    values: tuple[Value, ...] = ()
    rate: FrameRate = field(default_factory=FrameRate)
    last: float = -math.inf

    def a_second(self, now: float) -> float:
        return self.rate.fps if now - self.last < 1.0 else 0.0


class Tally:
    """Counts what was heard; time is an argument, in seconds."""

    def __init__(self, begun: float) -> None:
        self.rows: dict[tuple[str, str], Row] = {}
        "In the order in which they were first heard."
        self.packets: Counter[str] = Counter()
        "By protocol."
        self.bytes = 0
        self.refused: Counter[str] = Counter()
        "By reason."
        self.senders: Counter[str] = Counter()
        self._begun = self._last = begun
        self._rate = FrameRate()

    def add(self, packet: Packet, now: float, tell: Tell | None = None) -> None:
        """Counts one packet, and tells its messages as text."""
        sender, size, read = packet
        self._last = now
        self._rate.tick(now)
        self.bytes += size
        if len(self.senders) < _ROW_LIMIT or sender in self.senders:
            self.senders[sender] += 1
        try:
            decoded = read()
        except DecodingError as error:
            reason = str(error)[:120]
            self.refused[reason if len(self.refused) < _ROW_LIMIT or reason in self.refused else "many others"] += 1
            if tell is not None:
                tell(now - self._begun, "refused", f"{reason} ({size} bytes from {sender})")
            return
        self.packets[decoded.protocol] += 1
        for message in decoded.messages:
            self._note(decoded.protocol, message, now)
            if tell is not None:
                tell(now - self._begun, decoded.protocol, f"{named(message)[0]} {as_text(named(message)[1])}".rstrip())

    def _note(self, protocol: str, message: Message, now: float) -> None:
        address, values = named(message)
        row = self.rows.get((protocol, address))
        if row is None:
            if len(self.rows) >= _ROW_LIMIT:
                return
            row = self.rows[protocol, address] = Row(protocol, address)
        row.count += 1
        row.values = values
        row.rate.tick(now)
        row.last = now

    def quiet(self, now: float) -> float:
        """Seconds since the last packet, or since the beginning."""
        return now - self._last

    def packets_a_second(self, now: float) -> float:
        return self._rate.fps if self.quiet(now) < 1.0 else 0.0

    def summary(self) -> str:
        """One sentence on all that was heard."""
        if not self.packets and not self.refused:
            return "nothing came"
        heard = ", ".join(f"{count} {protocol}" for protocol, count in self.packets.most_common()) or "nothing readable"
        refused = "".join(f"; refused {count}: {reason}" for reason, count in self.refused.most_common(3))
        return f"heard {heard} ({self.bytes} bytes from {len(self.senders)} sender(s)){refused}"


def named(message: Message) -> tuple[str, tuple[Value, ...]]:
    """A message's address and values; where a name is the first of several arguments, it belongs to the address."""
    first, *rest = message.arguments or (None,)
    if rest and isinstance(first, str):
        return f"{message.address} {first}", tuple(rest)
    return message.address, message.arguments


def as_text(values: tuple[Value, ...]) -> str:
    """Values as a person reads them; long ones are cut, and nothing in them can steer a terminal."""
    shown = " ".join(f"{value:.3f}" if isinstance(value, float) else str(value) for value in values[:32])
    text = "".join(c if c.isprintable() else "?" for c in shown[:200])
    return text + (" ..." if len(values) > 32 or len(shown) > 200 else "")


def what_to_check(port: int | None) -> str:
    """What a person may look at when nothing comes: which target sends to this port, if any does by default."""
    ports = {name: {getattr(target, "port", 0)} for name, target in TargetsOptions()}
    ports["vmc"] |= set(VMC_PORTS.values())
    ports["vrchat"].add(VRCHAT_PORT)
    name = next((name for name, its in ports.items() if port in its), "NAME")
    return (
        f"does eyebridge run, with --targets.{name}.enabled"
        + (f" --targets.NAME.port {port}" if name == "NAME" and port else "")
        + f"? is its --targets.{name}.host this machine? from another machine: --host 0.0.0.0, and look at the firewall"
    )


def view(tally: Tally, hint: str, now: float) -> RenderableType:
    """The screen: totals, a row for each address that fits, what was refused, and what to check."""
    heard = ", ".join(f"{protocol} {count}" for protocol, count in tally.packets.most_common()) or "nothing yet"
    head = Text(f"{tally.packets_a_second(now):6.1f} packets/s   {heard}   from {len(tally.senders)} sender(s)", "bold")
    table = Table("protocol", "address", "a second", "last", box=None, pad_edge=False)
    room = max(console.height - 8 - min(len(tally.refused), 3), 4)
    for row in list(tally.rows.values())[:room]:
        address = as_text((row.address,))
        table.add_row(row.protocol, address, f"{row.a_second(now):.0f}", Text(as_text(row.values), no_wrap=True))
    parts: list[RenderableType] = [head, table]
    if len(tally.rows) > room:
        parts.append(Text(f"... and {len(tally.rows) - room} more addresses", "dim"))
    parts += [Text(f"refused {count}: {as_text((why,))}", "red") for why, count in tally.refused.most_common(3)]
    if hint:
        parts.append(Text(f"nothing has come for {tally.quiet(now):.0f} s; {hint}", "yellow"))
    return Group(*parts)
