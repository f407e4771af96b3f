"""python -m tests.soak.evening --minutes 30: the whole daemon through an evening on which everything goes wrong.

Two stand-in cameras at 90 Hz, a process of their own, are pulled out, stall, send garbage, freeze, lose their power;
the receiving program goes and comes back, the clock jumps an hour, the computer falls asleep, the disk runs full while
recording. One such fault after the other, in rounds of all of them. It prints what each cost and says at the end
whether

- nothing failed that nobody took care of: uncaught exceptions of threads and finalizers, errors logged with one;
- memory grew by less than 5 MB from the second fifth of the run to the last one;
- there are no more threads and descriptors than after the first round;
- a frame with both eyes came within a second of the end of each fault.
"""

import argparse
import itertools
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import psutil

from tests.soak.stage import EYES, Actor, Audience, cameras, daemon
from tests.soak.trace import GIVE_UP, KINDS, Fault, Sample, Trace, plot, table

BOTH: Final = 3
"Bits of a frame that shows both eyes; the left one's is 1, the right one's 2."
RESUMED_WITHIN: Final = 1.0
GROWTH_MB: Final = 5.0

_SAMPLE_EVERY: Final = 0.5
_HOUR: Final = 3600.0


@dataclass(frozen=True, slots=True)
class Plan:
    """What an evening is like."""

    seconds: float
    "The evening ends with the first fault after so long, but not before every kind has been."
    transport: str = "mjpeg"
    rate: float = 90.0
    rest: float = 4.0
    "Seconds of peace between two faults."
    lasting: float = 3.0
    "Seconds that a fault lasts; longer where nobody has noticed it yet."
    seed: int = 0
    kinds: tuple[str, ...] = KINDS
    "What goes wrong, of KINDS."


class Evening:
    """Lets a plan come true, and looks on."""

    def __init__(self, plan: Plan, folder: Path, stack: ExitStack) -> None:
        self.trace = Trace()
        self._plan, self._folder = plan, folder
        self._chance = random.Random(plan.seed)
        self._latency = 0.0
        self._left: list[str] | None = None
        self._audience = stack.enter_context(Audience())
        self._cameras = Actor(cameras, plan.transport, folder, plan.rate)
        stack.callback(self._cameras.close)
        ((_, places),) = self._cameras.hear(60.0)
        self._daemon = Actor(daemon, places, self._audience.port)
        stack.callback(self._daemon.close)
        self._process = psutil.Process(self._daemon.pid)
        self._start = self._sampled = time.monotonic()
        self._counted = 0

    def run(self, tell: Callable[[Fault], None]) -> Trace:
        """From the first frame to the daemon's end."""
        self._look(lambda: self._seen_since(0.0) is not None, 60.0)
        self._start = time.monotonic()
        self.trace.samples.clear()
        for kind in self._kinds():
            self._look(lambda: False, self._plan.rest)
            self.trace.calm.append(self._sample())
            self.trace.faults.append(self._suffer(kind))
            tell(self.trace.faults[-1])
        self._look(lambda: False, max(1.0, self._plan.rest))
        self.trace.calm.append(self._sample())
        self._end()
        return self.trace

    def _kinds(self) -> Iterator[str]:
        for turn in itertools.count():
            for kind in self._chance.sample(self._plan.kinds, len(self._plan.kinds)):
                if turn and time.monotonic() - self._start >= self._plan.seconds:
                    return
                yield kind
            if time.monotonic() - self._start >= self._plan.seconds:
                return

    def _suffer(self, kind: str) -> Fault:
        eyes = self._chance.randint(1, BOTH) if kind in ("drop", "stall", "garbage", "freeze") else 0
        said, heard, began = len(self.trace.log), len(self._audience.frames), time.monotonic()
        self._set(kind, eyes, wrong=True)
        felt = kind == "clock"  # it has jumped, and that was it
        if not felt:
            self._look(lambda: False, self._plan.lasting)
            self._look(lambda: self._felt(kind, eyes or BOTH, said, heard), GIVE_UP)
            felt = self._felt(kind, eyes or BOTH, said, heard)
            self._set(kind, eyes, wrong=False)
        ended = time.monotonic()
        self._look(lambda: self._seen_since(ended) is not None, GIVE_UP)
        resumed = self._seen_since(ended)
        times = [began, *(when for when, _ in self._audience.frames[heard:]), time.monotonic()]
        return Fault(
            kind=kind,
            eyes=eyes,
            began=began - self._start,
            ended=ended - self._start,
            resumed=None if resumed is None else resumed - ended,
            gap=max(after - before for before, after in itertools.pairwise(times)),
            felt=felt,
        )

    def _set(self, kind: str, eyes: int, wrong: bool) -> None:
        """Begin or end this fault."""
        match kind:
            case "power":
                self._ask_cameras("power", not wrong)
            case "receiver":
                self._audience.go() if wrong else self._audience.come()
            case "clock":
                self._daemon.ask("clock", _HOUR)
            case "asleep":
                self._process.suspend() if wrong else self._process.resume()
            case "disk":
                self._daemon.ask("disk", self._folder / f"recording {len(self.trace.faults)}" if wrong else None)
            case _:
                for bit, eye in enumerate(EYES):
                    if eyes & 1 << bit:
                        self._ask_cameras("fault", (eye, kind if wrong else "none"))

    def _ask_cameras(self, word: str, what: object) -> None:
        """Return when it is done."""
        self._cameras.ask(word, what)
        if not self._cameras.hear(30.0):
            raise TimeoutError("the stand-in cameras do not answer")

    def _felt(self, kind: str, eyes: int, said: int, heard: int) -> bool:
        """Whether the fault shows, in what was logged and has come since it began."""
        frames = self._audience.frames
        match kind:
            case "disk":
                return any("the disk is full" in line for line in self.trace.log[said:])
            case "receiver" | "asleep":
                return time.monotonic() - frames[-1][0] > self._plan.lasting / 2
            case _:
                return any(not seen & eyes for _, seen in frames[heard:])

    def _seen_since(self, moment: float) -> float | None:
        """When the first frame with both eyes came since then."""
        first = None
        for when, seen in reversed(self._audience.frames):
            if when < moment:
                break
            first = when if seen == BOTH else first
        return first

    def _look(self, enough: Callable[[], bool], seconds: float) -> None:
        """Look on until it is enough, or for so long."""
        end = time.monotonic() + seconds
        while not enough() and (left := end - time.monotonic()) > 0:
            for word, what in self._daemon.hear(min(left, 0.02)):
                self._note(word, what)
            if not self._daemon.alive and self._left is None:
                raise ChildProcessError("the daemon's process has ended by itself")
            if time.monotonic() - self._sampled >= _SAMPLE_EVERY:
                self.trace.samples.append(self._sample())

    def _note(self, word: str, what: object) -> None:
        match word, what:
            case "report", float(latency):
                self._latency = latency
            case "log", str(line):
                self.trace.log.append(line)
            case "left", list(names):
                self._left = names
            case _:
                self.trace.errors.append(str(what))

    def _sample(self) -> Sample:
        now, frames = time.monotonic(), self._audience.frames
        new, self._counted = frames[self._counted :], len(frames)
        handles: int = getattr(self._process, "num_handles" if sys.platform == "win32" else "num_fds")()
        fps = sum(seen == BOTH for _, seen in new) / max(now - self._sampled, 1e-9)
        self._sampled = now
        memory = self._process.memory_info().rss / 1e6
        return Sample(now - self._start, memory, self._process.num_threads(), handles, fps, self._latency)

    def _end(self) -> None:
        self._daemon.ask("end")
        self._look(lambda: self._left is not None, GIVE_UP)
        if self._left != ["MainThread"]:
            self.trace.errors.append(f"threads that outlive the daemon: {self._left}")
        if (code := self._daemon.close()) != 0:
            self.trace.errors.append(f"the daemon's process ended with {code}")


