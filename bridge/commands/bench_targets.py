"""What each target costs and sends: measured on a face of which everything moves, through real sockets."""

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np
import zmq
from rich.table import Table

from bridge import osc
from bridge.blendshapes import ARKIT
from bridge.channels import ACTION_UNITS, CHANNELS, EMOTIONS
from bridge.config import TargetsOptions
from bridge.frames import AmbientLight, Expression, EyePair, Gaze, Result, Weights
from bridge.osc import Message
from bridge.sinks import Sink
from bridge.sinks.lamp import LampOptions
from bridge.timing import Section

FRAME_RATE: Final = 90
"Hertz at which packets and bytes are counted."
ALL_RATE: Final = 120
"Hertz at which all targets are driven at once."

_WARM_UP: Final = 20
_FRAMES: Final = 120


@dataclass(frozen=True, slots=True)
class Cost:
    """One target. Lamps work in a thread of their own, at their own rate; a frame only hands them its light."""

    frame_us: float
    "Microseconds to pack and send a frame, median."
    python_osc_us: float | None
    "The same messages in the same datagrams by python-osc; None where it is not OSC."
    one_by_one_us: float | None
    "A message a value by python-osc's client, as most programs of this field send."
    packets: float
    "A second, at 90 frames a second or the target's own rate."
    bytes: float
    "A second."
    largest: int
    "Bytes of the largest packet; 0 where they make a stream."


def measure(seconds: float) -> dict[str, Any]:
    """Every target by itself, and then all at once at 120 Hz for so many seconds."""
    with _Receiver() as receiver:
        costs = {name: asdict(_cost(name, options, receiver)) for name, options in TargetsOptions()}
        return {"each": costs} | _all_at_once(receiver, seconds)


def moving_face(time: float, index: int) -> Result:
    """A face of which every value changes from frame to frame; `time` in seconds."""

    def wave(count: int, low: float = 0.0, high: float = 1.0) -> np.ndarray[Any, np.dtype[np.float32]]:
        swing = 0.5 + 0.5 * np.sin(time * np.linspace(3, 9, count) + np.arange(count))
        return (low + (high - low) * swing).astype(np.float32)

    units, moods = wave(len(ACTION_UNITS)), wave(len(EMOTIONS))
    low, high = (np.array([getattr(channel, end) for channel in CHANNELS], np.float32) for end in ("low", "high"))
    channels = (low + (high - low) * wave(len(CHANNELS))).astype(np.float32)
    red, green, blue, intensity = wave(4).tolist()
    return Result(
        EyePair(np.zeros((96, 192), np.uint8), (True, True), (False, False), time, index),
        Expression(units / units.sum(), moods / moods.sum(), channels),
        Weights(wave(len(ARKIT)), Gaze(*wave(4, -30, 30).tolist())),
        AmbientLight(red, green, blue, intensity, 5000.0),
        1.0,
        True,
        False,
    )


class _Receiver:
    """Takes everything in: datagrams when asked for, lines of a stream and published results in a thread each."""

    def __init__(self) -> None:
        self._udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._udp.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        self._udp.bind(("127.0.0.1", 0))
        self._udp.setblocking(False)
        self._tcp = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    @property
    def udp_port(self) -> int:
        return int(self._udp.getsockname()[1])

    @property
    def tcp_port(self) -> int:
        return int(self._tcp.getsockname()[1])

    def _accept(self) -> None:
        with contextlib.suppress(OSError):  # closed at the end
            while True:
                with self._tcp.accept()[0] as client:
                    while client.recv(4096):
                        client.sendall(b'{"success":true}\n')

    def datagrams(self) -> list[bytes]:
        """What has come since the last call."""
        found = []
        with contextlib.suppress(BlockingIOError):
            while True:
                found.append(self._udp.recv(65536))
        return found

    def __enter__(self) -> "_Receiver":
        return self

    def __exit__(self, *error: object) -> None:
        self._udp.close()
        self._tcp.close()


@contextlib.contextmanager
def _opened(name: str, options: Any, receiver: _Receiver, **changes: object) -> Iterator[Sink]:
    """The target, sending to the receiver whatever its settings say."""
    special: dict[str, dict[str, object]] = {
        "vrchat": {"parameters": "all"},
        "ifacialmocap": {"unasked": "127.0.0.1"},
        "hyperion": {"port": receiver.tcp_port},
        "zeromq": {"port": 0},
    }
    sink = options.model_copy(update={"port": receiver.udp_port} | special.get(name, {}) | changes).open()
    with sink, contextlib.ExitStack() as stack:
        if name == "zeromq":
            subscriber = stack.enter_context(stack.enter_context(zmq.Context()).socket(zmq.SUB))
            subscriber.setsockopt(zmq.LINGER, 0)
            subscriber.subscribe(b"")
            subscriber.connect(sink.name)
        yield sink


