"""How long things take: named sections with percentiles, frames a second, and what prepared packets gain."""

import time
from array import array
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from typing import Final

import numpy as np

from bridge.blendshapes import GROUPS
from bridge.osc import Message, Template


@dataclass(frozen=True, slots=True)
class Percentiles:
    """Of a section's latest passes, in milliseconds."""

    p50: float
    p95: float
    p99: float


class Section:
    """A ring of the latest durations. `with section:` measures one pass; a section does not nest in itself."""

    __slots__ = ("_clock", "_entered", "_ring", "count")

    def __init__(self, size: int, clock: Callable[[], float]) -> None:
        self.count = 0
        "Passes so far; only the latest `size` of them are kept."
        self._ring = array("d", bytes(8 * size))
        self._clock = clock
        self._entered = 0.0

    def add(self, seconds: float) -> None:
        """Notes a pass that was measured elsewhere."""
        self._ring[self.count % len(self._ring)] = seconds
        self.count += 1

    def __enter__(self) -> None:
        self._entered = self._clock()

    def __exit__(self, *error: object) -> None:
        self.add(self._clock() - self._entered)

    def percentiles(self) -> Percentiles:
        """Raises ValueError before the first pass."""
        if not self.count:
            raise ValueError("nothing was measured yet")
        kept = np.frombuffer(self._ring)[: self.count]
        return Percentiles(*(1000 * np.percentile(kept, (50, 95, 99))).tolist())


class Sections:
    """Sections by name, in the order of their first use. Each belongs to the thread that measures in it.

    size is how many passes each one remembers; clock gives seconds.
    """

    def __init__(self, size: int = 1024, clock: Callable[[], float] = time.perf_counter) -> None:
        self._size = size
        self._clock = clock
        self._sections: dict[str, Section] = {}

    def section(self, name: str) -> Section:
        """The section of that name: `with timing.section("network"): ...`."""
        found = self._sections.get(name)
        if found is None:
            found = self._sections[name] = Section(self._size, self._clock)
        return found

    def table(self) -> dict[str, Percentiles]:
        """Percentiles of every section that was passed at least once."""
        return {name: section.percentiles() for name, section in tuple(self._sections.items()) if section.count}


class FrameRate:
    """Frames a second over the last second, by the frames' own times."""

    def __init__(self, window: float = 1.0) -> None:
        self._window = window
        self._times: deque[float] = deque()

    def tick(self, time: float) -> None:
        """Notes a frame by its time in seconds; a time before the last one begins anew."""
        if self._times and time < self._times[-1]:
            self._times.clear()
        self._times.append(time)
        while self._times[0] < time - self._window:
            self._times.popleft()

    @property
    def fps(self) -> float:
        """0 until two frames of different times lie within the window."""
        if len(self._times) < 2 or self._times[-1] == self._times[0]:
            return 0.0
        return (len(self._times) - 1) / (self._times[-1] - self._times[0])


_ROUNDS: Final = 20
_BATCH: Final = 50


def pack_ratio() -> float:
    """How many times faster 52 weights are packed into prepared bytes than by python-osc's builder.

    Both make the weights' bundle of the native frame, byte for byte the same, in batches by turns; the medians are
    compared. Takes about half a second.
    """
    weights = np.linspace(0, 1, GROUPS[-1][2], dtype=np.float32)
    values = weights.tolist()
    template = Template(Message(f"/eyebridge/weights/{name}", (0.0,) * (stop - start)) for name, start, stop in GROUPS)
    if template.pack(weights) != (_build(values),):
        raise AssertionError("python-osc builds other bytes; the times would compare different work")
    ours, theirs = [], []
    for _ in range(_ROUNDS):
        ours.append(_batch_time(lambda: template.pack(weights)))
        theirs.append(_batch_time(lambda: _build(values)))
    return median(theirs) / median(ours)


def _batch_time(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    for _ in range(_BATCH):
        work()
    return time.perf_counter() - began


def _build(weights: list[float]) -> bytes:
    from pythonosc.osc_bundle_builder import IMMEDIATELY, OscBundleBuilder
    from pythonosc.osc_message_builder import OscMessageBuilder

    bundle = OscBundleBuilder(IMMEDIATELY)
    for name, start, stop in GROUPS:
        message = OscMessageBuilder(f"/eyebridge/weights/{name}")
        for weight in weights[start:stop]:
            message.add_arg(weight)
        bundle.add_content(message.build())
    return bundle.build().dgram