def run(plan: Plan, tell: Callable[[Fault], None] = lambda fault: None) -> Trace:
    """Spend an evening."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder, ExitStack() as stack:
        return Evening(plan, Path(folder), stack).run(tell)


def verdict(trace: Trace) -> list[str]:
    """What was not as it should be, a sentence each."""
    threads, handles = trace.leaked()
    found = [f"not taken care of: {error}" for error in trace.errors]
    found += [f"nobody noticed: {fault.kind} at {fault.began:.0f} s" for fault in trace.faults if not fault.felt]
    if (grown := trace.growth_mb()) >= GROWTH_MB:
        found.append(f"memory grew by {grown:.1f} MB")
    if threads > 0 or handles > 0:
        found.append(f"{threads} threads and {handles} descriptors were not given back")
    late = [fault for fault in trace.faults if fault.resumed is None or fault.resumed >= RESUMED_WITHIN]
    found += [f"back only {fault.resumed or GIVE_UP:.2f} s after {fault.kind} at {fault.began:.0f} s" for fault in late]
    return found


def main() -> int:
    asked = argparse.ArgumentParser(
        prog="python -m tests.soak.evening", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    asked.add_argument("--minutes", type=float, default=30.0)
    asked.add_argument("--transport", choices=("mjpeg", "serial", "zeromq"), default="mjpeg")
    asked.add_argument("--rate", type=float, default=90.0, help="frames a second of each camera (90)")
    asked.add_argument("--seed", type=int, default=0, help="another one gives another order of faults (0)")
    asked.add_argument("--faults", nargs="+", choices=KINDS, default=KINDS, help="what goes wrong; all of it")
    asked.add_argument("--plot", type=Path, help="where to draw memory, frames and delay over the faults (PNG or SVG)")
    words = asked.parse_args()

    def tell(fault: Fault) -> None:
        resumed = "nothing came" if fault.resumed is None else f"back after {fault.resumed:.3f} s"
        print(f"{fault.began:7.1f} s  {fault.kind:8} {resumed}, gap {fault.gap:.3f} s", flush=True)

    before = psutil.getloadavg()[0]
    plan = Plan(60.0 * words.minutes, words.transport, words.rate, seed=words.seed, kinds=tuple(words.faults))
    trace = run(plan, tell)
    print(table(trace))
    after = psutil.getloadavg()[2]
    print(f"load of the machine: {before:.1f} before, {after:.1f} in the last quarter, on {psutil.cpu_count()} cores")
    if words.plot:
        plot(trace, words.plot)
    for sentence in (wrong := verdict(trace)):
        print(sentence)
    print("all is well" if not wrong else f"{len(wrong)} things are wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