def _cost(name: str, options: Any, receiver: _Receiver) -> Cost:
    lamp = isinstance(options, LampOptions)
    ours, built, single = (Section(_FRAMES, time.perf_counter) for _ in range(3))
    receiver.datagrams()
    with _opened(name, options, receiver, **({} if lamp else {"rate": 0.0})) as sink:
        for index in range(_WARM_UP + _FRAMES):
            result = moving_face(index / FRAME_RATE, index)
            section = ours if index >= _WARM_UP else Section(1, time.perf_counter)
            with section:
                sink.send(result)
            datagrams = [] if lamp else receiver.datagrams()
            if datagrams and datagrams[0][:1] in (b"/", b"#") and index % 4 == 0:
                with built:
                    _rebuild(datagrams, receiver.udp_port)
                with single:
                    _one_by_one(datagrams, receiver.udp_port)
                receiver.datagrams()
    packets, size, largest = _sent_lamp(name, options, receiver) if lamp else _sent(name, options, receiver)
    return Cost(_median_us(ours), _median_us(built), _median_us(single), packets, size, largest)  # type: ignore[arg-type]


def _median_us(section: Section) -> float | None:
    return round(1000 * section.percentiles().p50, 1) if section.count else None


def _sent(name: str, options: Any, receiver: _Receiver) -> tuple[float, float, int]:
    """Packets and bytes of ten seconds of 90 frames, a second, and the largest packet."""
    largest = 0
    with _opened(name, options, receiver) as sink:
        for index in range(10 * FRAME_RATE):
            sink.send(moving_face(index / FRAME_RATE, index))
            largest = max([largest, *map(len, receiver.datagrams())])
        return sink.traffic.packets / 10, sink.traffic.bytes / 10, largest


def _sent_lamp(name: str, options: Any, receiver: _Receiver) -> tuple[float, float, int]:
    """Those of a second of its own time, since a lamp has a clock."""
    largest = 0
    with _opened(name, options, receiver) as sink:
        sink.send(moving_face(0.0, 0))
        time.sleep(0.5)  # until it is connected
        packets, size, begun = sink.traffic.packets, sink.traffic.bytes, time.perf_counter()
        while (passed := time.perf_counter() - begun) < 1.0:
            sink.send(moving_face(passed, 1))
            largest = max([largest, *map(len, receiver.datagrams())])
            time.sleep(1 / FRAME_RATE)
        return (sink.traffic.packets - packets) / passed, (sink.traffic.bytes - size) / passed, largest


def _rebuild(datagrams: list[bytes], port: int) -> None:
    from pythonosc.osc_bundle_builder import IMMEDIATELY, OscBundleBuilder
    from pythonosc.osc_message_builder import OscMessageBuilder

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        for datagram in datagrams:
            bundle = OscBundleBuilder(IMMEDIATELY)
            for message in osc.read(datagram):
                builder = OscMessageBuilder(message.address)
                for argument in message.arguments:
                    builder.add_arg(argument)
                bundle.add_content(builder.build())
            sender.sendto(bundle.build().dgram, ("127.0.0.1", port))


def _one_by_one(datagrams: list[bytes], port: int) -> None:
    from pythonosc.udp_client import SimpleUDPClient

    client = SimpleUDPClient("127.0.0.1", port)
    for datagram in datagrams:
        for message in osc.read(datagram):
            for address, value in _values(message):
                client.send_message(address, value)
    client._sock.close()


def _values(message: Message) -> Iterator[tuple[str, Any]]:
    for n, argument in enumerate(message.arguments):
        if not isinstance(argument, str):
            yield (message.address if len(message.arguments) == 1 else f"{message.address}/{n}", argument)


def _all_at_once(receiver: _Receiver, seconds: float) -> dict[str, dict[str, float]]:
    """Percentiles of giving one frame to every target there is, milliseconds: as they pass on the wall, and as this
    thread works, which other programs of a busy machine do not disturb."""
    frames = round(seconds * ALL_RATE)
    results = [moving_face(index / ALL_RATE, index) for index in range(_WARM_UP + frames)]
    wall, work = Section(frames, time.perf_counter), Section(frames, time.thread_time)
    with contextlib.ExitStack() as stack:
        sinks = [stack.enter_context(_opened(name, options, receiver)) for name, options in TargetsOptions()]
        for result in results[:_WARM_UP]:
            _give(result, sinks)
        begun = time.perf_counter()
        for index, result in enumerate(results[_WARM_UP:]):
            time.sleep(max(0.0, begun + index / ALL_RATE - time.perf_counter()))
            with wall, work:
                _give(result, sinks)
            receiver.datagrams()
    return {"all_at_120_hz_ms": asdict(wall.percentiles()), "all_at_120_hz_work_ms": asdict(work.percentiles())}


def _give(result: Result, sinks: list[Sink]) -> None:
    for sink in sinks:
        sink.send(result)


def as_table(figures: dict[str, Any]) -> Table:
    """The figures for a person."""
    table = Table("", "µs a frame", "python-osc", "one by one", "packets/s", "kB/s", "largest", box=None)
    show: Callable[[float | None], str] = lambda value: "" if value is None else f"{value:.0f}"  # noqa: E731
    for name, cost in figures["each"].items():
        times = (show(cost[key]) for key in ("frame_us", "python_osc_us", "one_by_one_us"))
        table.add_row(name, *times, show(cost["packets"]), f"{cost['bytes'] / 1000:.1f}", show(cost["largest"] or None))
    for key, name in (("all_at_120_hz_ms", "all at once, ms"), ("all_at_120_hz_work_ms", "of it work, ms")):
        table.add_row(name, *(f"{p} {figures[key][p]:.2f}" for p in ("p50", "p95", "p99")))
    return table
